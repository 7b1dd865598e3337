/**
 * When a destination in trouble is tried again: with one message at a time, after waits that double. Fresh news
 * may be that message without waiting for its turn on the ladder, though not at any rate; it leaves the ladder as
 * it is, so that steady news does not make what waits wait longer.
 */

/** How to climb. All in ms. */
export interface ProbeBackoff {
  readonly firstMs: number;
  /** Of one wait. */
  readonly mostMs: number;
  /** From one look to the next for the sake of fresh news; Infinity: it waits like all others. */
  readonly newsMs: number;
}

/** How far it has been climbed. */
export interface Ladder {
  readonly steps: number;
  /** Of the next look, without fresh news; monotonic ms. */
  readonly nextMs: number;
}

export class ProbeSchedule {
  #ladder: ProbeBackoff;
  #steps = 0;
  #nextMs: number;
  #lastMs: number;
  #isUnderWay = false;
  /** The one under way was begun before there was reason for a new one. */
  #isOutdated = false;
  #hasNews = false;

  /** `lifeMs`: how long the longest-lived of what waits still has. */
  constructor(ladder: ProbeBackoff, nowMs: number, lifeMs: number) {
    this.#ladder = ladder;
    this.#lastMs = nowMs;
    this.#nextMs = nowMs;
    this.#climb(nowMs, lifeMs);
  }

  /** Of looks that another machine has begun. */
  static goOn(ladder: ProbeBackoff, { steps, nextMs }: Ladder, nowMs: number): ProbeSchedule {
    const schedule = new ProbeSchedule(ladder, nowMs, Number.POSITIVE_INFINITY);
    schedule.#steps = steps;
    schedule.#nextMs = nextMs;
    return schedule;
  }

  get ladder(): Ladder {
    return { steps: this.#steps, nextMs: this.#nextMs };
  }

  /** 0 = now; Infinity = when the one under way has ended. */
  waitMs(nowMs: number): number {
    if (this.#isUnderWay) return Number.POSITIVE_INFINITY;
    const newsAtMs = this.#hasNews ? this.#lastMs + this.#ladder.newsMs : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(this.#nextMs, newsAtMs) - nowMs);
  }

  /** A look goes. */
  begin(nowMs: number): void {
    this.#isUnderWay = true;
    this.#lastMs = nowMs;
    this.#hasNews = false;
  }

  /** It found nothing better. */
  failed(nowMs: number, lifeMs: number): void {
    this.#isUnderWay = false;
    if (nowMs >= this.#nextMs && !this.#isOutdated) this.#climb(nowMs, lifeMs);
    this.#isOutdated = false;
  }

  /** The trouble has become another one: its ladder, from the first step. The look under way remains the only one. */
  change(ladder: ProbeBackoff, nowMs: number, lifeMs: number): void {
    this.#ladder = ladder;
    this.#steps = 0;
    this.#climb(nowMs, lifeMs);
  }

  /** Something fresh waits. */
  news(): void {
    this.#hasNews = true;
  }

  /** It proved nothing: the next one goes now. */
  repeat(nowMs: number): void {
    this.#isUnderWay = false;
    this.#nextMs = nowMs;
  }

  /** Somebody may have repaired it: now, or when the probe under way has ended, and then from the first step. */
  anew(nowMs: number): void {
    this.#nextMs = nowMs;
    this.#steps = 0;
    this.#isOutdated = this.#isUnderWay;
  }

  #climb(nowMs: number, lifeMs: number): void {
    const { firstMs, mostMs } = this.#ladder;
    const waitMs = Math.min(firstMs * 2 ** Math.min(this.#steps++, 40), mostMs);
    this.#nextMs = nowMs + withinLife(waitMs, lifeMs, firstMs);
  }
}

/** A wait that what waits would not outlive gives away its last chances: half of what is left, while that is worth it. */
export function withinLife(waitMs: number, leftMs: number, leastMs: number): number {
  return waitMs >= leftMs && leftMs / 2 >= leastMs ? leftMs / 2 : waitMs;
}
