/**
 * Counts the answers for which a platform bans an address, and says when it is time to be silent: well
 * before that. Silence lasts until the oldest of them no longer counts, so the limit is never passed.
 */
import { RecentTimes } from './recent-times.ts';
import type { BudgetLimits } from './windows.ts';

export class BanGuard {
  readonly #limits: BudgetLimits;
  readonly #times: RecentTimes;
  #said = false;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
    this.#times = new RecentTimes(limits.limit);
  }

  /** How long to be silent, if at all; `isNews` the first time, until half of them are forgotten. */
  add(nowMs: number): { readonly untilMs: number; readonly isNews: boolean } | undefined {
    const { limit, perMs } = this.#limits;
    this.#times.add(nowMs);
    if (!this.#counts(Math.ceil(limit / 2), nowMs)) this.#said = false;
    if (!this.#counts(limit, nowMs)) return undefined;
    const isNews = !this.#said;
    this.#said = true;
    return { untilMs: (this.#times.newest(limit) ?? nowMs) + perMs, isNews };
  }

  #counts(n: number, nowMs: number): boolean {
    const atMs = this.#times.newest(n);
    return atMs !== undefined && atMs + this.#limits.perMs > nowMs;
  }
}
