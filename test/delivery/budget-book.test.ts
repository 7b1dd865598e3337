/** How many go, and when: bursts, several claims on one budget, restarts and reloads, and a receiver's own count. */
import { describe, expect, test } from 'vitest';
import { Budget } from '../../src/delivery/budget.ts';
import { BudgetBook, type DestinationBudgets } from '../../src/delivery/budget-book.ts';
import { Room } from '../../src/delivery/room.ts';
import { type BudgetLimits, withBurst } from '../../src/delivery/windows.ts';
import { LaneSet, type LaneSetDeps } from '../../src/lane-set.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LaneBench } from '../support/lane-bench.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const options = { maxAge: false, concurrency: 100 };

/** Takes whatever there is room for, at each moment that there is any, until `endMs`. */
function startsUntil(budget: Budget, endMs: number): number[] {
  const startsMs: number[] = [];
  for (let nowMs = 0; nowMs < endMs; nowMs = Math.max(nowMs, budget.opensAtMs)) {
    if (budget.waitMs(nowMs) > 0) continue;
    startsMs.push(nowMs);
    budget.settle(budget.take(), nowMs);
  }
  return startsMs;
}

/** The most in any span of so long. */
const mostIn = (startsMs: readonly number[], perMs: number) =>
  Math.max(
    ...startsMs.map((fromMs) => startsMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + perMs).length),
  );

describe('burst', () => {
  test.each([
    ['below the limit', 60, 5, 5],
    ['one at a time', 60, 1, 1],
    ['as great as the limit', 60, 60, 60],
    ['above the limit', 60, 90, 90],
    ['not given', 60, undefined, 60],
  ])('regression: %s: so many at once, and the average stays', (_, limit, burst, atOnce) => {
    const budget = new Budget(new FakeClock(0));
    budget.claim('bot', withBurst(limit, MINUTE, burst));
    const startsMs = startsUntil(budget, 20 * MINUTE);
    expect(startsMs.filter((atMs) => atMs === 0)).toHaveLength(atOnce);
    const spanMs = (MINUTE * atOnce) / limit;
    expect(mostIn(startsMs, spanMs)).toBe(atOnce);
    expect(mostIn(startsMs, MINUTE)).toBeLessThanOrEqual(Math.max(limit, atOnce));
    expect(startsMs.length, 'the average').toBeGreaterThan(20 * limit * 0.9);
    expect(startsMs.length).toBeLessThanOrEqual(20 * limit + atOnce);
  });
});

describe('several claims on one budget', () => {
  const strict: BudgetLimits[] = [{ limit: 2, perMs: 10 * SECOND }];
  const loose: BudgetLimits[] = [{ limit: 100, perMs: SECOND }];
  const claim = (limits: readonly BudgetLimits[]): DestinationBudgets => ({
    farEnd: 'far end',
    broadest: '',
    own: [],
    shared: [{ key: 'bucket', limits }],
  });
  const sent = (budgets: BudgetBook) => {
    const budget = budgets.shared({ key: 'bucket', limits: [] }, 'counting');
    return startsUntil(budget, SECOND).length;
  };

  test.each([
    ['first', [strict, loose]],
    ['last', [loose, strict]],
    ['beside one that claims nothing', [strict, []]],
  ])('regression: the strictest holds, wherever it stands in the file: %s', (_, [one, two]) => {
    const budgets = new BudgetBook(new FakeClock(0));
    budgets.claim([
      { name: 'one', limits: claim(one ?? []) },
      { name: 'two', limits: claim(two ?? []) },
    ]);
    expect(sent(budgets)).toBe(2);
  });

  test.each([
    ['removed', []],
    ['moved elsewhere', [{ name: 'strict', limits: { farEnd: '', broadest: '', own: [], shared: [] } }]],
    ['made looser', [{ name: 'strict', limits: claim(loose) }]],
  ])('regression: a reload in which the strictest is %s: it holds no longer', (_, rest) => {
    const budgets = new BudgetBook(new FakeClock(0));
    const other = { name: 'loose', limits: claim(loose) };
    budgets.claim([{ name: 'strict', limits: claim(strict) }, other]);
    budgets.claim([...rest, other]);
    expect(sent(budgets)).toBe(100);
  });

  test('regression: one that becomes stricter by a reload holds for all from that moment', () => {
    const budgets = new BudgetBook(new FakeClock(0));
    const other = { name: 'loose', limits: claim(loose) };
    budgets.claim([other, { name: 'strict', limits: claim(loose) }]);
    const claims = budgets.claim([other, { name: 'strict', limits: claim(strict) }]);
    const budget = claims.get('loose')?.shared.get('bucket');
    expect(budget).toBe(claims.get('strict')?.shared.get('bucket'));
    expect(budget && startsUntil(budget, SECOND).length).toBe(2);
  });
});

