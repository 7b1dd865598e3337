/** The config file of a life, parsed by the bridge's own schema, and what it promises of each destination. */
import { configSchema } from '../../src/config/schema.ts';
import type { SoundConfig } from '../../src/daemon/ready-config.ts';
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import type { DestinationOptions } from '../../src/destinations/common-options.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { NO_TABLES } from '../../src/matching/table.ts';
import type { LaneName, LanePlan, Story } from './story.ts';

/** A destination as the running config has it. */
export interface InForce {
  readonly plan: LanePlan;
  readonly options: DestinationOptions;
  readonly maxAgeMs: number;
  readonly forEachTicker: boolean;
  /** Which receiver; another one begins again in every respect. */
  readonly farEnd: string;
  /** At most `limit` in any `perMs`. */
  readonly limits: readonly BudgetLimits[];
}

const TOKEN = `123456789:${'a'.repeat(30)}`;

const addressed = ({ name, address, options }: LanePlan): object =>
  name === 'bot'
    ? { type: 'webhook', url: `http://bot-${address}.invalid/`, warm: false, ...options }
    : { type: 'telegram', botToken: TOKEN, chatId: (name === 'vip' ? 100 : 200) + address, ...options };

export function soundConfig(
  plans: readonly LanePlan[],
  { shutdownTimeout, cooldown }: Pick<Story, 'shutdownTimeout' | 'cooldown'>,
): SoundConfig {
  const parsed = configSchema.parse({
    feeds: [{ name: 'one', url: 'wss://feed.invalid', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: Object.fromEntries(plans.map((plan) => [plan.name, addressed(plan)])),
    rules: [{ name: 'all', match: {}, send: plans.map(({ name }) => name), cooldown }],
    ...{ server: false, shutdownTimeout },
  });
  return {
    config: {
      ...parsed,
      file: 'config.yaml',
      types: destinationTypes,
      liveTables: new Map(),
      tableOf: NO_TABLES,
    },
    digest: '',
    files: [],
    patterns: [],
    redact: (text) => text,
  };
}

export function inForce({ config }: SoundConfig, plans: readonly LanePlan[]): Map<LaneName, InForce> {
  const all = new Map<LaneName, InForce>();
  for (const plan of plans) {
    const options = config.destinations[plan.name];
    if (options === undefined) continue;
    const { maxAge, rateLimit } = options;
    all.set(plan.name, {
      ...{ plan, options, farEnd: `${plan.name} ${plan.address}` },
      maxAgeMs: maxAge === false ? Number.POSITIVE_INFINITY : maxAge,
      forEachTicker: options.forEach === 'ticker',
      limits: rateLimit === undefined ? plan.own : promised(rateLimit),
    });
  }
  return all;
}

/** `burst` at once; the average over as long a time as that takes is `limit` in `per`. */
function promised({
  limit,
  per,
  burst = limit,
}: NonNullable<DestinationOptions['rateLimit']>): BudgetLimits[] {
  const bursts = { limit: burst, perMs: (per * burst) / limit };
  return burst < limit ? [bursts, { limit, perMs: per }] : [bursts];
}
