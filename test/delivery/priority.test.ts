/** Behind limits that several destinations share, the most important of all deliveries that can go is next. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BudgetSpec } from '../../src/delivery/budget-book.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { compare } from '../../src/delivery/priority-list.ts';
import { newsIn } from '../support/contents.ts';
import { LaneBench, type LanePlan } from '../support/lane-bench.ts';
import { runs } from '../support/properties.ts';

const delivered: Outcome = { kind: 'delivered' };
const limited = (afterMs: number, budget: string): Outcome => ({
  kind: 'retry',
  reason: 'rate_limited',
  afterMs,
  budget,
});
const options = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };
const NOTICE = 0;
const LISTING = 2;
const five = [{ limit: 5, perMs: 2000 }];
const bucket: BudgetSpec[] = [{ key: 'bucket', limits: five }];

/** Fills every window and leaves notices waiting in `names`. */
function notices(bench: LaneBench, names: readonly string[], count = 30): void {
  for (let n = 1; n <= count; n++) bench.announce(`notice ${n}`, NOTICE, names);
}

/** The next delivery, after so many. */
const nextAfter = (bench: LaneBench, count: number) => bench.titles()[count];

test.each([
  ['own limits and shared ones are the same', five],
  ['own limits are stricter', [{ limit: 2, perMs: 3000 }]],
  ['own limits are looser', [{ limit: 5, perMs: 1000 }]],
  ['there are no own limits', []],
])('regression: a listing goes before the notices of its neighbour, where %s', async (_, own) => {
  using bench = new LaneBench({
    news: { options, own, shared: bucket },
    market: { options, shared: bucket },
  });
  notices(bench, ['news']);
  await bench.clock.advance(1000);
  const before = bench.sends.length;
  bench.announce('listing', LISTING, ['market']);
  await bench.clock.advance(2500);
  expect(nextAfter(bench, before)).toBe('listing');
});

test('regression: whichever of two parks first, and wherever, the listing of the second is next', async () => {
  const own = five;
  using bench = new LaneBench({ a: { options, own, shared: bucket }, b: { options, own, shared: bucket } });
  notices(bench, ['a', 'b']);
  for (const name of ['a', 'b', 'a', 'b']) {
    await bench.clock.advance(1000);
    const before = bench.sends.length;
    bench.announce(`listing ${before}`, LISTING, [name]);
    await bench.clock.advance(2200);
    expect(bench.titles().slice(before)).toContain(`listing ${before}`);
    expect(
      nextAfter(bench, before) === `listing ${before}` ||
        nextAfter(bench, before + 1) === `listing ${before}`,
    ).toBe(true);
  }
});

test('a lane that another limit holds back keeps no place, and takes its own as soon as it can', async () => {
  const slow = { key: 'slow', limits: [{ limit: 1, perMs: 10_000 }] };
  using bench = new LaneBench({
    held: { options, shared: [...bucket, slow] },
    free: { options, shared: bucket },
  });
  bench.announce('first', LISTING, ['held']);
  bench.announce('second', LISTING, ['held']);
  notices(bench, ['free'], 50);
  await bench.clock.advance(10_000);
  expect(bench.titles('free').length, 'not held up').toBeGreaterThanOrEqual(24);
  const before = bench.sends.length;
  await bench.clock.advance(3000);
  expect(bench.titles().slice(before, before + 6)).toContain('second');
});

test('room that is there before its timer: the more important of those that wait goes before one that just arrives', async () => {
  using bench = new LaneBench({ parked: { options, shared: bucket }, fresh: { options, shared: bucket } });
  await bench.opened();
  notices(bench, ['fresh'], 5);
  bench.announce('listing', LISTING, ['parked']);
  await bench.clock.advance(0);
  // The loop is held up: timers are late, and frames are read before they run.
  bench.clock.stall(2101);
  bench.announce('late notice', NOTICE, ['fresh']);
  expect(bench.titles().slice(5)).toEqual(['listing', 'late notice']);
});

test('room that is there before its timer: one that just arrives goes before what waits and is less important', async () => {
  const one = [{ key: 'bucket', limits: [{ limit: 1, perMs: 2000 }] }];
  using bench = new LaneBench({ parked: { options, shared: one }, fresh: { options, shared: one } });
  notices(bench, ['parked'], 5);
  await bench.clock.advance(0);
  bench.clock.stall(2101);
  bench.announce('listing', LISTING, ['fresh']);
  await bench.clock.advance(0);
  expect(bench.titles().slice(1)).toEqual(['listing']);
});