describe('what was sent before still counts', () => {
  const sendsIn = async (bench: LaneBench, ms: number) => {
    const before = bench.sends.length;
    await bench.clock.advance(ms);
    return bench.sends.length - before;
  };

  test.each([
    ['10 minutes', 10 * MINUTE],
    ['an hour', HOUR],
    ['a day', 24 * HOUR],
  ])('regression: over a restart, in a window of %s', async (_, perMs) => {
    using bench = new LaneBench({
      own: { options, own: [{ limit: 5, perMs }] },
      shared: { options, shared: [{ key: 'bucket', limits: [{ limit: 5, perMs }] }] },
    });
    for (let n = 1; n <= 8; n++) bench.announce(String(n));
    await bench.clock.advance(perMs / 2);
    expect(bench.sends).toHaveLength(10);
    bench.restart();
    expect(await sendsIn(bench, perMs / 2 - MINUTE)).toBe(0);
    expect(await sendsIn(bench, 3 * MINUTE)).toBe(6);
  });

  test.each([
    ['longer', [{ limit: 5, perMs: 2 * SECOND }]],
    ['wider', [{ limit: 1, perMs: 2 * SECOND }]],
    ['there at all', []],
  ])('regression: over a reload that makes a window %s', async (_, before) => {
    const own = [{ limit: 20, perMs: HOUR }];
    using bench = new LaneBench({ bot: { options, own: before } });
    for (let n = 1; n <= 20; n++) bench.announce(String(n));
    await bench.clock.advance(MINUTE);
    expect(bench.sends).toHaveLength(20);
    bench.reload('bot', { options, own });
    bench.announce('one too many');
    expect(await sendsIn(bench, 30 * MINUTE)).toBe(0);
    expect(await sendsIn(bench, 40 * MINUTE)).toBe(1);
  });
});

describe('a limit that a reload sets while the store cannot be read', () => {
  const limits = (limit: number): DestinationBudgets => ({
    farEnd: '',
    broadest: '',
    own: [{ limit, perMs: HOUR }],
    shared: [],
  });
  const claim = (budgets: BudgetBook, budget: DestinationBudgets) =>
    budgets.claim([{ name: 'bot', limits: budget }]).get('bot')?.own as Budget;
  const NONE: DestinationBudgets = { farEnd: '', broadest: '', own: [], shared: [] };

  test.each([
    ['one that is new', NONE],
    ['one that was shorter', { ...NONE, own: [{ limit: 5, perMs: SECOND }] }],
    ['one that was smaller', limits(2)],
  ])('regression: %s counts what had gone, as soon as the store can be read', async (_, before) => {
    const clock = new FakeClock(0);
    await clock.advance(MINUTE);
    let stored: ReadonlyMap<string, readonly number[]> | undefined = new Map([['bot', [1000, 2000, 3000]]]);
    const budgets = new BudgetBook(clock, {
      pauses: new Map(),
      attemptsSince: () => stored,
      keep: () => undefined,
    });
    const budget = claim(budgets, before);
    stored = undefined;
    expect(claim(budgets, limits(3))).toBe(budget);
    budgets.takeUp();
    stored = new Map([['bot', [1000, 2000, 3000]]]);
    // As the bridge does when the store can be read again.
    new LaneSet({ budgets } as Partial<LaneSetDeps> as LaneSetDeps).refill();
    expect(budget.waitMs(MINUTE)).toBeGreaterThan(50 * MINUTE);
    budgets.takeUp();
    expect(budget.windows.countSince(0), 'each once').toBe(3);
  });

  test.each([1, 3, 100])('regression: what this process has sent counts at once: %i', (count) => {
    const clock = new FakeClock(0);
    const budgets = new BudgetBook(clock, {
      pauses: new Map(),
      attemptsSince: () => undefined,
      keep: () => undefined,
    });
    const budget = claim(budgets, NONE);
    for (let n = 0; n < count; n++) budget.settle(budget.take(), n);
    expect(claim(budgets, limits(count)).waitMs(count)).toBeGreaterThan(50 * MINUTE);
  });
});

