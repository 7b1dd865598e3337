/** A machine that can be put to sleep, whose wall clock can be set, and whose timers stand still while it sleeps. */
import type { Timer } from '../../src/platform/alarms.ts';
import { SystemClock } from '../../src/platform/clock.ts';

interface Pending {
  readonly atMs: number;
  readonly callback: () => void;
}

export class Machine {
  wall = Date.UTC(2026, 0, 1);
  steady = 5000;
  up = 86_400_000;
  /** How often the slow question ran. */
  asked = 0;
  /** Delays of the timers that were set, in ms. */
  readonly delays: number[] = [];
  readonly #pending = new Set<Pending>();
  readonly clock = new SystemClock({
    wallMs: () => this.wall,
    steadyMs: () => this.steady,
    upMs: () => {
      this.asked++;
      return this.up;
    },
    setTimer: (delayMs, callback) => this.#setTimer(delayMs, callback),
  });

  /** Timers that have not run. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Awake: time passes, and timers run. */
  run(ms: number): void {
    const endMs = this.steady + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#pass(Math.max(0, next.atMs - this.steady));
      this.#pending.delete(next);
      next.callback();
    }
    this.#pass(endMs - this.steady);
  }

  sleep(ms: number): void {
    this.wall += ms;
    this.up += ms;
  }

  #pass(ms: number): void {
    this.wall += ms;
    this.steady += ms;
    this.up += ms;
  }

  #next(endMs: number): Pending | undefined {
    let next: Pending | undefined;
    for (const one of this.#pending)
      if (one.atMs <= endMs && (next === undefined || one.atMs < next.atMs)) next = one;
    return next;
  }

  #setTimer(delayMs: number, callback: () => void): Timer {
    this.delays.push(delayMs);
    const pending = { atMs: this.steady + delayMs, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }
}
