/** The config of all nodes of a simulated cluster: a receiver of each kind that the promises differ in. */
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

const urlOf = (name: string) => `http://${name}.invalid/orders`;

function ready(names: readonly string[], ofRule: object = {}): ReadyConfig {
  const parsed = configSchema.parse({
    feeds: [{ name: 'one', url: 'wss://feed.invalid', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: Object.fromEntries(
      names.map((name) => [name, { type: 'webhook', url: urlOf(name), warm: false, ...PLANS[name] }]),
    ),
    rules: [{ name: 'all', match: {}, send: names, ...ofRule }],
    server: false,
  });
  const config = {
    ...parsed,
    ...{ file: 'config.yaml', types: destinationTypes, liveTables: new Map(), tableOf: NO_TABLES },
  };
  return makeReady({ config, digest: '', files: [], patterns: [], redact: (text) => text });
}

/** Made once: that is most of the work of a start. */
export const CONFIG = ready(Object.keys(PLANS));

export const COOLDOWN_MS = 60_000;

/** The same, and of each ticker one in a while. */
export const COOLING = ready(Object.keys(PLANS), { cooldown: { by: 'ticker', for: '60s' } });

/** Of a destination, by name. */
export function partitionFor(destination: string): number {
  const prepared = CONFIG.destinations.find(({ name }) => name === destination);
  if (prepared === undefined) throw new Error(`no destination ${destination}`);
  return partitionOf(prepared.limits.broadest);
}
