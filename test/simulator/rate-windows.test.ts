/** The rate limits of the receivers: what passes, what waits, and how long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FixedWindow, SlidingWindow, TokenBucket, takeAll } from '../../src/simulator/rate-windows.ts';

const arrivals = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 });

test('a sliding window never lets more than its limit into any window', () => {
  fc.assert(
    fc.property(arrivals, (gapsMs) => {
      const window = new SlidingWindow(5, 2000);
      const passedMs: number[] = [];
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        if (takeAll([window], nowMs) === 0) passedMs.push(nowMs);
      }
      for (const [index, atMs] of passedMs.entries())
        expect(atMs - (passedMs[index - 5] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(2000);
    }),
  );
});

test('a bucket passes whoever keeps `burst` per `burst · everyMs`', () => {
  fc.assert(
    fc.property(arrivals, (gapsMs) => {
      const polite = new SlidingWindow(5, 5000);
      const bucket = new TokenBucket(5, 1000);
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        nowMs += polite.waitMs(nowMs);
        polite.take(nowMs);
        expect(bucket.waitMs(nowMs)).toBe(0);
        bucket.take();
      }
    }),
  );
});

test('a fixed window starts with its first request and counts down', () => {
  const window = new FixedWindow(2, 1000);
  expect([window.waitMs(500), window.remaining(500), window.resetAfterMs(500)]).toEqual([0, 2, 0]);
  window.take(500);
  window.take(1400);
  expect([window.waitMs(1400), window.remaining(1400), window.resetAfterMs(1400)]).toEqual([100, 0, 100]);
  expect([window.waitMs(1500), window.remaining(1500)]).toEqual([0, 2]);
});

test('several limits count together or not at all', () => {
  const wide = new SlidingWindow(2, 1000);
  const narrow = new SlidingWindow(1, 1000);
  expect(takeAll([wide, narrow], 0)).toBe(0);
  expect(takeAll([wide, narrow], 400)).toBe(600);
  expect(takeAll([wide], 400)).toBe(0);
  expect(takeAll([wide], 500)).toBe(500);
});
