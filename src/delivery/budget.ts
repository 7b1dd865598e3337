/**
 * A rate limit that may never be exceeded at the far end, shared by every lane that names it, with a
 * pause that the far end can impose.
 *
 * A slot is taken before a send and counts for as long as the send may still reach the wire; once it
 * has, it counts from that moment for one window. So a slow connect cannot let two windows' worth of
 * requests arrive together. Lanes that found no room park here; when there is room again they are woken
 * one after the other, the one with the most important delivery first, and take what there is.
 *
 * After a pause one request goes first, alone: only when it has ended do the others follow, so that the end
 * of a pause is not the next storm, and a destination that is gone is probed with one delivery.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import { compare, type Queued } from './backlog.ts';
import { Recent } from './recent.ts';
import { Strikes } from './strikes.ts';
import { ToldLimit } from './told-limit.ts';

/** At most `limit` requests in any `perMs`. */
export interface BudgetLimits {
  readonly limit: number;
  readonly perMs: number;
}

/** `burst` at once with the same average: the window grows with it. */
export function withBurst(limit: number, perMs: number, burst = limit): BudgetLimits {
  return burst <= limit ? { limit, perMs } : { limit: burst, perMs: (perMs * burst) / limit };
}

/** Added to a window, because requests do not arrive at the distances at which they leave (p-queue was seen one over by rounding: `delivery-facts.md`). */
const MARGIN = { ratio: 0.05, mostMs: 500 } as const;

/** Of a pause whose length is guessed: from a minute to an hour, from a second to a minute. */
const MOST_DOUBLINGS = 6;

/** One send's place in the budget. */
export interface Slot {
  /** The first one after a pause. */
  readonly isTrial: boolean;
  readonly told: ReturnType<ToldLimit['take']>;
}

/** A lane that waits for room. */
export interface Waiter {
  readonly head: Queued | undefined;
  /** Try again now; park again if there is still no room. */
  wake(): void;
}

export class Budget {
  #windows: readonly BudgetLimits[] = [];
  readonly #written = new Recent(0);
  readonly #told = new ToldLimit();
  readonly #strikes: Strikes | undefined;
  readonly #clock: Clock;
  readonly #keep: ((untilMs: number) => void) | undefined;
  /** Sends that may still reach the wire. */
  #inFlight = 0;
  #pausedUntilMs = 0;
  #heldUntilMs = 0;
  #nearBanUntilMs = 0;
  /** Pauses without a time, in a row. */
  #guesses = 0;
  /** `due`: there was a pause, and nothing has gone since. */
  #trial: 'none' | 'due' | 'in flight' = 'none';
  #waiters = new Set<Waiter>();
  #alarm: Timer | undefined;

  /** `keep` stores a pause, so that a restart does not forget it; `strikes`: how many bad answers are too many. */
  constructor(
    limits: readonly BudgetLimits[],
    clock: Clock,
    keep?: (untilMs: number) => void,
    strikes?: BudgetLimits,
  ) {
    this.#clock = clock;
    this.#keep = keep;
    this.#strikes = strikes === undefined ? undefined : new Strikes(strikes);
    this.reshape(limits);
  }

