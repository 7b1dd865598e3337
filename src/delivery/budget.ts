/**
 * A rate limit that may never be exceeded at the far end, shared by every lane that names it, with a
 * pause that the far end can impose.
 *
 * A slot is taken before a send and counts for as long as the send may still reach the wire; once it
 * has, it counts from that moment for one window. So a slow connect cannot let two windows' worth of
 * requests arrive together. Lanes that found no room park here; when there is room again they are woken
 * one after the other, the one with the most important delivery first, and take what there is.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import { compare, type Queued } from './backlog.ts';

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

/** One send's place in the budget. */
export interface Slot {
  /** Monotonic ms; Infinity while the request may still go out. */
  writtenMs: number;
}

/** A lane that waits for room. */
export interface Waiter {
  readonly head: Queued | undefined;
  /** Try again now; park again if there is still no room. */
  wake(): void;
}

export class Budget {
  readonly #windows: readonly BudgetLimits[];
  readonly #longestMs: number;
  readonly #clock: Clock;
  readonly #keep: ((untilMs: number) => void) | undefined;
  /** In the order taken. */
  #slots: Slot[] = [];
  #pausedUntilMs = 0;
  #heldUntilMs = 0;
  #waiters = new Set<Waiter>();
  #alarm: Timer | undefined;

  /** `keep` stores a pause, so that a restart does not forget it. */
  constructor(limits: readonly BudgetLimits[], clock: Clock, keep?: (untilMs: number) => void) {
    this.#clock = clock;
    this.#keep = keep;
    this.#windows = limits.map(({ limit, perMs }) => ({
      limit,
      perMs: perMs + Math.min(perMs * MARGIN.ratio, MARGIN.mostMs),
    }));
    this.#longestMs = Math.max(0, ...this.#windows.map(({ perMs }) => perMs));
  }

  get pausedUntilMs(): number {
    return Math.max(this.#pausedUntilMs, this.#heldUntilMs);
  }

  /** The far end asked for silence until then; a shorter wish never shortens a longer one. */
  pause(untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = untilMs;
    this.#keep?.(untilMs);
    this.#setAlarm();
  }

  /** Our own caution, until the reason is gone (`resume`); a restart forgets it, which is how people say "try again". */
  hold(untilMs: number): void {
    this.#heldUntilMs = untilMs;
    this.#setAlarm();
  }

  /** A pause that an earlier life stored. */
  restore(untilMs: number): void {
    this.#pausedUntilMs = untilMs;
  }

  /** Requests of an earlier life that may still count at the far end, by when they ended at the latest. */
  remember(writtenMs: readonly number[]): void {
    if (this.#windows.length > 0) this.#slots.push(...writtenMs.map((atMs) => ({ writtenMs: atMs })));
  }

  /** The reason for the hold is gone; a pause that the far end asked for stays. */
  resume(): void {
    this.#heldUntilMs = 0;
    this.#wake();
  }

  /** 0 = now; else how long to wait, in ms (Infinity: until a send under way has ended). */
  waitMs(nowMs: number): number {
    let waitMs = Math.max(0, this.pausedUntilMs - nowMs);
    if (this.#slots.length === 0) return waitMs;
    this.#forget(nowMs);
    for (const { limit, perMs } of this.#windows) {
      const inWindow = this.#slots.filter((slot) => slot.writtenMs + perMs > nowMs);
      if (inWindow.length < limit) continue;
      const ends = inWindow.map((slot) => slot.writtenMs + perMs).sort((a, b) => a - b);
      waitMs = Math.max(waitMs, (ends[inWindow.length - limit] ?? Number.POSITIVE_INFINITY) - nowMs);
    }
    return waitMs;
  }

  /** Call only when `waitMs` said 0. */
  take(): Slot {
    const slot = { writtenMs: Number.POSITIVE_INFINITY };
    if (this.#windows.length > 0) this.#slots.push(slot);
    return slot;
  }

  /** The send has ended: it was written at `writtenMs`, or never left (`undefined`) and the place is free again. */
  settle(slot: Slot, writtenMs: number | undefined): void {
    if (this.#windows.length === 0) return;
    if (writtenMs === undefined) this.#slots = this.#slots.filter((other) => other !== slot);
    else slot.writtenMs = writtenMs;
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

  #forget(nowMs: number): void {
    if (this.#slots.some((slot) => slot.writtenMs + this.#longestMs <= nowMs))
      this.#slots = this.#slots.filter((slot) => slot.writtenMs + this.#longestMs > nowMs);
  }
}