describe("a far end's own count", () => {
  test('regression: the place of a send that never left is free again', () => {
    const budget = new Budget(new FakeClock(0));
    budget.tell('a', 1, 10 * SECOND, 0);
    const slot = budget.take();
    expect(budget.waitMs(0)).toBeGreaterThan(0);
    budget.settle(slot, undefined);
    expect(budget.waitMs(0)).toBe(0);
    budget.settle(budget.take(), 0);
    expect(budget.waitMs(0), 'that one has left').toBeGreaterThan(0);
  });

  test('regression: also when it was told anew meanwhile, with that send counted as under way', () => {
    const budget = new Budget(new FakeClock(0));
    budget.tell('a', 5, 10 * SECOND, 0);
    const [never, answered] = [budget.take(), budget.take()];
    budget.settle(answered, 0);
    budget.tell('b', 1, 10 * SECOND, 0);
    expect(budget.waitMs(0)).toBeGreaterThan(0);
    budget.settle(never, undefined);
    expect(budget.waitMs(0)).toBe(0);
  });
});

test('regression: a lane parks where it will take longest, so that it is not woken in vain', () => {
  const clock = new FakeClock(0);
  const budgets = [SECOND, 3 * SECOND, 2 * SECOND].map((perMs, n) => {
    const budget = new Budget(clock);
    budget.claim('bot', [{ limit: 1, perMs }]);
    budget.settle(budget.take(), 0);
    return [String(n), budget] as const;
  });
  const [[, own] = [], ...shared] = budgets;
  if (own === undefined) throw new Error('no budget');
  const room = new Room(own, new Map(shared));
  expect(room.fullest(0)).toBe(budgets[1]?.[1]);
  expect(room.fullest(1100)).toBe(budgets[1]?.[1]);
  expect(room.fullest(4000)).toBeUndefined();
});

test('regression: a lane that a reload has moved to another address waits at the old one no longer', async () => {
  using bench = new LaneBench({ bot: { options, own: [{ limit: 1, perMs: HOUR }] } });
  await bench.opened();
  bench.announce('one');
  await bench.clock.advance(SECOND);
  bench.announce('two');
  const [ownBudget] = bench.budgetsOf('bot');
  expect(ownBudget.waiting.size).toBe(1);
  // Requests that the old one was sent still count: only with more slots can it go at once.
  bench.reload('bot', { options, farEnd: 'elsewhere', own: [{ limit: 2, perMs: HOUR }] });
  await bench.clock.advance(SECOND);
  expect(bench.titles()).toEqual(['one', 'two']);
  expect(ownBudget.waiting.size).toBe(0);
});

test('regression: what was unreachable in an earlier life takes no place of a limit, what was sent does', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '6h' }, own: [{ limit: 1, perMs: 900_000 }] },
  });
  bench.answer = () => ({ outcome: { kind: 'retry', reason: 'unreachable' } });
  bench.announce('one');
  await bench.clock.advance(0);
  bench.restart();
  bench.answer = () => ({ kind: 'delivered' });
  await bench.clock.advance(100);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered']);
  bench.restart();
  bench.announce('two');
  await bench.clock.advance(800_000);
  expect(bench.rows().map(({ state }) => state)).toEqual(['pending', 'delivered']);
});
