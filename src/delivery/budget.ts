/**
 * A rate limit that may never be exceeded at the receiver, shared by every lane that names it, with a
 * pause that the receiver can impose.
 *
 * A slot is taken before a send and counts for as long as the send may still reach the wire; once it
 * has, it counts from that moment for one window. So a slow connect cannot let two windows' worth of
 * requests arrive together. Lanes that found no room park here, each in one of its budgets; before anybody
 * takes a place, those go that can and have something more important (`slot-order.ts`). So a lane that another
 * budget holds back keeps no place here.
 *
 * After a pause one request goes first, alone: only when it has ended do the others follow, so that the end
 * of a pause is not the next storm, and a destination that is gone is probed with one delivery.
 */
import type { Clock } from '../platform/clock.ts';
import { BanGuard } from './ban-guard.ts';
import type { BudgetState } from './budget-state.ts';
import { LaneQueue, type Waiter } from './lane-queue.ts';
import type { Queued } from './priority-list.ts';
import { ReportedLimit } from './reported-limit.ts';
import { Openings } from './slot-order.ts';
import { type BudgetLimits, Windows } from './windows.ts';

/** So often in a row a time that the receiver named is its word alone; a limit that is right is over by then. */
const BELIEVED = 3;
/** After that no pause is shorter, and this doubles. */
const DISBELIEVED_MS = 1000;

/** Of a pause whose length is guessed: from a minute to an hour, from a second to a minute. */
const MOST_DOUBLINGS = 6;

/** One send's place in the budget. */
export interface Slot {
  /** The first one after a pause. */
  readonly isTrial: boolean;
}

export interface BudgetTraits {
  /** `BudgetState.what` */
  readonly what?: string | undefined;
  /** Most sends under way at once, from the take to the end. */
  readonly atOnce?: number | undefined;
  /** So many bad answers are too many. */
  readonly strikes?: BudgetLimits | undefined;
  /** Stores a pause, so that a restart does not forget it. */
  readonly keep?: (untilMs: number) => void;
  /** The same for all budgets whose lanes take precedence over each other. */
  readonly openings?: Openings;
}

export class Budget {
  readonly what: string;
  readonly windows = new Windows();
  /** Where those wait that found no room. */
  readonly waiting = new LaneQueue();
  readonly openings: Openings;
  readonly #told = new ReportedLimit();
  readonly #strikes: BanGuard | undefined;
  readonly #atOnce: number;
  readonly #keep: BudgetTraits['keep'];
  /** Sends that may still reach the wire. */
  #inFlight = 0;
  #pausedUntilMs = 0;
  #nearBanUntilMs = 0;
  /** Pauses without a time, in a row. */
  #guesses = 0;
  /** Pauses with one, in a row. */
  #tolds = 0;
  /** `due`: there was a pause, and nothing has gone since. */
  #trial: 'none' | 'due' | 'in flight' = 'none';

  constructor(clock: Clock, { what, atOnce, strikes, keep, openings }: BudgetTraits = {}) {
    this.what = what ?? 'shared with others';
    this.#atOnce = atOnce ?? Number.POSITIVE_INFINITY;
    this.#strikes = strikes === undefined ? undefined : new BanGuard(strikes);
    this.#keep = keep;
    this.openings = openings ?? new Openings(clock);
  }

  /** The limits of this destination from now on; those of others hold as well. */
  claim(destination: string, limits: readonly BudgetLimits[]): void {
    this.windows.claim(destination, limits);
    this.openings.update(this);
  }

