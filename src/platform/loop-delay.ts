/**
 * How long this process has been kept from its work: by a long task of its own, by a machine that gave it no time, or
 * because it was stopped. A timer that should run every 20 ms shows it by being late. A frame that is read then has
 * waited here, not on the line.
 */
import type { Clock, Timer } from './clock.ts';

/** Fifty wake-ups a second cost nothing that can be measured, and nobody cares for a shorter stall. */
const TICK_MS = 20;
/** Timers of a healthy machine are late by this much. */
const USUAL_MS = 5;

export class LoopDelay {
  readonly #clock: Clock;
  #dueMs = Number.POSITIVE_INFINITY;
  /** Of the last tick. */
  #lateMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#dueMs = this.#clock.monotonicMs() + TICK_MS;
    this.#timer = this.#clock.after(TICK_MS, () => this.#tick(), false);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#lateMs = 0;
  }

  /**
   * For how long data read at `nowMs` (monotonic) may have waited in this process, at most; 0 when there was no
   * stall. After a stall timers run before sockets are read, so the last tick may be the one that shows it.
   */
  heldUpMs(nowMs: number): number {
    const heldUpMs = Math.max(nowMs - this.#dueMs, this.#lateMs);
    return heldUpMs > USUAL_MS ? heldUpMs : 0;
  }

  #tick(): void {
    this.#lateMs = this.#clock.monotonicMs() - this.#dueMs;
    this.start();
  }
}
