/** The passage of time: sleep counts, setting the wall clock does not. */
import { describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { Budget } from '../../src/delivery/budget.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { LONGEST_TIMER_MS } from '../../src/platform/alarms.ts';
import { wait, withDeadline } from '../../src/platform/clock.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import { Machine } from '../support/machine.ts';

const HOUR = 3_600_000;

describe('monotonic time', () => {
  test('starts at the wall clock and runs with it', () => {
    const machine = new Machine();
    expect(machine.clock.monotonicMs()).toBe(Date.UTC(2026, 0, 1));
    machine.run(1234.5);
    expect(machine.clock.monotonicMs()).toBe(Date.UTC(2026, 0, 1) + 1234.5);
  });

  test.each([HOUR, -HOUR])('a wall clock set by %d ms is not time that has passed', (stepMs) => {
    const machine = new Machine();
    machine.wall += stepMs;
    machine.run(10);
    expect(machine.clock.monotonicMs()).toBe(Date.UTC(2026, 0, 1) + 10);
  });

  test('a sleep is, as often as it comes, also with a wall clock that was set meanwhile', () => {
    const machine = new Machine();
    const startMs = machine.clock.monotonicMs();
    machine.sleep(8 * HOUR);
    expect(machine.clock.monotonicMs() - startMs).toBe(8 * HOUR);
    machine.run(100);
    machine.wall -= 2 * HOUR;
    expect(machine.clock.monotonicMs() - startMs).toBe(8 * HOUR + 100);
    machine.sleep(HOUR);
    expect(machine.clock.monotonicMs() - startMs).toBe(9 * HOUR + 100);
  });

  test('the slow question is asked only when the wall clock has jumped', () => {
    const machine = new Machine();
    const before = machine.asked;
    for (let n = 0; n < 1000; n++) {
      machine.run(7);
      machine.clock.monotonicMs();
    }
    expect(machine.asked).toBe(before);
  });
});

describe('timers', () => {
  const HALF_A_SECOND = 500;

  test.each([
    ['as it should be', 0],
    ['set back by as much', -8 * HOUR],
    ['set ahead', 3 * HOUR],
    ['set back further', -20 * HOUR],
  ])(
    'regression: what was due while the machine slept runs when it wakes (wall clock %s)',
    (_name, stepMs) => {
      const machine = new Machine();
      const ran: string[] = [];
      machine.clock.after(2 * HOUR, () => ran.push('in the night'));
      machine.clock.after(9 * HOUR, () => ran.push('in the morning'));
      machine.clock.after(HOUR, () => ran.push('cancelled')).cancel();
      machine.run(10_000);
      machine.sleep(8 * HOUR);
      machine.wall += stepMs;
      machine.run(1000);
      expect(ran).toEqual(['in the night']);
      machine.run(HOUR - 12_000);
      expect(ran).toHaveLength(1);
      machine.run(1000);
      expect(ran).toEqual(['in the night', 'in the morning']);
    },
  );

  test('a clock that is set moves no timer, in either direction', () => {
    for (const stepMs of [HOUR, -HOUR, 24 * HOUR]) {
      const machine = new Machine();
      let ran = 0;
      machine.clock.after(2 * HOUR, () => ran++);
      machine.run(HOUR);
      machine.wall += stepMs;
      machine.clock.monotonicMs();
      machine.run(HOUR - 1);
      expect(ran).toBe(0);
      machine.run(1);
      expect(ran).toBe(1);
    }
  });

  test('a reading notices the sleep at once, and runs nothing before it returns', () => {
    const machine = new Machine();
    let ran = 0;
    machine.clock.after(2 * HOUR, () => ran++);
    machine.run(HALF_A_SECOND);
    machine.sleep(3 * HOUR);
    machine.clock.monotonicMs();
    expect(ran).toBe(0);
    machine.run(0);
    expect(ran).toBe(1);
  });

  test('regression: days are no moment: no timer of the machine is longer than it can be', () => {
    const machine = new Machine();
    let ran = 0;
    const days = 60 * 24 * HOUR;
    machine.clock.after(days, () => ran++);
    expect(Math.max(...machine.delays)).toBeLessThanOrEqual(LONGEST_TIMER_MS);
    machine.sleep(30 * 24 * HOUR);
    machine.run(1000);
    expect(ran).toBe(0);
    machine.sleep(30 * 24 * HOUR);
    machine.run(1000);
    expect(ran).toBe(1);
  });

  test('nobody watches when nothing is set, and short timers need no watch', () => {
    const machine = new Machine();
    machine.clock.after(500, () => undefined);
    expect(machine.pending).toBe(1);
    machine.clock.after(5000, () => undefined);
    machine.run(10_000);
    expect(machine.pending).toBe(0);
  });

  test('regression: a pause that ended while the machine slept holds nobody, nor do waits and deadlines', async () => {
    const machine = new Machine();
    const timeline = new Timeline(machine.clock);
    timeline.continueFrom(machine.clock.monotonicMs() + 5 * HOUR);
    const budget = new Budget(timeline);
    let woken = 0;
    budget.pause(timeline.monotonicMs() + 2 * HOUR);
    const queued = {
      delivery: { id: 'one', importance: 1, content: newsOf({ id: 'one' } as Announcement) } as Delivery,
    };
    budget.park({ next: () => queued, wake: () => woken++ }, queued);
    const waited = wait(timeline, 3 * HOUR);
    const inTime = withDeadline(
      timeline,
      4 * HOUR,
      (deadline) => new Promise((resolve) => deadline.addEventListener('abort', () => resolve('over'))),
    );
    machine.run(1000);
    machine.sleep(8 * HOUR);
    machine.run(1000);
    expect(woken).toBe(1);
    await waited;
    expect(await inTime).toBe('over');
  });
});