  /** It sends here no more. */
  release(destination: string): void {
    this.windows.release(destination);
    this.openings.update(this);
  }

  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }

  /** Part of the pause that is there because of strikes. */
  get nearBanUntilMs(): number {
    return this.#nearBanUntilMs;
  }

  /** The receiver asked for silence until then; a shorter wish never shortens a longer one. */
  pause(untilMs: number): void {
    if (!this.pauseElsewhere(untilMs)) return;
    this.#keep?.(untilMs);
  }

  /** The same, where somebody else keeps it. False: it is paused for longer already. */
  pauseElsewhere(untilMs: number): boolean {
    if (untilMs <= this.#pausedUntilMs) return false;
    this.restore(untilMs);
    this.openings.update(this);
    return true;
  }

  /**
   * The platform asked for a pause, and for how long. One that asks for "a moment" again and again gets requests
   * at growing intervals, too.
   */
  pauseAsTold(ms: number, nowMs: number): void {
    if (nowMs >= this.#pausedUntilMs) this.#tolds++;
    const doublings = this.#tolds - BELIEVED;
    const leastMs = doublings <= 0 ? 0 : DISBELIEVED_MS * 2 ** Math.min(doublings - 1, MOST_DOUBLINGS);
    this.pause(nowMs + Math.max(ms, leastMs));
  }

  /**
   * The receiver asked for silence and not for how long: `firstMs`, and twice as long each time in a row, until
   * something is taken. An answer to what was under way when a pause began is no news.
   */
  pauseByGuess(firstMs: number, nowMs: number): void {
    if (nowMs >= this.#pausedUntilMs || this.#guesses === 0) this.#guesses++;
    this.pause(nowMs + firstMs * 2 ** Math.min(this.#guesses - 1, MOST_DOUBLINGS));
  }

  /** Something was taken: the next guess is a first one. */
  relieve(): void {
    this.#guesses = 0;
    this.#tolds = 0;
  }

  /** A pause that an earlier life stored. */
  restore(untilMs: number): void {
    this.#pausedUntilMs = untilMs;
    this.#trial = 'due';
  }

  /** Requests of an earlier life that may still count at the receiver, by when they ended at the latest. */
  remember(writtenMs: readonly number[]): void {
    for (const atMs of writtenMs) this.windows.add(atMs);
  }

  /** The receiver's own count of what may still come until `endsMs`. */
  tell(bucket: string, requests: number, endsMs: number, nowMs: number): void {
    this.#told.report(bucket, requests, endsMs, this.#inFlight, nowMs);
    this.openings.update(this);
  }

  /** An answer that counts towards a ban: with too many, a pause. Says until when if that is news. */
  strike(nowMs: number): number | undefined {
    const silence = this.#strikes?.add(nowMs);
    if (silence === undefined) return undefined;
    this.#nearBanUntilMs = silence.untilMs;
    this.pause(silence.untilMs);
    return silence.isNews ? silence.untilMs : undefined;
  }

  /** Monotonic ms; in the past: there is room now; Infinity: when a send under way has ended. */
  get opensAtMs(): number {
    if (this.#trial === 'in flight' || this.#inFlight >= this.#atOnce) return Number.POSITIVE_INFINITY;
    return Math.max(this.pausedUntilMs, this.#told.opensAtMs, this.windows.opensAtMs(this.#inFlight));
  }

  /** For people. */
  state(nowMs: number): BudgetState {
    const heldMs = this.#pausedUntilMs - nowMs;
    const reported = this.#told.state(nowMs);
    return {
      what: this.what,
      windows: this.windows.states(this.#inFlight, nowMs),
      ...(reported !== undefined && { reported }),
      ...(Number.isFinite(this.#atOnce) && {
        atOnce: { most: this.#atOnce, left: Math.max(0, this.#atOnce - this.#inFlight) },
      }),
      ...(heldMs > 0 && { heldMs }),
      isNearBan: this.#nearBanUntilMs > nowMs,
      waitMs: this.waitMs(nowMs),
    };
  }

  /** 0 = now; else how long to wait, in ms. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.opensAtMs - nowMs);
  }

  /** Call only when `waitMs` returned 0. */
  take(): Slot {
    const isTrial = this.#trial === 'due';
    if (isTrial) this.#trial = 'in flight';
    this.#inFlight++;
    this.#told.take();
    return { isTrial };
  }

  /** The send has ended: it was written at `writtenMs`, or never left (`undefined`) and the place is free again. */
  settle({ isTrial }: Slot, writtenMs: number | undefined): void {
    this.#inFlight--;
    if (isTrial && this.#trial === 'in flight') this.#trial = 'none';
    if (writtenMs === undefined) this.#told.giveBack();
    else this.windows.add(writtenMs);
    this.openings.update(this);
  }

  /** `waiter.wake()` will be called when there may be room, unless somebody with something more important takes it. */
  park(waiter: Waiter, next: Queued): void {
    this.waiting.join(waiter, next);
    this.openings.update(this);
  }

  /** If it waits here: it has something more important now. */
  move(waiter: Waiter, next: Queued): void {
    if (this.waiting.has(waiter)) this.park(waiter, next);
  }

  unpark(waiter: Waiter): void {
    this.waiting.leave(waiter);
    this.openings.update(this);
  }
}
