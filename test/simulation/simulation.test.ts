/**
 * Thousands of small lives of the bridge, each from a seed: feeds that repeat and come out of order,
 * receivers that fail in every way, a disk that breaks, clocks that are set, crashes between any two steps.
 * After each, the guarantees are asked. `SEEDS` says how many, `SEED` replays one alone.
 */
import { expect, test } from 'vitest';
import type { AnnouncementFrame } from '../../src/feed/frames.ts';
import type { Random } from '../../src/platform/random.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { aboveRates, aboveToldLimits, deliveredWithoutBeingTaken, repeats, Watch } from './invariants.ts';
import type { Fate, Outage, Temper } from './receivers.ts';
import { type LanePlan, World } from './world.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 200);
const ONLY = process.env['SEED'];

const SHARED = 'one account';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of the lane that is most patient. */
const LONGEST_AGE_MS = 4 * HOUR;

function drawTemper(random: Random): Temper {
  const share = (most: number) => (random() < 0.5 ? 0 : random() * most);
  return {
    unreachable: share(0.2),
    serverError: share(0.2),
    rateLimited: share(0.15),
    rateLimitedLong: share(0.03),
    strike: share(0.2),
    told: share(0.3),
    lostAnswer: share(0.2),
    hang: share(0.1),
    formatRefused: share(0.1),
    moved: share(0.05),
    rejectMessage: share(0.1),
    rejectDestination: share(0.05),
  };
}

const OUTAGES: readonly Fate[] = [
  'unreachable',
  'serverError',
  'hang',
  'strike',
  'rejectDestination',
  'delivered',
];

function drawOutage(random: Random): Outage {
  const fate = OUTAGES[Math.floor(random() * OUTAGES.length)] ?? 'delivered';
  const from = random() * 30_000;
  return { fate, from, until: from + random() ** 2 * HOUR };
}

function drawPlans(random: Random): LanePlan[] {
  const fast = { retry: { minDelay: '100ms', maxDelay: '5s' } };
  const slow = { retry: { minDelay: '1s', maxDelay: '20m' } };
  const drawn = () => ({
    temper: drawTemper(random),
    outage: drawOutage(random),
    onAmbiguous: random() < 0.3 ? ('drop' as const) : ('resend' as const),
  });
  return [
    {
      ...{ name: 'bot', maxAgeMs: 20_000, own: [], shared: undefined },
      ...{ options: { ...fast, concurrency: 3 }, ...drawn() },
    },
    {
      ...{ name: 'chat', maxAgeMs: 2 * MINUTE, shared: SHARED },
      own: [
        { limit: 3, perMs: 1000 },
        { limit: 10, perMs: 20_000 },
      ],
      ...{ options: { ...fast, concurrency: 1 }, ...drawn() },
    },
    {
      ...{ name: 'vip', maxAgeMs: LONGEST_AGE_MS, shared: SHARED, own: [{ limit: 2, perMs: 500 }] },
      ...{ options: { ...slow, concurrency: 2 }, ...drawn() },
    },
  ];
}

function frameOf(ordinal: number, random: Random): AnnouncementFrame {
  return {
    kind: 'announcement',
    type: 'announcement',
    test: false,
    title: `announcement ${ordinal}`,
    ticker: 'ABC',
    publisher: 'upbit',
    listingType: random() < 0.3 ? 'not_listing' : 'spot_listing',
    publishTimestampUs: undefined,
    detectedTimestampUs: undefined,
    dispatchTimestampUs: undefined,
    abnormal: false,
    extra: {},
  };
}

async function live(seed: number): Promise<void> {
  const plot = seededRandom(seed ^ 0x5eed);
  const watch = new Watch();
  const world = new World(seed, drawPlans(plot), (sent) => watch.started(sent, world));
  const setsClocks = plot() < 0.3;
  const breaksDisks = plot() < 0.3;
  const frames = Array.from({ length: 3 + Math.floor(plot() * 15) }, (_, ordinal) => frameOf(ordinal, plot));
  // Two feeds bring the same in another order, at other times.
  const arrivals = frames.flatMap((frame) => [
    { frame, feed: 'one', at: plot() * 30 },
    ...(plot() < 0.4 ? [{ frame, feed: 'two', at: plot() * 30 }] : []),
  ]);
  for (const { frame, feed } of arrivals.toSorted((a, b) => a.at - b.at)) {
    world.accept(frame, feed);
    if (breaksDisks && plot() < 0.2) world.diskIsBroken = !world.diskIsBroken;
    if (plot() < 0.1) world.dieAfter(Math.floor(plot() * 40));
    await world.advance(plot() < 0.4 ? 0 : plot() * 3000);
    if (plot() < 0.1) await world.crash(plot() * 2000);
    if (plot() < 0.1) world.clock.stall(plot() * 30_000);
    if (setsClocks && plot() < 0.2) world.clock.stepWall((plot() - 0.5) * 20 * MINUTE);
  }
  world.diskIsBroken = false;
  // A death on the way costs nothing of the time that is left.
  const end = world.clock.truthMs + LONGEST_AGE_MS + 30 * MINUTE;
  for (const byMs of [MINUTE, MINUTE, 10 * MINUTE]) await world.advance(byMs);
  while (world.rows().some(({ state }) => state === 'pending') && world.clock.truthMs < end)
    await world.advance(20 * MINUTE);
  world.flush();
  const rows = world.rows();
  const stored = world.titles();
  expect(
    [...world.read].filter((title) => !stored.has(title) && !world.lost.has(title)),
    'everything read is stored',
  ).toEqual([]);
  expect(rows, 'each once for each destination').toHaveLength(stored.size * world.plans.length);
  expect(
    rows.filter(({ state }) => state === 'pending').map(({ id }) => id),
    'everything ends',
  ).toEqual([]);
  expect(watch.violations).toEqual([]);
  expect(repeats(world)).toEqual([]);
  expect(deliveredWithoutBeingTaken(world)).toEqual([]);
  expect(aboveRates(world)).toEqual([]);
  expect(aboveToldLimits(world)).toEqual([]);
  expect(world.saidTwice).toEqual([]);
  world.database.close();
}

test(ONLY === undefined ? `${SEEDS} lives` : `life ${ONLY}`, { timeout: 60_000 + SEEDS * 100 }, async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed + 1) : [Number(ONLY)];
  for (const seed of seeds)
    try {
      await live(seed);
    } catch (error) {
      throw new Error(`seed ${seed} fails; replay it alone with SEED=${seed}`, { cause: error });
    }
});
