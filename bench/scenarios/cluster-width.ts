/**
 * Target 15: one announcement to four and to ten thousand webhooks, by one bridge that is alone, and by one, two and four nodes of a
 * cluster. All of them read the feed, and each sends to those that it holds. The receiver and the database share the machine.
 */
import { MOST_NEXT } from '../../src/http/spare-shares.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { Databases } from '../meter/nodes.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import type { Subject } from '../meter/subject.ts';
import { type About, type Compared, limitRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const WIDE = { full: [4000, 10_000], short: [1000] } as const;
const ADDRESSES = 100;
const NODES = [1, 2, 4] as const;
const SETTLE_MS = { full: 12_000, short: 5000 } as const;
const ROUNDS = { full: 6, short: 1 } as const;
const BETWEEN_MS = 2000;

interface Width {
  readonly hundredth: readonly number[];
  readonly last: readonly number[];
  /** MB of all processes. */
  readonly residentMb: number;
  /** Connections at the receiver, before the first announcement. */
  readonly idle: number;
}

export const clusterWidth: Scenario = {
  name: 'cluster-width',
  async run(meter, short) {
    await using databases = await Databases.open();
    if (databases === undefined) return { rows: [] };
    const scale = short ? 'short' : 'full';
    const rows = [];
    for (const wide of WIDE[scale]) {
      const alone = await measured(meter, scale, wide, 1);
      for (const count of NODES) {
        const nodes = await measured(meter, scale, wide, count, databases);
        const what = `${wide.toLocaleString('en')} webhooks, ${count} ${count === 1 ? 'node' : 'nodes'}`;
        const about = (which: string, unit: About['unit']) => ({
          target: 15,
          what: `${what}: ${which}`,
          unit,
        });
        const beside = (figures: readonly number[]): Compared => ({
          name: 'alone',
          sample: ofRounds(figures),
        });
        rows.push(
          limitRow(
            about('the first hundred', 'ms'),
            ofRounds(nodes.hundredth),
            FIRST,
            beside(alone.hundredth),
          ),
          limitRow(about('the last', 'ms'), ofRounds(nodes.last), LAST, beside(alone.last)),
          limitRow(about('resident memory, all nodes', 'MB'), ofRounds([nodes.residentMb]), {
            ...{ figure: 'p50', limit: 400 * count },
          }),
          // One each, and one of the next in line for the most valuable.
          limitRow(about('connections that idle', ''), ofRounds([nodes.idle]), {
            ...{ figure: 'p50', limit: wide + (count > 1 ? count : 0) * MOST_NEXT },
          }),
        );
      }
    }
    return { rows };
  },
};

const FIRST = { figure: 'p50', limit: 5 } as const;
const LAST = { figure: 'p50', limit: 250 } as const;

/** `databases`: of a cluster; without, one that is alone. */
export async function measured(
  meter: Meter,
  scale: 'full' | 'short',
  wide: number,
  count: number,
  databases?: Databases,
): Promise<Width> {
  using receiver = new Receiver();
  const ports = await Promise.all(Array.from({ length: wide / ADDRESSES }, () => receiver.listen('0.0.0.0')));
  const destinations = ports.flatMap((port) =>
    Array.from({ length: ADDRESSES }, (_, n) =>
      webhook(`d${port}-${n}`, `http://127.0.0.${n + 1}:${port}/hook`),
    ),
  );
  const database = await databases?.make();
  const subjects: Subject[] = [];
  for (let n = 0; n < count; n++)
    subjects.push(
      await meter.start(bridge({ destinations, ...(database && { more: database.yaml(`n${n + 1}`) }) })),
    );
  await database?.shared(count);
  await pause(SETTLE_MS[scale]);
  const idle = receiver.open;
  const all = together(subjects);
  const hundredth: number[] = [];
  const last: number[] = [];
  // The first two of a process's life are slower.
  for (let round = -2; round < ROUNDS[scale]; round++) {
    await pause(BETWEEN_MS);
    const { hundredthMs, lastMs } = await meter.wide(all, receiver, wide);
    if (round < 0) continue;
    hundredth.push(hundredthMs);
    last.push(lastMs);
  }
  const residentMb = subjects.reduce((sum, subject) => sum + subject.memory().residentMb, 0);
  await meter.stop(...subjects);
  return { hundredth, last, residentMb, idle };
}

/** As the feed does it: each connection gets the frame. */
function together(subjects: readonly Subject[]): Subject {
  const [first] = subjects;
  if (first === undefined) throw new Error('no subjects');
  const each = subjects.map(({ announce }) => announce);
  first.announce = (sequence) => Math.min(...each.map((announce) => announce(sequence)));
  return first;
}
