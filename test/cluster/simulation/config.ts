/** The configs of the nodes of a simulated cluster: a receiver of each kind that the promises differ in. */
import { partitionOf } from '../../../src/cluster/partitions.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { makeReady, type ReadyConfig } from '../../../src/daemon/ready-config.ts';
import { destinationTypes } from '../../../src/destinations/index.ts';
import { NO_TABLES } from '../../../src/matching/table.ts';

const plain = { maxAge: false, retry: { attempts: 20, minDelay: '100ms', maxDelay: '1s' }, timeout: '3s' };

/** By name; each its own address, so a partition of its own. */
export const PLANS: Readonly<Record<string, object>> = {
  one: plain,
  two: plain,
  three: { ...plain, concurrency: 1 },
  order: { ...plain, onAmbiguous: 'drop' },
  limited: { ...plain, rateLimit: { limit: 2, per: '3s' } },
  short: { ...plain, maxAge: '20s' },
};

export const LIMIT = { limit: 2, perMs: 3000 };

export const SHORT_MS = 20_000;

/** Only in the config of before; only in the one of after. */
export const DROPPED = 'three';
export const ADDED = 'added';

const urlOf = (name: string) => `http://${name}.invalid/orders`;

function ready(names: readonly string[], ofRule: object = {}, ...rules: readonly object[]): ReadyConfig {
  const parsed = configSchema.parse({
    feeds: [{ name: 'one', url: 'wss://feed.invalid', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: Object.fromEntries(
      names.map((name) => [
        name,
        { type: 'webhook', url: urlOf(name), warm: false, ...(PLANS[name] ?? plain) },
      ]),
    ),
    rules: [{ name: 'all', match: {}, send: names.filter((name) => name !== ADDED), ...ofRule }, ...rules],
    server: false,
  });
  const config = {
    ...parsed,
    ...{ file: 'config.yaml', types: destinationTypes, liveTables: new Map(), tableOf: NO_TABLES },
  };
  return makeReady({ config, digest: '', files: [], patterns: [], redact: (text) => text });
}

const names = Object.keys(PLANS);

/** Made once: that is most of the work of a start. */
export const CONFIG = ready(names);

/** A rule and its destination more, a destination less. */
export const CONFIG_AFTER = ready(
  [...names.filter((name) => name !== DROPPED), ADDED],
  {},
  { name: 'more', match: {}, send: [ADDED] },
);

const partitions = new Map(
  [CONFIG, CONFIG_AFTER].flatMap(({ destinations }) =>
    destinations.map(({ name, limits }) => [name, partitionOf(limits.broadest)]),
  ),
);

export const COOLDOWN_MS = 60_000;

/** The same, and of each ticker one in a while. */
export const COOLING = ready(names, { cooldown: { by: 'ticker', for: '60s' } });

/** Of a destination, by name. */
export function partitionFor(destination: string): number {
  const partition = partitions.get(destination);
  if (partition === undefined) throw new Error(`no destination ${destination}`);
  return partition;
}

/** The partitions of all destinations. */
export const SENT_TO: ReadonlySet<number> = new Set(partitions.values());
