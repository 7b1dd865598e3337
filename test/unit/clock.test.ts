/** What counts as time that has passed: sleep does, setting the wall clock does not. */
import { describe, expect, test } from 'vitest';
import { SystemClock } from '../../src/platform/clock.ts';

const HOUR = 3_600_000;

/** A machine that can be put to sleep, and whose wall clock can be set. */
class Machine {
  wall = Date.UTC(2026, 0, 1);
  steady = 5000;
  up = 86_400_000;
  asked = 0;
  readonly clock = new SystemClock({
    wallMs: () => this.wall,
    steadyMs: () => this.steady,
    upMs: () => {
      this.asked++;
      return this.up;
    },
  });

  run(ms: number): void {
    this.wall += ms;
    this.steady += ms;
    this.up += ms;
  }

  sleep(ms: number): void {
    this.wall += ms;
    this.up += ms;
  }
}

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
