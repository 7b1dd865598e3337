/**
 * How old an announcement was when it was read, without trusting the local wall clock: a machine
 * whose clock is five minutes off must neither expire everything nor let an old order through.
 *
 * Age = (dispatched − detected), both stamps of the service, so their difference needs no other clock;
 * plus transit = received − dispatched, across two clocks. Each heartbeat shows `received − stamp` =
 * the offset between OUR MONOTONIC clock and the service's + that heartbeat's trip. The smallest of
 * the last ones is the offset plus the fastest trip, so what is left of an announcement is how much
 * longer than the fastest heartbeat it took. The trip of that heartbeat itself is not counted: no one
 * can know it without synchronised clocks, and it is a few ms up to a few hundred.
 *
 * A stamp that is absent or absurd counts as 0: unknown is not old, and an announcement must not
 * expire because a field is broken.
 */

import type { Clock } from '../platform/clock.ts';

/** Ten minutes at one per 30 s: long enough to meet a fast one, short enough that drift (50 ppm) stays under 30 ms. */
const HEARTBEATS_KEPT = 20;

/** No news is held back this long; such a span comes from a broken stamp (milliseconds for microseconds, say). */
const LONGEST_PLAUSIBLE_MS = 30 * 86_400_000;

export interface ReceivedStamps {
  readonly detectedTimestampUs: number | undefined;
  readonly dispatchTimestampUs: number | undefined;
  readonly receivedMonotonicMs: number;
}

/** One per feed: each service machine has its own clock. */
export class ServiceClock {
  /** Oldest first. */
  readonly #offsetsMs: number[] = [];
  #offsetMs: number | undefined;

  /** `receivedMonotonicMs` − service time of the fastest recent heartbeat; `undefined` while unknown. */
  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** The same for the wall clock: what a person means by a clock that is wrong. */
  wallOffsetMs(clock: Clock): number | undefined {
    const offsetMs = this.#offsetMs;
    return offsetMs === undefined ? undefined : offsetMs + clock.wallUs() / 1000 - clock.monotonicMs();
  }

  heartbeat(timestampUs: number | undefined, receivedMonotonicMs: number): void {
    const offsetMs = receivedMonotonicMs - stampMs(timestampUs);
    if (!Number.isFinite(offsetMs)) return;
    this.#offsetsMs.push(offsetMs);
    if (this.#offsetsMs.length > HEARTBEATS_KEPT) this.#offsetsMs.shift();
    this.#offsetMs = Math.min(...this.#offsetsMs);
  }

  /** On every new connection: it may end at another machine, with another clock. */
  reset(): void {
    this.#offsetsMs.length = 0;
    this.#offsetMs = undefined;
  }

  ageAtReceiptMs({ detectedTimestampUs, dispatchTimestampUs, receivedMonotonicMs }: ReceivedStamps): number {
    const detectedMs = stampMs(detectedTimestampUs);
    const dispatchedMs = stampMs(dispatchTimestampUs);
    const offsetMs = this.#offsetMs ?? Number.NaN;
    return plausible(dispatchedMs - detectedMs) + plausible(receivedMonotonicMs - dispatchedMs - offsetMs);
  }
}

/** NaN for what is absent or absurd: it spreads through every sum and ends at `plausible`. */
function stampMs(stampUs: number | undefined): number {
  return stampUs !== undefined && stampUs > 0 ? stampUs / 1000 : Number.NaN;
}

/** NaN fails both comparisons. */
function plausible(spanMs: number): number {
  return spanMs > 0 && spanMs < LONGEST_PLAUSIBLE_MS ? spanMs : 0;
}
