/**
 * Target 14: several bridges as one, beside one that is alone. A node sends to what it holds as fast as if it were alone;
 * one without a feed gets announcements through the log; after kill -9 another takes over.
 */
import { blocksOf } from '../meter/blocks.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { type ClusterDatabase, Databases } from '../meter/nodes.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import type { Subject } from '../meter/subject.ts';
import { limitRow, ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const PER_SECOND = 50;
const SETTLE_MS = 3000;
const BETWEEN_MS = 500;
/** Hosts of loopback, so that each of two nodes holds some of them. */
const HOSTS = 12;

export const cluster: Scenario = {
  name: 'cluster',
  async run(meter, short) {
    await using databases = await Databases.open();
    if (databases === undefined) return { rows: [] };
    const own = await ownDestination(meter, await databases.make(), short);
    const log = await throughTheLog(meter, await databases.make(), short ? 3 : 40);
    const takeOvers: number[] = [];
    for (let round = 0; round < (short ? 1 : 6); round++)
      takeOvers.push(await takeOver(meter, await databases.make()));
    const about = (what: string) => ({ target: 14, what, unit: 'ms' as const });
    const alone = { name: 'alone', sample: own.alone };
    return {
      rows: [
        ratioRow(about('a node, 50/s, to a webhook that it holds'), own.node, alone, {
          ...{ figure: 'p50', limit: 1.1 },
        }),
        limitRow(about('a node without a feed, through the log'), ofRounds(log), {
          ...{ figure: 'p50', limit: 3 },
        }),
        limitRow(about('from kill -9 of a node to its last request by another'), ofRounds(takeOvers), {
          ...{ figure: 'max', limit: 5000 },
        }),
      ],
    };
  },
};

async function ownDestination(meter: Meter, database: ClusterDatabase, short: boolean) {
  const destinations = [webhook('bot', meter.hookUrl)];
  const subjects = [
    await meter.start(bridge({ destinations })),
    await meter.start(bridge({ destinations, more: database.yaml('a') })),
  ] as const;
  await database.shared(1);
  await pause(SETTLE_MS);
  const size = { perSecond: PER_SECOND, count: short ? 50 : 150, times: short ? 2 : 10 };
  const [alone, node] = await blocksOf(meter, subjects, size);
  await meter.stop(...subjects);
  return { alone, node };
}

/** One announcement after the other; what a reader reads, a node without a feed sends. */
async function throughTheLog(meter: Meter, database: ClusterDatabase, times: number): Promise<number[]> {
  const destinations = [webhook('bot', meter.hookUrl)];
  const reader = await meter.start(bridge({ destinations, more: database.yaml('reader', 'read') }));
  const sender = await meter.start({
    ...bridge({ destinations, more: database.yaml('sender', 'deliver') }),
    dial: async () => {
      await database.shared(1);
      return reader.announce;
    },
  });
  await pause(SETTLE_MS);
  const latencies: number[] = [];
  for (let time = -2; time < times; time++) {
    await pause(BETWEEN_MS);
    const latencyMs = await meter.lone(sender);
    if (time >= 0) latencies.push(latencyMs);
  }
  await meter.stop(reader, sender);
  return latencies;
}

/** Both have read the announcement; the one that dies holds some of its destinations. */
async function takeOver(meter: Meter, database: ClusterDatabase): Promise<number> {
  using receiver = new Receiver();
  const port = await receiver.listen('0.0.0.0');
  const destinations = Array.from({ length: HOSTS }, (_, n) =>
    webhook(`d${n}`, `http://127.0.0.${n + 1}:${port}/hook`),
  );
  const start = (node: string): Promise<Subject> =>
    meter.start(bridge({ destinations, more: database.yaml(node) }));
  const [dies, lives] = [await start('a'), await start('b')];
  await database.shared(2);
  await pause(SETTLE_MS);
  dies.signal('SIGKILL');
  const { lastMs } = await meter.wide(lives, receiver, HOSTS);
  await meter.stop(dies, lives);
  return lastMs;
}