test('regression: one that goes first does not take along what is less important than the one that let it pass', async () => {
  const own = [{ limit: 2, perMs: 950 }];
  const shared = [{ key: 'bucket', limits: [{ limit: 3, perMs: 1000 }] }];
  using bench = new LaneBench({ parked: { options, own, shared }, fresh: { options, shared } });
  await bench.opened();
  notices(bench, ['parked'], 2);
  bench.announce('old notice', NOTICE, ['parked']);
  bench.announce('listing', LISTING, ['parked']);
  await bench.clock.advance(100);
  bench.announce('first', NOTICE, ['fresh']);
  await bench.clock.advance(0);
  // Now there is room for two in either window.
  bench.clock.stall(951);
  bench.announce('fresh notice', NOTICE, ['fresh']);
  await bench.clock.advance(10);
  expect(bench.titles().slice(3)).toEqual(['listing', 'fresh notice']);
});

test('what waits at a limit of its own goes first too, when both open in the same moment', async () => {
  const one = [{ key: 'bucket', limits: [{ limit: 1, perMs: 2000 }] }];
  const own = [{ limit: 1, perMs: 2000 }];
  using bench = new LaneBench({ early: { options, shared: one }, own: { options, own, shared: one } });
  bench.announce('first', NOTICE, ['own']);
  bench.announce('notice', NOTICE, ['early']);
  bench.announce('listing', LISTING, ['own']);
  await bench.clock.advance(2100);
  expect(bench.titles()).toEqual(['first', 'listing']);
});

test('regression: at the end of a pause the trial is the most important of all, whatever else holds its lane', async () => {
  const own = [{ limit: 1, perMs: 5000 }];
  const shared = [{ key: 'account', limits: [] }];
  using bench = new LaneBench({
    a: { options, shared },
    b: { options, own, shared },
    c: { options, shared },
  });
  bench.answer = () => limited(5000 + 250, 'account');
  bench.tookMs = 10;
  bench.announce('first', NOTICE, ['b']);
  await bench.clock.advance(1000);
  bench.answer = () => delivered;
  notices(bench, ['a', 'c'], 5);
  bench.announce('listing', LISTING, ['b']);
  await bench.clock.advance(4500);
  expect(nextAfter(bench, 1)).toBe('listing');
});

test('regression: where so many may be under way, the place of one that ends is for the most important', async () => {
  const shared = [{ key: 'sockets', limits: [], atOnce: 2 }];
  using bench = new LaneBench({ a: { options, shared }, b: { options, shared }, c: { options, shared } });
  bench.tookMs = 500;
  notices(bench, ['a', 'b'], 10);
  await bench.clock.advance(100);
  expect(bench.sends).toHaveLength(2);
  bench.announce('listing', LISTING, ['c']);
  await bench.clock.advance(500);
  expect(nextAfter(bench, 2)).toBe('listing');
});

test('regression: no more is handed over than can go at once, so the fresh one is next and nothing waits out its time', async () => {
  let share = 4;
  const waiting = { ...options, concurrency: 16, timeout: '1s' };
  using bench = new LaneBench({ bot: { options: waiting, atOnce: () => share } });
  await bench.opened();
  bench.tookMs = 600;
  for (let n = 1; n <= 17; n++) bench.announce(`${n}`, NOTICE);
  await bench.clock.advance(100);
  expect(bench.titles()).toEqual(['1', '2', '3', '4']);
  bench.announce('fresh', NOTICE);
  await bench.clock.advance(600);
  expect(bench.titles()[4]).toBe('fresh');
  share = 2;
  await bench.clock.advance(1200);
  expect(bench.lane('bot').status.inFlight, 'another destination has joined').toBe(2);
  share = 8;
  await bench.clock.advance(600);
  bench.announce('last', NOTICE);
  expect(bench.lane('bot').status.inFlight, 'it has left: all the rest').toBe(7);
  await bench.clock.advance(10_000);
  expect(bench.sends.map(({ attempt }) => attempt)).toEqual(Array(19).fill(1));
});

test('what became less important while it waited gives way: its listing has expired', async () => {
  using bench = new LaneBench({
    a: { options: { ...options, maxAge: '1s' }, shared: bucket },
    b: { options, shared: bucket },
  });
  await bench.opened();
  notices(bench, ['b'], 5);
  bench.announce('too old by then', LISTING, ['a']);
  bench.announce('middle', 1, ['b']);
  await bench.clock.advance(500);
  bench.announce('notice', NOTICE, ['a']);
  await bench.clock.advance(2000);
  expect(bench.titles().slice(5)).toEqual(['middle']);
  bench.announce('last', NOTICE, ['a']);
  await bench.clock.advance(10);
  expect(
    bench.titles().slice(6),
    'a lane whose queue ran empty while it was parked is not forgotten',
  ).toEqual(['last']);
});