  /** New limits (a reload); what was sent under the old ones still counts. */
  reshape(limits: readonly BudgetLimits[]): void {
    this.#windows = limits.map(({ limit, perMs }) => ({
      limit,
      perMs: perMs + Math.min(perMs * MARGIN.ratio, MARGIN.mostMs),
    }));
    this.#written.most = Math.max(0, ...limits.map(({ limit }) => limit));
    this.#setAlarm();
  }

  get pausedUntilMs(): number {
    return Math.max(this.#pausedUntilMs, this.#heldUntilMs);
  }

  /** Part of the pause that is there because of strikes. */
  get nearBanUntilMs(): number {
    return this.#nearBanUntilMs;
  }

  /** The far end asked for silence until then; a shorter wish never shortens a longer one. */
  pause(untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.restore(untilMs);
    this.#keep?.(untilMs);
    this.#setAlarm();
  }

  /**
   * The far end asked for silence and not for how long: `firstMs`, and twice as long each time in a row, until
   * something is taken. An answer to what was under way when a pause began is no news.
   */
  pauseByGuess(firstMs: number, nowMs: number): void {
    if (nowMs >= this.#pausedUntilMs || this.#guesses === 0) this.#guesses++;
    this.pause(nowMs + firstMs * 2 ** Math.min(this.#guesses - 1, MOST_DOUBLINGS));
  }

  /** Something was taken: the next guess is a first one. */
  relieve(): void {
    this.#guesses = 0;
  }

  /** Our own caution, until the reason is gone (`resume`); a restart forgets it, which is how people say "try again". */
  hold(untilMs: number): void {
    this.#heldUntilMs = untilMs;
    this.#trial = 'due';
    this.#setAlarm();
  }

  /** A pause that an earlier life stored. */
  restore(untilMs: number): void {
    this.#pausedUntilMs = untilMs;
    this.#trial = 'due';
  }

  /** Requests of an earlier life that may still count at the far end, by when they ended at the latest. */
  remember(writtenMs: readonly number[]): void {
    for (const atMs of writtenMs) this.#written.add(atMs);
  }

  /** The far end's own count of what may still come until `endsMs`. */
  tell(bucket: string, requests: number, endsMs: number, nowMs: number): void {
    this.#told.tell(bucket, requests, endsMs, this.#inFlight, nowMs);
    this.#setAlarm();
  }

  /** An answer that counts towards a ban: with too many, a pause. Says until when if that is news. */
  strike(nowMs: number): number | undefined {
    const silence = this.#strikes?.add(nowMs);
    if (silence === undefined) return undefined;
    this.#nearBanUntilMs = silence.untilMs;
    this.pause(silence.untilMs);
    return silence.isNews ? silence.untilMs : undefined;
  }

  /** The reason for the hold is gone; a pause that the far end asked for stays. */
  resume(): void {
    this.#heldUntilMs = 0;
    this.#wake();
  }

  /** 0 = now; else how long to wait, in ms (Infinity: until a send under way has ended). */
  waitMs(nowMs: number): number {
    if (this.#trial === 'in flight') return Number.POSITIVE_INFINITY;
    let waitMs = Math.max(0, this.pausedUntilMs - nowMs, this.#told.waitMs(nowMs));
    for (const { limit, perMs } of this.#windows) {
      if (this.#inFlight >= limit) return Number.POSITIVE_INFINITY;
      const writtenMs = this.#written.newest(limit - this.#inFlight);
      if (writtenMs !== undefined) waitMs = Math.max(waitMs, writtenMs + perMs - nowMs);
    }
    return waitMs;
  }

  /** Call only when `waitMs` said 0. */
  take(): Slot {
    const isTrial = this.#trial === 'due';
    if (isTrial) this.#trial = 'in flight';
    this.#inFlight++;
    return { isTrial, told: this.#told.take() };
  }

  /** The send has ended: it was written at `writtenMs`, or never left (`undefined`) and the place is free again. */
  settle({ isTrial, told }: Slot, writtenMs: number | undefined): void {
    this.#inFlight--;
    if (isTrial && this.#trial === 'in flight') this.#trial = 'none';
    if (writtenMs === undefined) this.#told.giveBack(told);
    else this.#written.add(writtenMs);
    this.#setAlarm();
  }

  /** `waiter.wake()` will be called when there may be room. */
  park(waiter: Waiter): void {
    this.#waiters.add(waiter);
    this.#setAlarm();
  }

  unpark(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) this.#alarm?.cancel();
  }

  #setAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (this.#waiters.size === 0) return;
    const waitMs = this.waitMs(this.#clock.monotonicMs());
    if (Number.isFinite(waitMs))
      this.#alarm = this.#clock.after(Math.ceil(waitMs), () => this.#wake(), false);
  }

  #wake(): void {
    const waiting = [...this.#waiters].sort((a, b) => (a.head && b.head ? compare(b.head, a.head) : 0));
    this.#waiters = new Set();
    for (const waiter of waiting) waiter.wake();
  }
}
