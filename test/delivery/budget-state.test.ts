/** How much of a budget is left, as people see it, beside what the budget itself does. */
import { expect, test } from 'vitest';
import { Budget } from '../../src/delivery/budget.ts';
import { type BudgetState, tightestOf } from '../../src/delivery/budget-state.ts';
import type { PendingDelivery } from '../../src/delivery/delivery.ts';
import type { LaneStatus } from '../../src/delivery/lane-deps.ts';
import { nextTryMs } from '../../src/delivery/next-try.ts';
import { FakeClock } from '../support/fake-clock.ts';

const setUp = (traits: ConstructorParameters<typeof Budget>[1] = {}) => {
  const clock = new FakeClock();
  const budget = new Budget(clock, { what: 'this chat', ...traits });
  budget.claim('a', [
    { limit: 20, perMs: 60_000 },
    { limit: 3, perMs: 3000 },
  ]);
  const send = () => budget.settle(budget.take(), clock.monotonicMs());
  return { clock, budget, send, state: () => budget.state(clock.monotonicMs()) };
};

test('what was sent and what is under way counts in each window, the shortest first; then it is free again', async () => {
  const { clock, budget, send, state } = setUp();
  expect(state()).toEqual({
    what: 'this chat',
    windows: [
      { limit: 3, perMs: 3000, left: 3 },
      { limit: 20, perMs: 60_000, left: 20 },
    ],
    isNearBan: false,
    waitMs: 0,
  });
  send();
  send();
  const slot = budget.take();
  expect(state().windows.map(({ left }) => left)).toEqual([0, 17]);
  expect(state().waitMs).toBeGreaterThan(0);
  budget.settle(slot, undefined);
  expect(state().windows.map(({ left }) => left)).toEqual([1, 18]);
  // The window is a little longer than its limit says.
  await clock.advance(3100);
  expect(state().windows.map(({ left }) => left)).toEqual([1, 18]);
  await clock.advance(60);
  expect(state().windows.map(({ left }) => left)).toEqual([3, 18]);
});

test('while there is nothing left in one window, nothing can go; while there is in all, something can', async () => {
  const { clock, budget, send, state } = setUp();
  for (let second = 0; second < 90; second++) {
    if (budget.waitMs(clock.monotonicMs()) === 0) send();
    const { windows, waitMs } = state();
    expect(windows.some(({ left }) => left === 0)).toBe(waitMs > 0);
    await clock.advance(1000);
  }
});

test('the receiver’s own count, what may be under way at once, and a hold', async () => {
  const { clock, budget, state } = setUp({ atOnce: 2 });
  const nowMs = clock.monotonicMs();
  budget.tell('bucket', 4, nowMs + 1000, nowMs);
  budget.take();
  expect(state()).toMatchObject({ reported: { left: 3, endsInMs: 1050 }, atOnce: { most: 2, left: 1 } });
  budget.take();
  expect(state().waitMs).toBe(Number.POSITIVE_INFINITY);
  await clock.advance(1100);
  expect(state().reported).toBeUndefined();
  budget.pause(clock.monotonicMs() + 5000);
  expect(state()).toMatchObject({ heldMs: 5000, isNearBan: false });
  await clock.advance(5000);
  expect(state().heldMs).toBeUndefined();
});

test('a hold that keeps the platform from banning the address says so', () => {
  const { clock, budget, state } = setUp({ strikes: { limit: 1, perMs: 600_000 } });
  budget.strike(clock.monotonicMs());
  expect(state()).toMatchObject({ heldMs: 600_000, isNearBan: true });
});

const budgetWith = (changes: Partial<BudgetState>): BudgetState => ({
  ...{ what: 'x', windows: [], isNearBan: false, waitMs: 0 },
  ...changes,
});

test('the tightest limit is the one that leaves the least, wherever it stands', () => {
  expect(tightestOf([budgetWith({})])).toBeUndefined();
  const wide = budgetWith({ windows: [{ limit: 50, perMs: 1000, left: 50 }] });
  const narrow = budgetWith({
    windows: [
      { limit: 5, perMs: 2000, left: 4 },
      { limit: 30, perMs: 60_000, left: 2 },
    ],
  });
  expect(tightestOf([wide, narrow])).toMatchObject({ left: 2, limit: 30 });
  const told = budgetWith({ reported: { left: 1, endsInMs: 5 } });
  expect(tightestOf([wide, told, narrow])).toMatchObject({ budget: told, left: 1, limit: undefined });
});

const pending = (notBeforeMs: number) =>
  ({
    notBeforeMs,
    byHandMs: undefined,
    delivery: { content: { kind: 'alert' } },
  }) as unknown as PendingDelivery;

const NOW_MS = 10_000;
const next = (
  held: readonly PendingDelivery[],
  { probeAtMs, waits = [] }: { probeAtMs?: number; waits?: readonly number[] } = {},
) =>
  nextTryMs(
    { status: { probeAtMs } as LaneStatus, held },
    {},
    waits.map((waitMs) => budgetWith({ waitMs })),
    NOW_MS,
  );

test('the next try: the earliest retry, but not before the budgets and the look at a destination in trouble', () => {
  expect(next([])).toBeUndefined();
  expect(next([pending(12_000), pending(11_000)])).toBe(1000);
  expect(next([pending(0)])).toBe(0);
  expect(next([pending(0)], { waits: [0, 300] })).toBe(300);
  expect(next([pending(0)], { probeAtMs: 40_000 })).toBe(30_000);
  expect(next([pending(0)], { probeAtMs: Number.POSITIVE_INFINITY })).toBe(Number.POSITIVE_INFINITY);
});
