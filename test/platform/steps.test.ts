/** Work in steps: at once, or in turns that give way to others. */
import { expect, test } from 'vitest';
import { inTurns, loopTurns, type Steps, unlessStopped, whole } from '../../src/platform/steps.ts';

function* counted(steps: number): Steps<number> {
  for (let step = 0; step < steps; step++) yield;
  return steps;
}

/** Each look at it is so much later. */
const clockOf = (stepMs: number) => {
  let nowMs = 0;
  return { monotonicMs: () => (nowMs += stepMs) };
};

test.each([
  [0.1, 100],
  [0.5, 500],
  [2, 1000],
])('a step of %d ms: of a thousand %d turns are given to others', async (stepMs, least) => {
  let turns = 0;
  const breathe = async () => {
    turns++;
  };
  expect(await inTurns(counted(1000), { clock: clockOf(stepMs), breathe })).toBe(1000);
  expect(turns).toBeGreaterThanOrEqual(least * 0.9);
});

test('at once it gives the same, and what a step throws is thrown', async () => {
  expect(whole(counted(5))).toBe(5);
  // biome-ignore lint/correctness/useYield: it does not come so far
  function* faulty(): Steps<never> {
    throw new Error('a bug');
  }
  expect(() => whole(faulty())).toThrow('a bug');
  const turns = { clock: clockOf(1), breathe: () => Promise.resolve() };
  await expect(inTurns(faulty(), turns)).rejects.toThrow('a bug');
});

test('a stop ends it between two steps; without one it gives the same', async () => {
  const stop = new AbortController();
  let done = 0;
  function* counting(): Steps<string> {
    for (; done < 1000; done++) yield;
    return 'done';
  }
  const work = inTurns(unlessStopped(counting(), stop.signal), loopTurns(clockOf(0.5)));
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  expect(await work).toBeUndefined();
  expect(done).toBeLessThan(100);
  expect(whole(unlessStopped(counted(5), new AbortController().signal))).toBe(5);
});
