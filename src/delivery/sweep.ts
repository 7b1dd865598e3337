/** Expires queued deliveries at their deadline instead of when they reach the head of the queue. */
import type { Clock, Timer } from '../platform/clock.ts';
import { type Head, type Held, isExpired } from './head.ts';

export class Sweep {
  readonly #head: Head;
  readonly #clock: Clock;
  readonly #expire: (held: Held, nowMs: number) => void;
  #timer: Timer | undefined;
  #atMs = Number.POSITIVE_INFINITY;

  /** `expire` must take the delivery out of `head`. */
  constructor(head: Head, clock: Clock, expire: (held: Held, nowMs: number) => void) {
    this.#head = head;
    this.#clock = clock;
    this.#expire = expire;
  }

  /** The most important delivery that is ready: whatever is too old before it goes out of the way. */
  next(nowMs: number): Held | undefined {
    for (let held = this.#head.next; ; held = this.#head.next) {
      if (held === undefined || !isExpired(held, nowMs)) return held;
      this.#expire(held, nowMs);
    }
  }

  /** Something idle may now expire before all the others. A sweep that comes too early only looks again. */
  arm(): void {
    const atMs = this.#head.soonest?.delivery.expiresAtMs;
    if (atMs === undefined || atMs >= this.#atMs) return;
    this.#timer?.cancel();
    this.#atMs = atMs;
    const delayMs = Math.max(0, Math.ceil(atMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.after(delayMs, () => this.#sweep(), false);
  }

  /** For good. */
  stop(): void {
    this.#timer?.cancel();
    this.#atMs = Number.NEGATIVE_INFINITY;
  }

  #sweep(): void {
    this.#atMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicMs();
    for (let held = this.#head.soonest; held !== undefined && isExpired(held, nowMs); ) {
      this.#expire(held, nowMs);
      held = this.#head.soonest;
    }
    this.arm();
  }
}
