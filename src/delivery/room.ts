/** All the rate budgets of one lane, asked as one: its own, and those that it shares with others. */

import type { Budget, Slot } from './budget.ts';
import type { Waiter } from './lane-queue.ts';
import type { AttemptResult, LimitNews } from './outcome.ts';
import type { Queued } from './priority-list.ts';
import type { Pause } from './retry-policy.ts';
import type { Openings } from './slot-order.ts';

/** A send's places in all of them. */
export type Places = readonly (readonly [Budget, Slot])[];

export class Room {
  /** The destination's own: it is the same as long as the receiver is. */
  readonly own: Budget;
  readonly #shared: ReadonlyMap<string, Budget>;
  readonly #all: readonly Budget[];
  readonly #openings: ReadonlySet<Openings>;

  constructor(own: Budget, shared: ReadonlyMap<string, Budget>) {
    this.own = own;
    this.#shared = shared;
    this.#all = [own, ...shared.values()];
    this.#openings = new Set(this.#all.map(({ openings }) => openings));
  }

  get pausedUntilMs(): number {
    let untilMs = Number.NEGATIVE_INFINITY;
    for (const budget of this.#all) untilMs = Math.max(untilMs, budget.pausedUntilMs);
    return untilMs;
  }

  get nearBanUntilMs(): number {
    let untilMs = Number.NEGATIVE_INFINITY;
    for (const budget of this.#all) untilMs = Math.max(untilMs, budget.nearBanUntilMs);
    return untilMs;
  }

  /**
   * Whether `next` can go now; else `waiter` is parked where that will take longest. Whatever can go and is more
   * important goes first, from within; see `Openings.letPass`.
   */
  admits(waiter: Waiter, next: Queued, nowMs: number): boolean {
    let isItsTurn = true;
    for (const openings of this.#openings) isItsTurn = openings.letPass(nowMs, next) && isItsTurn;
    const full = this.fullest(nowMs) ?? (isItsTurn ? undefined : this.own);
    full?.park(waiter, next);
    return full === undefined;
  }

  /** `undefined` = there is room now; else where it will take longest. */
  fullest(nowMs: number): Budget | undefined {
    let longestMs = 0;
    let full: Budget | undefined;
    for (const budget of this.#all) {
      const waitMs = budget.waitMs(nowMs);
      if (waitMs > longestMs) [longestMs, full] = [waitMs, budget];
    }
    return full;
  }

  /** Call only when there is room. */
  take(): Places {
    return this.#all.map((budget) => [budget, budget.take()] as const);
  }

  /** The send has ended; see `Budget.settle`. */
  settle(places: Places, writtenMs: number | undefined): void {
    for (const [budget, slot] of places) budget.settle(slot, writtenMs);
  }

  /** Takes in what an answer says of them. Says until when to be silent if a ban is near, once. */
  hear({ outcome, limits }: AttemptResult, pause: Pause | undefined, nowMs: number): number | undefined {
    if (outcome.kind === 'delivered') for (const budget of this.#all) budget.relieve();
    if (pause !== undefined) this.#pause(pause, nowMs);
    return limits === undefined ? undefined : this.#heed(limits, nowMs);
  }

  /** The shared one that the receiver named; without a name, the lane's own. */
  #pause({ budget, ms, kind }: Pause, nowMs: number): void {
    const named = (budget === undefined ? undefined : this.#shared.get(budget)) ?? this.own;
    if (kind === 'guess') named.pauseByGuess(ms, nowMs);
    else if (kind === 'limit') named.pauseAsTold(ms, nowMs);
    else named.pause(nowMs + ms);
  }

  #heed(limits: readonly LimitNews[], nowMs: number): number | undefined {
    let silentUntilMs: number | undefined;
    for (const news of limits) {
      const budget = this.#shared.get(news.budget);
      if (news.kind === 'left') budget?.tell(news.bucket, news.requests, nowMs + news.endsInMs, nowMs);
      else silentUntilMs = budget?.strike(nowMs) ?? silentUntilMs;
    }
    return silentUntilMs;
  }

  /** If it is parked somewhere: it has something more important now. */
  move(waiter: Waiter, next: Queued): void {
    for (const budget of this.#all) budget.move(waiter, next);
  }

  unpark(waiter: Waiter): void {
    for (const budget of this.#all) budget.unpark(waiter);
  }
}