test('ten thousand destinations behind one limit: each place costs the same as with ten', async () => {
  const looksPerSend = async (count: number) => {
    const shared = [{ key: 'bot', limits: [{ limit: 30, perMs: 1000 }] }];
    const plan: LanePlan = { options, shared };
    using bench = new LaneBench(
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`chat ${n}`, plan])),
    );
    let looks = 0;
    const [, budget] = bench.budgetsOf('chat 0');
    if (budget === undefined) throw new Error('no budget');
    const { windows } = budget;
    const opensAtMs = windows.opensAtMs.bind(windows);
    windows.opensAtMs = (inFlight) => {
      looks++;
      return opensAtMs(inFlight);
    };
    bench.announce('one');
    await bench.clock.advance(100);
    const [before, sent] = [looks, bench.sends.length];
    await bench.clock.advance(4000);
    return (looks - before) / (bench.sends.length - sent);
  };
  const few = await looksPerSend(200);
  expect(await looksPerSend(10_000)).toBeLessThan(2 * few);
});

test('of all lanes that share a limit and could go, never one goes before a more important one', async () => {
  const KEYS = ['x', 'y', 'z'];
  const window = fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    perMs: fc.integer({ min: 100, max: 3000 }),
  });
  const planOf = fc.record({
    concurrency: fc.integer({ min: 1, max: 3 }),
    maxAge: fc.constantFrom('500ms', '5s', '6h'),
    own: fc.array(window, { maxLength: 1 }),
    keys: fc.subarray(KEYS, { minLength: 1 }),
  });
  const step = fc.record({
    gapMs: fc.nat(700),
    stall: fc.boolean(),
    importance: fc.nat(3),
    to: fc.nat(5),
    tookMs: fc.constantFrom(0, 50, 400),
    answer: fc.constantFrom(delivered, delivered, delivered, limited(700, 'y'), {
      kind: 'retry',
      reason: 'unreachable',
    } as const),
  });
  const world = fc.record({
    plans: fc.array(planOf, { minLength: 2, maxLength: 5 }),
    shared: fc.tuple(window, window, fc.integer({ min: 1, max: 3 })),
    steps: fc.array(step, { minLength: 5, maxLength: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ plans, shared: [x, y, atOnce], steps }) => {
      const specs: Record<string, BudgetSpec> = {
        x: { key: 'x', limits: [x] },
        y: { key: 'y', limits: [y] },
        z: { key: 'z', limits: [], atOnce },
      };
      const keysOf = (name: string) => plans[Number(name)]?.keys ?? [];
      using bench = new LaneBench(
        Object.fromEntries(
          plans.map(({ concurrency, maxAge, own, keys }, n): [string, LanePlan] => [
            String(n),
            {
              options: { ...options, concurrency, maxAge },
              own,
              shared: keys.flatMap((key) => specs[key] ?? []),
            },
          ]),
        ),
      );
      const rooms = bench.names.map((name) => ({ name, budgets: bench.budgetsOf(name) }));
      const overtaken: string[] = [];
      let answer: Outcome = delivered;
      bench.answer = (send) => {
        const nowMs = bench.clock.monotonicMs();
        const sent = bench.rows().find(({ delivery }) => delivery.id === send.deliveryId);
        for (const { name, budgets } of rooms) {
          if (
            name === send.destination ||
            !keysOf(name).some((key) => keysOf(send.destination).includes(key))
          )
            continue;
          const lane = bench.lane(name);
          const next = lane.next(nowMs);
          // One that is not parked is about to go by itself, or as many are under way as it allows.
          const isParked = budgets.some(({ waiting }) => waiting.has(lane));
          if (next === undefined || sent === undefined || !isParked) continue;
          if (budgets.every((budget) => budget.waitMs(nowMs) === 0) && compare(next, sent) > 0)
            overtaken.push(`${send.title} before ${newsIn(next.delivery).title}`);
        }
        return answer;
      };
      for (const [n, { gapMs, stall, importance, to, tookMs, answer: next }] of steps.entries()) {
        [bench.tookMs, answer] = [tookMs, next];
        bench.announce(String(n), importance, [String(to % plans.length)]);
        if (stall) bench.clock.stall(gapMs);
        else await bench.clock.advance(gapMs);
      }
      answer = delivered;
      await bench.clock.advance(600_000);
      expect(overtaken).toEqual([]);
      expect(bench.rows().filter(({ state }) => state === 'pending')).toEqual([]);
    }),
    { numRuns: runs(150) },
  );
});

test.each([[['listings', 'notices']], [['notices', 'listings']]])(
  'regression: at the start the most important of all lanes goes first, in whichever order they stand: %j',
  async (names) => {
    const plan = { options, shared: [{ key: 'bucket', limits: [{ limit: 1, perMs: 1000 }] }] };
    using bench = new LaneBench(Object.fromEntries(names.map((name) => [name, plan])));
    for (const lane of bench.lanes) await lane.stop(AbortSignal.abort());
    bench.announce('listing', LISTING, ['listings']);
    notices(bench, ['notices'], 3);
    bench.announce('another', LISTING, ['listings']);
    bench.kill();
    await bench.clock.advance(5000);
    expect(bench.titles()).toEqual(['another', 'listing', 'notice 3', 'notice 2', 'notice 1']);
  },
);
