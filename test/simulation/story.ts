/**
 * The ingredients of a life: destinations and how their receivers behave, and the changes of a reload. All from
 * the seed.
 */
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import type { Random } from '../../src/platform/random.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Of the lane that is most patient. */
export const LONGEST_AGE_MS = 4 * HOUR;

/** Key of the budget that `chat` and `vip` share. */
export const SHARED = 'one account';
export const SHARED_LIMITS: readonly BudgetLimits[] = [{ limit: 4, perMs: 1000 }];
export const STRIKES: BudgetLimits = { limit: 5, perMs: MINUTE };

export const LANES = ['bot', 'chat', 'vip'] as const;
export type LaneName = (typeof LANES)[number];

/** Answers of a receiver of orders, and of a chat, that are no plain yes. */
export const FATES = [
  'unreachable',
  'serverError',
  'rateLimited',
  'rateLimitedLong', // for minutes up to hours
  'strike', // a 429 that says no time, and counts towards a ban
  'lostAnswer',
  'hang',
  'gateway', // something in between gave up waiting: the receiver may have acted
  'rejectMessage',
  'rejectDestination',
  'odd', // an answer with something unexpected in one of its fields
  'unwritable', // the store will refuse the row of this attempt
  // Of chats only.
  'told', // a yes that says how much more may come
  'formatRefused',
  'moved',
] as const;
export type Fate = (typeof FATES)[number] | 'delivered';

/** How often a receiver does what; the rest is `delivered`. */
export type Temper = Readonly<Partial<Record<Fate, number>>>;

/** For a while a receiver does only this. */
export interface Outage {
  readonly fate: Fate;
  readonly from: number;
  readonly until: number;
}

export interface FarEnd {
  readonly temper: Temper;
  readonly outage: Outage | undefined;
  /** Its first answers. */
  readonly first: readonly Fate[];
  /** Refuses these as if the destination were at fault, and takes everything else. */
  readonly poison: ReadonlySet<string>;
  /** A webhook's share of connections. */
  readonly sockets: number;
}

/** One destination of the config. */
export interface LanePlan {
  readonly name: LaneName;
  /** As in the config file, all but the address. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Which receiver. */
  readonly address: number;
  /** The platform's limits. */
  readonly own: readonly BudgetLimits[];
}

export interface Story {
  readonly plans: readonly LanePlan[];
  readonly farEnd: (name: LaneName, address: number) => FarEnd;
  readonly setsClocks: boolean;
  readonly breaksDisks: boolean;
  readonly reloads: boolean;
  readonly sleeps: boolean;
  readonly shutdownTimeout: string;
  /** Of the rule that sends everything; in few lives. */
  readonly cooldown: { readonly by: 'ticker' | 'rule'; readonly for: string } | undefined;
  /** The first tries to open a destination fail. */
  readonly openFailures: number;
}

const MOST: Temper = {
  unreachable: 0.2,
  serverError: 0.2,
  rateLimited: 0.15,
  rateLimitedLong: 0.03,
  strike: 0.2,
  lostAnswer: 0.2,
  hang: 0.1,
  gateway: 0.1,
  rejectMessage: 0.1,
  rejectDestination: 0.05,
  odd: 0.1,
  unwritable: 0.05,
};
const OF_CHATS: Temper = { told: 0.3, formatRefused: 0.1, moved: 0.05 };

const OUTAGES: readonly Fate[] = [
  'unreachable',
  'serverError',
  'serverError',
  'gateway',
  'hang',
  'strike',
  'rejectDestination',
  'rejectDestination',
];

const pick = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[Math.floor(random() * items.length)];

function drawTemper(most: Temper, random: Random): Temper {
  return Object.fromEntries(
    Object.entries(most).map(([fate, share]) => [fate, random() < 0.5 ? 0 : random() * share]),
  );
}

function drawOutage(random: Random): Outage | undefined {
  if (random() < 0.3) return undefined;
  const from = random() * 30_000;
  // Many are over soon: a restart of the receiver, a router that wakes.
  const lastsMs = random() < 0.5 ? 200 + random() * 8000 : random() ** 2 * HOUR;
  return { fate: pick(OUTAGES, random) ?? 'serverError', from, until: from + lastsMs };
}

const chance = (random: Random, share: number, options: object) => (random() < share ? options : {});

function drawRate(random: Random): object {
  const limit = 2 + Math.floor(random() * 5);
  const per = pick(['1s', '10s', '15m'], random);
  const burst = pick([undefined, 1, Math.ceil(limit / 2), 2 * limit], random);
  return { rateLimit: { limit, per, ...(burst === undefined ? {} : { burst }) } };
}

