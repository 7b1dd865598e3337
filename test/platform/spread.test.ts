/** Spans of time by size: what a quantile may be off by, and that sums are what they are the sums of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SPREAD_ERROR, Spread } from '../../src/platform/spread.ts';
import '../support/properties.ts';

const spreadOf = (spans: readonly number[]) => {
  const spread = new Spread();
  for (const ms of spans) spread.add(ms);
  return spread;
};

/** In ms: a hundredth to a month. */
const span = fc.double({ min: Math.log(0.01), max: Math.log(3e9), noNaN: true }).map(Math.exp);

const exact = (spans: readonly number[], share: number) =>
  spans.toSorted((one, other) => one - other)[Math.max(1, Math.ceil(spans.length * share)) - 1] ?? Number.NaN;

test('a quantile is within its error of the exact one, and never above the longest', () => {
  fc.assert(
    fc.property(
      fc.array(span, { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0, max: 1 }),
      (spans, share) => {
        const spread = spreadOf(spans);
        const wanted = exact(spans, share);
        const found = spread.quantile(share) ?? Number.NaN;
        expect(Math.abs(found - wanted) / wanted).toBeLessThanOrEqual(SPREAD_ERROR * 1.0001);
        expect(found).toBeLessThanOrEqual(Math.max(...spans));
        expect(spread.maxMs).toBe(Math.max(...spans));
        expect(spread.count).toBe(spans.length);
      },
    ),
  );
});

test('the sum of spreads is the spread of all, in memory and as they are stored', () => {
  fc.assert(
    fc.property(fc.array(fc.array(span)), (parts) => {
      const all = spreadOf(parts.flat());
      const sum = new Spread();
      for (const part of parts) sum.addAll(spreadOf(part));
      const stored = new Spread();
      for (const part of parts) stored.addStored(JSON.parse(JSON.stringify(spreadOf(part).stored())));
      expect(sum.stored()).toEqual(all.stored());
      expect(stored.stored()).toEqual(all.stored());
      expect(sum.bars()).toEqual(all.bars());
    }),
  );
});

test('a sum takes nothing from what it is the sum of', () => {
  const one = spreadOf([10]);
  const sum = new Spread();
  sum.addAll(one);
  sum.add(20);
  sum.addAll(one);
  expect([one.count, sum.count]).toEqual([1, 3]);
  expect(one.stored()).toEqual(spreadOf([10]).stored());
});

test('bars hold every span between their bounds, without gaps', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1 }), (spans) => {
      const bars = spreadOf(spans).bars();
      expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(spans.length);
      for (const [at, { fromMs, toMs }] of bars.entries()) {
        expect(fromMs).toBeLessThan(toMs);
        if (at > 0) expect(fromMs).toBe(bars[at - 1]?.toMs);
      }
      expect(bars[0]?.fromMs ?? 0).toBeLessThanOrEqual(Math.min(...spans) * (1 + SPREAD_ERROR));
      expect(bars.at(-1)?.toMs ?? 0).toBeGreaterThanOrEqual(Math.max(...spans) / (1 + SPREAD_ERROR));
    }),
  );
});

test('nothing has no quantile; below zero counts as the shortest there is', () => {
  const none = spreadOf([]);
  expect([none.quantile(0.5), none.maxMs, none.bars(), none.stored()]).toEqual([
    undefined,
    undefined,
    [],
    [],
  ]);
  expect(spreadOf([-50, 0, 5]).quantile(0.5)).toBeCloseTo(0.01);
  expect(spreadOf([-50]).count).toBe(1);
});
