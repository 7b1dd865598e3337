/**
 * Target 3: one announcement to a thousand webhooks, each on a port of its own; and to a hundred on one host,
 * which shall not be met with a hundred connections.
 */
import { bareFanout, bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import { inTurn } from '../meter/turns.ts';
import type { Row } from '../results.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

/** Of the bare script on one host. */
const CONNECTIONS = 16;
/** A thousand rows, log lines and settlements behind the sends are done by then. */
const BETWEEN_MS = 600;
const ROUNDS = { full: { warmUp: 3, counted: 15 }, short: { warmUp: 1, counted: 2 } } as const;

type Rounds = (typeof ROUNDS)[keyof typeof ROUNDS];

export const fanout: Scenario = {
  name: 'fanout',
  async run(meter, short) {
    const rounds = ROUNDS[short ? 'short' : 'full'];
    using manyHosts = new Receiver();
    using oneHost = new Receiver();
    const ports = await Promise.all(Array.from({ length: 1000 }, () => manyHosts.listen()));
    const port = await oneHost.listen();
    const thousand = ports.map((each) => `http://127.0.0.1:${each}/hook`);
    const hundred = Array.from({ length: 100 }, (_, n) => `http://127.0.0.1:${port}/hook/${n}`);
    return {
      rows: [
        await width(meter, manyHosts, thousand, rounds, 'one announcement to 1,000 webhooks: the last', 1.2),
        await width(
          meter,
          oneHost,
          hundred,
          rounds,
          'one announcement to 100 webhooks on one host: the last',
          1.3,
        ),
      ],
    };
  },
};

async function width(
  meter: Meter,
  receiver: Receiver,
  urls: readonly string[],
  rounds: Rounds,
  what: string,
  limit: number,
): Promise<Row> {
  const theirs = await meter.start(bareFanout(urls, CONNECTIONS));
  const ours = await meter.start(bridge({ destinations: urls.map((url, n) => webhook(`d${n}`, url)) }));
  const latencies = new Map([theirs, ours].map((subject) => [subject, [] as number[]]));
  for (let round = -rounds.warmUp; round < rounds.counted; round++)
    for (const subject of inTurn([theirs, ours], round)) {
      const ms = await roundOf(subject);
      if (round >= 0) latencies.get(subject)?.push(ms);
    }
  await meter.stop(theirs, ours);
  const sampleOf = (subject: typeof ours) => ofRounds(latencies.get(subject) ?? []);
  const compared = { name: theirs.name, sample: sampleOf(theirs) };
  return ratioRow({ target: 3, what, unit: 'ms' }, sampleOf(ours), compared, { figure: 'p50', limit });

  async function roundOf(subject: typeof ours): Promise<number> {
    await pause(BETWEEN_MS);
    return meter.lone(subject, receiver, urls.length);
  }
}