function drawPlans(random: Random): LanePlan[] {
  const common = () => ({
    timeout: '1s',
    ...chance(random, 0.4, { onAmbiguous: 'drop' }),
    ...chance(random, 0.05, { dryRun: true }),
  });
  const fast = { minDelay: '100ms', maxDelay: '5s' };
  const attempts = chance(random, 0.2, { attempts: 3 });
  const chatOwn = [
    { limit: 3, perMs: 1000 },
    { limit: 10, perMs: 20_000 },
  ];
  return [
    {
      ...{ name: 'bot', address: 0, own: [] },
      options: {
        ...{ maxAge: '20s', concurrency: 3, retry: { ...fast, ...attempts }, ...common() },
        ...chance(random, 0.3, { forEach: 'ticker' }),
        ...chance(random, 0.3, drawRate(random)),
      },
    },
    {
      ...{ name: 'chat', address: 0, own: chatOwn },
      options: {
        maxAge: '2m',
        concurrency: 1,
        retry: { ...fast, ...chance(random, 0.2, { attempts: 2 }) },
        ...common(),
      },
    },
    {
      ...{ name: 'vip', address: 0, own: [{ limit: 2, perMs: 500 }] },
      options: {
        ...{ maxAge: '4h', concurrency: 3, retry: { minDelay: '1s', maxDelay: '20m' }, ...common() },
        ...chance(random, 0.3, drawRate(random)),
      },
    },
  ];
}

function drawFarEnd(name: LaneName, random: Random, titles: readonly string[]): FarEnd {
  const isBot = name === 'bot';
  const sockets = 1 + Math.floor(random() * 4);
  if (isBot && random() < 0.15)
    return { temper: {}, outage: undefined, first: [], poison: new Set(titles.slice(0, 1)), sockets };
  return {
    temper: drawTemper(isBot ? MOST : { ...MOST, ...OF_CHATS }, random),
    outage: drawOutage(random),
    ...{ first: [], poison: new Set(), sockets },
  };
}

function drawCooldown(random: Random): Story['cooldown'] {
  if (random() < 0.7) return undefined;
  const time = pick(['2s', '20s', '10m', '24h'], random) ?? '20s';
  return { by: random() < 0.5 ? 'ticker' : 'rule', for: time };
}

/** `titles`: of what will be announced. `more`: for what was added later, so that the lives of before stay as they were. */
export function drawStory(random: Random, titles: readonly string[], more: Random): Story {
  const plans = drawPlans(random);
  const first = new Map(LANES.map((name) => [name, drawFarEnd(name, random, titles)]));
  // A receiver that a chat moves to is healthy, but may be just starting.
  const moved: FarEnd = {
    ...{ temper: {}, outage: undefined, poison: new Set<string>(), sockets: 4 },
    first: random() < 0.5 ? [] : ['serverError'],
  };
  return {
    plans,
    cooldown: drawCooldown(more),
    farEnd: (name, address) => (address === 0 ? (first.get(name) ?? moved) : moved),
    setsClocks: random() < 0.3,
    breaksDisks: random() < 0.25,
    reloads: random() < 0.4,
    sleeps: random() < 0.2,
    shutdownTimeout: random() < 0.5 ? '200ms' : '2s',
    openFailures: random() < 0.1 ? 1 + Math.floor(random() * 2) : 0,
  };
}

type Change = (plan: LanePlan, random: Random) => LanePlan | undefined;

const withOptions = (plan: LanePlan, options: object): LanePlan => ({
  ...plan,
  options: { ...plan.options, ...options },
});

const CHANGES: readonly Change[] = [
  (plan) => withOptions(plan, { dryRun: plan.options['dryRun'] !== true }),
  (plan) => withOptions(plan, { dryRun: true }),
  (plan, random) => withOptions(plan, { maxAge: pick(['2s', '20s', '10m'], random) }),
  (plan, random) => withOptions(plan, random() < 0.3 ? { rateLimit: undefined } : drawRate(random)),
  (plan, random) => withOptions(plan, { concurrency: 1 + Math.floor(random() * 3) }),
  (plan) => ({ ...plan, address: plan.address + 1 }),
  (plan) => ({ ...plan, address: plan.address + 1 }),
  (plan) => (plan.name === 'vip' ? plan : undefined),
  (plan) =>
    plan.name === 'bot'
      ? withOptions(plan, { forEach: plan.options['forEach'] === undefined ? 'ticker' : undefined })
      : plan,
];

/** Another config: one destination of it changed, left out or taken in again. */
export function drawReload(
  current: readonly LanePlan[],
  first: readonly LanePlan[],
  random: Random,
): LanePlan[] {
  const missing = first.filter(({ name }) => !current.some((plan) => plan.name === name));
  const back = missing[0];
  if (back !== undefined && random() < 0.5) return [...current, back];
  const chosen = pick(current, random);
  const change = pick(CHANGES, random);
  return current.flatMap((plan) => (plan === chosen && change ? (change(plan, random) ?? []) : plan));
}
