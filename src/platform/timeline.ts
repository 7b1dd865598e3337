/**
 * A clock whose monotonic time goes on where an earlier process stopped, if the wall clock was set back
 * between the two. Else what waits would live longer by the step, a pause of seconds would last as long as
 * the step, and new ids would sort before old ones. How long the process was down nobody knows then: it
 * counts as nothing.
 */
import type { Clock, Timer } from './clock.ts';

export class Timeline implements Clock {
  readonly #clock: Clock;
  #aheadMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call before anything is measured. `latestMs`: the last moment that is written down. Says how far the wall clock is behind it. */
  continueFrom(latestMs: number): number {
    this.#aheadMs = Math.max(0, latestMs - this.#clock.monotonicMs());
    return this.#aheadMs;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  wallUs(): number {
    return this.#clock.wallUs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs() + this.#aheadMs;
  }

  after(delayMs: number, callback: () => void, keepAlive?: boolean): Timer {
    return this.#clock.after(delayMs, callback, keepAlive);
  }
}
