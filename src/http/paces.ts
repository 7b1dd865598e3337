/**
 * How fast questions may be asked, for each platform or bot: evenly, so that a bridge that runs at the same time keeps
 * most of the platform's limit. After "too fast" nothing more is asked there.
 */
import { type Clock, wait } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';

export interface Pace {
  /** Those with the same key share a pace. */
  readonly key: string;
  readonly perSecond: number;
}

export class Paces {
  readonly #clock: Clock;
  /** By key, monotonic ms. */
  readonly #nextMs = new Map<string, number>();
  readonly #held = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is its turn: true, unless the platform has meanwhile asked for a pause, or `signal` aborts. */
  async turn({ key, perSecond }: Pace, signal: Deadline): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs();
    const atMs = Math.max(nowMs, this.#nextMs.get(key) ?? 0);
    this.#nextMs.set(key, atMs + 1000 / perSecond);
    if (atMs > nowMs) await wait(this.#clock, atMs - nowMs, signal);
    return !this.#held.has(key) && !signal.aborted;
  }

  /** The platform has asked for a pause: nobody else gets a turn. */
  hold({ key }: Pace): void {
    this.#held.add(key);
  }
}
