/**
 * A rate limit that may never be exceeded at the far end, shared by every lane that names it, with a
 * pause that the far end can impose.
 *
 * A slot is taken before a send and counts for as long as the send may still reach the wire; once it
 * has, it counts from that moment for one window. So a slow connect cannot let two windows' worth of
 * requests arrive together.
 */

/** At most `limit` requests in any `perMs`. */
export interface BudgetLimits {
  readonly limit: number;
  readonly perMs: number;
}

/** `burst` at once with the same average: the window grows with it. */
export function withBurst(limit: number, perMs: number, burst = limit): BudgetLimits {
  return burst <= limit ? { limit, perMs } : { limit: burst, perMs: (perMs * burst) / limit };
}

/** Added to a window, because requests do not arrive at the same distances as they leave (p-queue was seen one over by rounding: `delivery-facts.md`). */
const MARGIN = { ratio: 0.05, mostMs: 500 } as const;

/** One send's place in the budget. */
export interface Slot {
  /** Monotonic ms; Infinity while the request may still go out. */
  writtenMs: number;
}

export class Budget {
  readonly #windows: readonly BudgetLimits[];
  readonly #longestMs: number;
  /** In the order taken. */
  #slots: Slot[] = [];
  #pausedUntilMs = 0;

  constructor(limits: readonly BudgetLimits[]) {
    this.#windows = limits.map(({ limit, perMs }) => ({
      limit,
      perMs: perMs + Math.min(perMs * MARGIN.ratio, MARGIN.mostMs),
    }));
    this.#longestMs = Math.max(0, ...this.#windows.map(({ perMs }) => perMs));
  }

  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }

  /** The far end asked for silence until then; a shorter wish never shortens a longer one. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** An operator says that the reason is gone. */
  resume(): void {
    this.#pausedUntilMs = 0;
  }

  /** 0 = now; else how long to wait, in ms, before asking again (Infinity: until a send under way has ended). */
  waitMs(nowMs: number): number {
    let waitMs = Math.max(0, this.#pausedUntilMs - nowMs);
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
    if (writtenMs === undefined) this.#slots = this.#slots.filter((other) => other !== slot);
    else slot.writtenMs = writtenMs;
  }

  #forget(nowMs: number): void {
    if (this.#slots.some((slot) => slot.writtenMs + this.#longestMs <= nowMs))
      this.#slots = this.#slots.filter((slot) => slot.writtenMs + this.#longestMs > nowMs);
  }
}
