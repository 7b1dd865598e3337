/** The modules of the pages are loaded once the first seconds are over, and not by a bridge that has ended. */
import { expect, test } from 'vitest';
import { loadPagesLater } from '../../../src/web/page/ahead.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test.each([
  [4999, false, 0],
  [5000, false, 1],
  [60_000, false, 1],
  [60_000, true, 0],
])('after %d ms, ended: %s', async (ms, isEnded, expected) => {
  const clock = new FakeClock();
  let loads = 0;
  const timer = loadPagesLater(clock, async () => {
    loads++;
    throw new Error('no such file');
  });
  if (isEnded) timer.cancel();
  await clock.advance(ms);
  expect(loads).toBe(expected);
});
