/**
 * Where the service's clock stands against OUR MONOTONIC clock, learnt from stamped frames. Each shows
 * `received − stamp` = the true offset + that frame's trip, so the smallest of the recent ones is the offset plus
 * the fastest trip. A stamp may be odd, and either clock may be set while we listen; so one stamp is never believed:
 *
 * - the first offset needs two frames in a row that agree within `AGREE_MS`, or one that agrees with our wall clock;
 * - from then on a frame that agrees with it refines it, by at most `AGREE_MS`, and any other is put aside;
 * - three heartbeats in a row that agree among themselves and not with it are a clock that was set: they take its place;
 * - four in a row that move away evenly are a clock that runs fast or slow: the last takes its place;
 * - the answer to a self-test decides sooner, because its trip is at most its round trip: together with a heartbeat
 *   that was put aside it proves a clock that was set, or a line that has become slow, which changes nothing here.
 *
 * With stamps of which no two in a row are odd, `offsetMs` so is never below the true offset by more than
 * `2 × AGREE_MS`, nor above it by more than that + the trip of the frames that it was learnt from, except from the
 * moment a clock is set until that is followed: three heartbeats in a row, or one and an answer.
 */
import type { Clock } from '../../platform/clock.ts';

/** Heartbeats are small and come one at a time: their trips differ by less, but for a packet that was lost. */
export const AGREE_MS = 250;
/** A wall clock that is kept, and a trip half around the world. */
const WALL_AGREES_MS = 2 * AGREE_MS;
/** Worth the question of a self-test; lines that are not well kept differ by less, and would ask each minute. */
const DOUBTFUL_MS = 1000;
/** In a row, to believe that a clock was set. */
const TO_FOLLOW = 3;
/** In a row, to believe that a clock runs fast or slow; how much, of the time; and how evenly, in ms. */
const DRIFT = { beats: 4, most: 0.02, unevenMs: 100 } as const;
/** Long enough to meet a fast trip, short enough that drift (50 ppm) stays under 30 ms. */
const KEPT_MS = 600_000;

/** A stamped frame: when it was read, monotonic, and that less its stamp. */
interface Sample {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** One per feed: each service machine has its own clock. */
export class ServiceClock {
  /** That agree with `#anchorMs`; oldest first, never empty once there was one. */
  #samples: Sample[] = [];
  /** Its value when it was last accepted as new: refining moves away from here by at most `AGREE_MS`. */
  #anchorMs: number | undefined;
  /** The last ones in a row that do not agree with it; oldest first. */
  #aside: Sample[] = [];
  #offsetMs: number | undefined;

  /** `receivedMonotonicMs` − service time of the fastest recent frame; `undefined` while unknown. */
  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** The last stamp contradicts by far what was learnt: an odd one, a clock that was set, or a line that is slow. */
  get isDoubtful(): boolean {
    const last = this.#aside.at(-1);
    if (last === undefined || this.#anchorMs === undefined) return false;
    return Math.abs(last.offsetMs - this.#anchorMs) > DOUBTFUL_MS;
  }

  /** The same for the wall clock: what a person means by a clock that is wrong. */
  wallOffsetMs(clock: Clock): number | undefined {
    const offsetMs = this.#offsetMs;
    return offsetMs === undefined ? undefined : offsetMs + clock.wallUs() / 1000 - clock.monotonicMs();
  }

  /** `wallAheadMs`: of our wall clock against our monotonic one, where there is a wall clock to ask. */
  heartbeat(timestampUs: number | undefined, receivedMonotonicMs: number, wallAheadMs = Number.NaN): void {
    const sample = sampleOf(timestampUs, receivedMonotonicMs);
    if (sample === undefined || this.#refine(sample)) return;
    this.#aside = [...this.#aside, sample].slice(-DRIFT.beats);
    const isWitnessed = Math.abs(sample.offsetMs + wallAheadMs) <= WALL_AGREES_MS;
    const needed = this.#anchorMs !== undefined ? TO_FOLLOW : isWitnessed ? 1 : 2;
    const latest = this.#aside.slice(-needed);
    if (latest.length === needed && agree(latest)) this.#believe(latest);
    else if (isDrift(this.#aside)) this.#believe([sample]);
  }

  /** The answer to a self-test that was sent `roundTripMs` ago. */
  answered(
    timestampUs: number | undefined,
    receivedMonotonicMs: number,
    roundTripMs: number,
    wallAheadMs?: number,
  ): void {
    const sample = sampleOf(timestampUs, receivedMonotonicMs);
    const anchorMs = this.#anchorMs;
    const last = this.#aside.at(-1);
    if (sample === undefined || anchorMs === undefined || last === undefined || !agree([last, sample]))
      return this.heartbeat(timestampUs, receivedMonotonicMs, wallAheadMs);
    // Of an offset that has grown, the round trip tells whether it is the clock or the trip.
    const isClock = sample.offsetMs < anchorMs || sample.offsetMs - roundTripMs > anchorMs + AGREE_MS;
    if (isClock) this.#believe([last, sample]);
    else this.#aside = [];
  }

  /** On every new connection: it may end at another machine, with another clock. */
  reset(): void {
    this.#samples = [];
    this.#aside = [];
    this.#anchorMs = undefined;
    this.#offsetMs = undefined;
  }

  #refine(sample: Sample): boolean {
    if (this.#anchorMs === undefined || Math.abs(sample.offsetMs - this.#anchorMs) > AGREE_MS) return false;
    this.#aside = [];
    const samples = [...this.#samples, sample];
    this.#samples = samples.filter(({ atMs }) => sample.atMs - atMs < KEPT_MS);
    this.#offsetMs = least(this.#samples);
    return true;
  }

  #believe(samples: readonly Sample[]): void {
    this.#samples = [...samples];
    this.#aside = [];
    this.#anchorMs = least(samples);
    this.#offsetMs = this.#anchorMs;
  }
}

/** NaN for what is absent or absurd: it spreads through every sum, and every comparison with it is false. */
export function stampMs(stampUs: number | undefined): number {
  return stampUs !== undefined && stampUs > 0 ? stampUs / 1000 : Number.NaN;
}

function sampleOf(timestampUs: number | undefined, atMs: number): Sample | undefined {
  const offsetMs = atMs - stampMs(timestampUs);
  return Number.isFinite(offsetMs) ? { atMs, offsetMs } : undefined;
}

const least = (samples: readonly Sample[]) => Math.min(...samples.map(({ offsetMs }) => offsetMs));
const most = (samples: readonly Sample[]) => Math.max(...samples.map(({ offsetMs }) => offsetMs));
/** On a line over time. */
function isDrift(samples: readonly Sample[]): boolean {
  const [first, last] = [samples[0], samples.at(-1)];
  if (samples.length < DRIFT.beats || first === undefined || last === undefined) return false;
  const slope = (last.offsetMs - first.offsetMs) / (last.atMs - first.atMs);
  return (
    Math.abs(slope) <= DRIFT.most &&
    samples.every(
      ({ atMs, offsetMs }) =>
        Math.abs(offsetMs - first.offsetMs - slope * (atMs - first.atMs)) <= DRIFT.unevenMs,
    )
  );
}

const agree = (samples: readonly Sample[]) => most(samples) - least(samples) <= AGREE_MS;
