/**
 * How old an announcement was when it was read, without trusting the local wall clock: a machine
 * whose clock is five minutes off must neither expire everything nor let an old order through.
 *
 * Age = (dispatched − detected), both stamps of the service, so their difference needs no other clock;
 * plus transit = received − dispatched − the offset of the two clocks (`service-clock.ts`), which is how much longer
 * than the fastest frame it took. The trip of that one is not counted: no one can know it without synchronised
 * clocks, and it is a few ms up to a few hundred. Time that this process took to get to the frame is in it.
 *
 * Frames come in order, so none can have been under way for longer than the one before it and the time since: no
 * stamp makes a transit longer than that.
 *
 * Unknown is not old: a stamp that is absent, absurd, or later than its own receipt counts as nothing. Where the
 * dispatch is such a one, or earlier than a detection that is none, the detection alone says the age.
 *
 * The bound, once the offset is known and with stamps of which no two in a row are odd: a transit is never taken
 * for more than 0.5 s longer than it was, nor for shorter than it was by more than 0.5 s + the trip of an ordinary
 * frame. From the moment a clock is set by D until that is followed (three heartbeats in a row, or one and the answer
 * to a self-test) by D more; a clock that runs fast or slow is followed every four. While the offset is unknown (until two stamped frames in a row agree, where our
 * wall clock confirms none; behind a frame that was late for long that takes as long) a transit counts as nothing. test/feeds/cryptolisting/age-bound.test.ts holds it to this.
 */
import { plausibleMs } from '../plausible.ts';
import { AGREE_MS, ServiceClock, stampMs } from './service-clock.ts';

/**
 * While the offset is unknown: a detection that agrees with our wall clock, and a dispatch that is so far ahead of it,
 * are an odd dispatch. A wall clock that is wrong by just what the service took to dispatch is no likely case.
 */
const WALL_AGREES_MS = 5_000;
const FAR_AHEAD_MS = 30_000;

export interface ReceivedStamps {
  readonly detectedTimestampUs: number | undefined;
  readonly dispatchTimestampUs: number | undefined;
  readonly receivedMonotonicMs: number;
  /** Of our wall clock against our monotonic one, where there is a wall clock to ask. */
  readonly wallAheadMs?: number;
}

/** Of one feed. Receives every frame, in order. */
export class AgeEstimate {
  readonly clock = new ServiceClock();
  /** When the last frame was read; before any, when the connection was begun. */
  #lastMs = Number.NEGATIVE_INFINITY;
  /** For how long that one was under way, at most. */
  #lastTransitMs = Number.POSITIVE_INFINITY;

  /** For how long the last frame was under way, at most; its wait in this process included. */
  get transitMs(): number {
    return this.#lastTransitMs;
  }

  /** A new connection begins. */
  connecting(nowMs: number): void {
    this.clock.reset();
    this.#lastMs = nowMs;
    this.#lastTransitMs = 0;
  }

  /** A frame without a stamp. */
  frame(receivedMonotonicMs: number): void {
    this.#passed(receivedMonotonicMs, Number.NaN);
  }

  /** `wallAheadMs`: of our wall clock against our monotonic one. */
  heartbeat(timestampUs: number | undefined, receivedMonotonicMs: number, wallAheadMs?: number): void {
    this.clock.heartbeat(timestampUs, receivedMonotonicMs, wallAheadMs);
    this.#passed(receivedMonotonicMs, this.#sinceMs(stampMs(timestampUs), receivedMonotonicMs));
  }

  announcement({
    detectedTimestampUs,
    dispatchTimestampUs,
    receivedMonotonicMs,
    wallAheadMs = Number.NaN,
  }: ReceivedStamps): number {
    const detectedMs = stampMs(detectedTimestampUs);
    const dispatchedMs = stampMs(dispatchTimestampUs);
    if (this.clock.offsetMs === undefined) {
      const wallMs = receivedMonotonicMs + wallAheadMs;
      const isJustDetected = Math.abs(wallMs - detectedMs) <= WALL_AGREES_MS;
      if (isJustDetected && dispatchedMs - wallMs > FAR_AHEAD_MS) {
        this.#passed(receivedMonotonicMs, Number.NaN);
        return plausibleMs(wallMs - detectedMs);
      }
    }
    const sinceDetectedMs = this.#sinceMs(detectedMs, receivedMonotonicMs);
    const sinceDispatchedMs = this.#sinceMs(dispatchedMs, receivedMonotonicMs);
    const isFromFuture = sinceDispatchedMs < -AGREE_MS;
    const isBeforeDetected = dispatchedMs < detectedMs && sinceDetectedMs >= -AGREE_MS;
    if (Number.isNaN(dispatchedMs) || isFromFuture || isBeforeDetected) {
      this.#passed(receivedMonotonicMs, Number.NaN);
      return plausibleMs(sinceDetectedMs);
    }
    const mostMs = this.#passed(receivedMonotonicMs, sinceDispatchedMs);
    const transitMs = Math.min(plausibleMs(sinceDispatchedMs), mostMs);
    return plausibleMs(dispatchedMs - detectedMs) + plausibleMs(transitMs);
  }

  /** NaN while the offset is unknown. */
  #sinceMs(serviceMs: number, receivedMonotonicMs: number): number {
    return receivedMonotonicMs - serviceMs - (this.clock.offsetMs ?? Number.NaN);
  }

  /** `transitMs`: by its own stamp. Gives the most that the frame can have been under way. */
  #passed(receivedMonotonicMs: number, transitMs: number): number {
    const mostMs = Math.max(0, receivedMonotonicMs - this.#lastMs) + this.#lastTransitMs;
    this.#lastMs = receivedMonotonicMs;
    // A stamp from the future says nothing of how long it took.
    this.#lastTransitMs = transitMs >= -AGREE_MS ? Math.min(mostMs, Math.max(0, transitMs)) : mostMs;
    return mostMs;
  }
}
