import { expect, it } from 'vitest';
import { LoopDelay } from '../../src/platform/loop-delay.ts';
import { FakeClock } from '../support/fake-clock.ts';

it('is nothing while timers run on time, and before and after it is asked to look', async () => {
  const clock = new FakeClock();
  const loop = new LoopDelay(clock);
  clock.stall(500);
  expect(loop.heldUpMs(clock.monotonicMs())).toBe(0);
  loop.start();
  for (let step = 0; step < 50; step++) {
    await clock.advance(7);
    expect(loop.heldUpMs(clock.monotonicMs())).toBe(0);
  }
  loop.stop();
  clock.stall(500);
  expect(loop.heldUpMs(clock.monotonicMs())).toBe(0);
  expect(clock.pending).toBe(0);
});

it('is how late the timer is, whether it has run by then or not, and forgets it with the next', async () => {
  const clock = new FakeClock();
  const loop = new LoopDelay(clock);
  loop.start();
  await clock.advance(100);
  clock.stall(320);
  expect(loop.heldUpMs(clock.monotonicMs())).toBeCloseTo(300);
  await clock.advance(0);
  expect(loop.heldUpMs(clock.monotonicMs())).toBeCloseTo(300);
  await clock.advance(20);
  expect(loop.heldUpMs(clock.monotonicMs())).toBe(0);
});
