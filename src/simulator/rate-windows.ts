/**
 * Rate limits as a stand-in enforces them. `waitMs` is 0 when a request may pass, else how long the
 * caller must stay away; `take` counts one. A refused request does not count. Time is handed in.
 */
export interface RateLimit {
  waitMs(nowMs: number): number;
  take(nowMs: number): void;
}

/** Counts one in every limit and answers 0; or, if one refuses, counts nothing and answers the longest wait. */
export function takeAll(limits: readonly RateLimit[], nowMs: number): number {
  const waitMs = Math.max(0, ...limits.map((limit) => limit.waitMs(nowMs)));
  if (waitMs === 0) for (const limit of limits) limit.take(nowMs);
  return waitMs;
}

/** At most `limit` in any `perMs`. */
export class SlidingWindow implements RateLimit {
  readonly #limit: number;
  readonly #perMs: number;
  #takenMs: number[] = [];

  constructor(limit: number, perMs: number) {
    this.#limit = limit;
    this.#perMs = perMs;
  }

  waitMs(nowMs: number): number {
    this.#takenMs = this.#takenMs.filter((takenMs) => takenMs + this.#perMs > nowMs);
    if (this.#takenMs.length < this.#limit) return 0;
    return (this.#takenMs[0] ?? nowMs) + this.#perMs - nowMs;
  }

  take(nowMs: number): void {
    this.#takenMs.push(nowMs);
  }
}

/** At most `limit` in a window of `perMs` that starts with its first request: what `X-RateLimit-*` headers describe. */
export class FixedWindow implements RateLimit {
  readonly limit: number;
  readonly #perMs: number;
  #endsMs = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(limit: number, perMs: number) {
    this.limit = limit;
    this.#perMs = perMs;
  }

  remaining(nowMs: number): number {
    return nowMs >= this.#endsMs ? this.limit : this.limit - this.#taken;
  }

  resetAfterMs(nowMs: number): number {
    return Math.max(0, this.#endsMs - nowMs);
  }

  waitMs(nowMs: number): number {
    return this.remaining(nowMs) > 0 ? 0 : this.#endsMs - nowMs;
  }

  take(nowMs: number): void {
    if (nowMs >= this.#endsMs) {
      this.#endsMs = nowMs + this.#perMs;
      this.#taken = 0;
    }
    this.#taken += 1;
  }
}

/** Adding up fractions of a token loses a little. */
const ROUNDING = 1e-9;

/** `burst` at once, refilled by one every `everyMs`. */
export class TokenBucket implements RateLimit {
  readonly #burst: number;
  readonly #everyMs: number;
  #tokens: number;
  #atMs: number | undefined;

  constructor(burst: number, everyMs: number) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#tokens = burst;
  }

  waitMs(nowMs: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - (this.#atMs ?? nowMs)) / this.#everyMs);
    this.#atMs = nowMs;
    return this.#tokens < 1 - ROUNDING ? (1 - this.#tokens) * this.#everyMs : 0;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
