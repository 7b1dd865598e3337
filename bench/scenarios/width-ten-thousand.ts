/**
 * Target 3 at its widest: ten thousand webhooks, each a host of its own (addresses of loopback times ports). The hundred
 * that come first are the most valuable (`src/delivery/value.ts`).
 */
import { freePort } from '../meter/free-port.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import { limitRow, ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';
import { holdsOf } from './width.ts';

const WIDE = 10_000;
const NARROW = 1000;
/** Of loopback, each a host of its own on every port: the meter would run out of files with a port for each. */
const ADDRESSES = 100;
const SETTLE_MS = { full: 20_000, short: 8000 } as const;
const ROUNDS = { full: 12, short: 2 } as const;
const BETWEEN_MS = 2000;
const SCRAPES = { full: 5, short: 1 } as const;

export const widthTenThousand: Scenario = {
  name: 'width-10000',
  async run(meter, short) {
    const scale = short ? 'short' : 'full';
    const narrow = await measured(meter, NARROW, scale);
    const wide = await measured(meter, WIDE, scale);
    const about = (what: string, unit: 'ms' | 'MB' | 'KB') => ({
      ...{ target: 3, what: `one announcement to 10,000 webhooks: ${what}`, unit },
    });
    return {
      rows: [
        limitRow(about('the first hundred', 'ms'), ofRounds(wide.hundredth), { figure: 'p50', limit: 10 }),
        ratioRow(
          about('the last', 'ms'),
          ofRounds(wide.last),
          { name: 'the last of 1,000', sample: ofRounds(narrow.last) },
          { figure: 'p50', limit: 6 },
        ),
        limitRow(about('resident memory, idle', 'MB'), ofRounds([wide.idleMb]), {
          figure: 'p50',
          limit: 400,
        }),
        limitRow(about('resident memory, at most', 'MB'), ofRounds([wide.peakMb]), {
          figure: 'p50',
          limit: 400,
        }),
        limitRow(about('another request to the bridge, during a scrape', 'ms'), ofRounds(wide.holds), {
          figure: 'p50',
          limit: 10,
        }),
        limitRow(about('/metrics', 'KB'), ofRounds([wide.metricsKb]), { figure: 'p50', limit: 1024 }),
      ],
    };
  },
};

/** To so many: when the hundredth had its request, and the last. */
async function measured(meter: Meter, count: number, scale: 'full' | 'short') {
  using receiver = new Receiver();
  const ports = await Promise.all(
    Array.from({ length: count / ADDRESSES }, () => receiver.listen('0.0.0.0')),
  );
  const urls = ports.flatMap((port) =>
    Array.from({ length: ADDRESSES }, (_, n) => `http://127.0.0.${n + 1}:${port}/hook`),
  );
  const port = await freePort();
  const destinations = urls.map((url, n) => webhook(`d${n}`, url));
  const subject = await meter.start(bridge({ destinations, port }));
  await pause(SETTLE_MS[scale]);
  const idleMb = subject.memory().residentMb;
  const hundredth: number[] = [];
  const last: number[] = [];
  // The first two of a process's life are slower.
  for (let round = -2; round < ROUNDS[scale]; round++) {
    await pause(BETWEEN_MS);
    const { hundredthMs, lastMs } = await meter.wide(subject, receiver, count);
    if (round < 0) continue;
    hundredth.push(hundredthMs);
    last.push(lastMs);
  }
  const { peakMb } = subject.memory();
  const metrics = `http://127.0.0.1:${port}/metrics`;
  const holds = await holdsOf(port, metrics, SCRAPES[scale]);
  const metricsKb = (await (await fetch(metrics)).arrayBuffer()).byteLength / 1024;
  await meter.stop(subject);
  return { idleMb, peakMb, hundredth, last, holds, metricsKb };
}
