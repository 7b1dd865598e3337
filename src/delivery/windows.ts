/**
 * The sliding windows of one budget. Every destination that names the budget claims its own limits, and all
 * claims hold: where two disagree the strictest counts, in whatever order they stand in the config.
 */
import type { WindowState } from './budget-state.ts';
import { RecentTimes } from './recent-times.ts';

/** At most `limit` requests in any `perMs`. */
export interface BudgetLimits {
  readonly limit: number;
  readonly perMs: number;
}

/** `limit` in `perMs` on average, `burst` at once: a smaller burst is a second, shorter window; with a greater one the window grows. */
export function withBurst(limit: number, perMs: number, burst = limit): readonly BudgetLimits[] {
  const average = { limit: burst, perMs: (perMs * burst) / limit };
  return burst < limit ? [{ limit, perMs }, average] : [average];
}

/** Added to a window, because requests do not arrive at the distances at which they leave (a queue that counts exactly was seen one over by rounding: `docs/platform-limits.md`). */
const MARGIN = { ratio: 0.05, mostMs: 500 } as const;

const withMargin = ({ limit, perMs }: BudgetLimits): BudgetLimits => ({
  limit,
  perMs: perMs + Math.min(perMs * MARGIN.ratio, MARGIN.mostMs),
});

/** Requests that are remembered whatever the limits are: a reload may set one while the store, which knows more, cannot be read. 1.6 KB at most. */
const LEAST_REMEMBERED = 100;

interface Claimed extends BudgetLimits {
  claims: number;
  /** `perMs` without the margin. */
  readonly claimedMs: number;
}

export class Windows {
  readonly #claims = new Map<string, readonly BudgetLimits[]>();
  /** Each different one, and by how many it is claimed. */
  readonly #claimed = new Map<string, Claimed>();
  #windows: readonly Claimed[] = [];
  readonly #written = new RecentTimes(LEAST_REMEMBERED);

  /** How far back it looks, in ms. */
  get reachMs(): number {
    return Math.max(0, ...this.#windows.map(({ perMs }) => perMs));
  }

  /** How many requests it must remember. */
  get most(): number {
    return this.#written.most;
  }

  /** Requests since then that it remembers. */
  countSince(sinceMs: number): number {
    return this.#written.countSince(sinceMs);
  }

  /** In place of what it claimed before; what was sent under that still counts. Thousands may claim the same. */
  claim(destination: string, limits: readonly BudgetLimits[]): void {
    this.#change(this.#claims.get(destination), limits);
    this.#claims.set(destination, limits);
  }

  /** It claims nothing any more. */
  release(destination: string): void {
    this.#change(this.#claims.get(destination), []);
    this.#claims.delete(destination);
  }

  #change(before: readonly BudgetLimits[] = [], after: readonly BudgetLimits[] = []): void {
    for (const each of after) this.#count(each, 1);
    for (const each of before) this.#count(each, -1);
  }

  #count(limits: BudgetLimits, by: 1 | -1): void {
    const key = `${limits.limit} in ${limits.perMs}`;
    const claimed = this.#claimed.get(key) ?? { ...withMargin(limits), claimedMs: limits.perMs, claims: 0 };
    claimed.claims += by;
    if (claimed.claims === 0) this.#claimed.delete(key);
    else this.#claimed.set(key, claimed);
    if (claimed.claims > 1 || (claimed.claims === 1 && by < 0)) return;
    this.#windows = [...this.#claimed.values()];
    // Never less than before: a window that becomes shorter and then longer again has forgotten nothing.
    this.#written.most = Math.max(this.#written.most, ...this.#windows.map((window) => window.limit));
  }

  /** Something was written then. */
  add(atMs: number): void {
    this.#written.add(atMs);
  }

  /** For people, the shortest first. */
  states(inFlight: number, nowMs: number): readonly WindowState[] {
    return this.#windows
      .map(({ limit, perMs, claimedMs }) => ({
        limit,
        perMs: claimedMs,
        left: Math.max(0, limit - inFlight - this.#written.countSince(nowMs - perMs)),
      }))
      .sort((a, b) => a.perMs - b.perMs);
  }

  /** When there is room beside so many that are still under way: monotonic ms; Infinity: when one of these has ended. */
  opensAtMs(inFlight: number): number {
    let atMs = 0;
    for (const { limit, perMs } of this.#windows) {
      if (inFlight >= limit) return Number.POSITIVE_INFINITY;
      const writtenMs = this.#written.newest(limit - inFlight);
      if (writtenMs !== undefined) atMs = Math.max(atMs, writtenMs + perMs);
    }
    return atMs;
  }
}
