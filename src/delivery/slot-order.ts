/**
 * Keeps the budgets that have a slot for a waiting lane, and the times at which others will have one. A lane that
 * is about to take a slot lets the more important go first (`letPass`): of all lanes that can go, the one with the
 * most important delivery is next, in whichever budget it waits and whichever timer would have come first.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { LaneQueue, QueuedLane } from './lane-queue.ts';
import { compare, PriorityList, type Queued } from './priority-list.ts';

/** The part of a budget that is needed here. */
interface Limited {
  readonly waiting: LaneQueue;
  /** Monotonic ms; in the past: there is room now; Infinity: nobody knows. */
  readonly opensAtMs: number;
}

/** There is room for `place`, which goes first there. */
interface Open extends Queued {
  readonly kind: 'open';
  readonly budget: Limited;
  readonly place: QueuedLane;
  /** Tells apart two budgets in which the same lane waits with the same delivery. */
  readonly order: number;
}

interface Later {
  readonly kind: 'later';
  readonly budget: Limited;
  readonly atMs: number;
  /** Tells apart those that open in the same moment. */
  readonly order: number;
}

export class Openings {
  readonly #clock: Clock;
  readonly #open = new PriorityList<Open>((a, b) => compare(a, b) || a.order - b.order);
  readonly #later = new PriorityList<Later>((a, b) => a.atMs - b.atMs || a.order - b.order);
  readonly #entries = new Map<Limited, Open | Later>();
  #order = 0;
  /** The lane that is about to take a slot, while others go before it. */
  #taker: Queued | undefined;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call when the room of a budget, or who waits for it, may have changed. Nobody is woken from within. */
  update(budget: Limited): void {
    if (budget.waiting.size === 0 && !this.#entries.has(budget)) return;
    this.#enter(budget, this.#clock.monotonicMs());
    this.#arm();
  }

  /**
   * Lets those go that can and are more important than `next`, so that `next` can take its place. False if it is
   * not its turn: one that is more important is about to take one.
   */
  letPass(nowMs: number, next: Queued): boolean {
    const taker = this.#taker;
    if (taker !== undefined && compare(next, taker) <= 0) return false;
    this.#taker = next;
    try {
      this.#serve(nowMs, next);
    } finally {
      this.#taker = taker;
    }
    return true;
  }

  /** Most important first. Each of them takes a place or parks where there is none, so this ends. */
  #serve(nowMs: number, next?: Queued): void {
    for (let due = this.#later.first; due !== undefined && due.atMs <= nowMs; due = this.#later.first)
      this.#enter(due.budget, nowMs);
    for (let open = this.#open.last; open !== undefined; open = this.#open.last) {
      const { budget, place } = open;
      // Others may have taken its room, or its delivery may have expired.
      if (this.#enter(budget, nowMs) !== open) continue;
      if (next !== undefined && compare(open, next) <= 0) return;
      budget.waiting.leave(place.waiter);
      this.#enter(budget, nowMs);
      place.waiter.wake();
    }
  }

  #enter(budget: Limited, nowMs: number): Open | Later | undefined {
    const before = this.#entries.get(budget);
    const after = this.#entryOf(budget, nowMs, before);
    if (after === before) return after;
    if (before?.kind === 'open') this.#open.remove(before);
    if (before?.kind === 'later') this.#later.remove(before);
    if (after === undefined) this.#entries.delete(budget);
    else this.#entries.set(budget, after);
    if (after?.kind === 'open') this.#open.add(after);
    if (after?.kind === 'later') this.#later.add(after);
    return after;
  }

  /** The same as before, if nothing has changed. */
  #entryOf(budget: Limited, nowMs: number, before: Open | Later | undefined): Open | Later | undefined {
    if (budget.waiting.size === 0) return undefined;
    const atMs = budget.opensAtMs;
    if (atMs > nowMs) {
      if (before?.kind === 'later' && before.atMs === atMs) return before;
      return Number.isFinite(atMs) ? { kind: 'later', budget, atMs, order: ++this.#order } : undefined;
    }
    const place = budget.waiting.first(nowMs);
    if (place === undefined || (before?.kind === 'open' && before.place === place)) return before;
    return { kind: 'open', budget, place, order: ++this.#order, delivery: place.delivery };
  }

  #arm(): void {
    const atMs = this.#open.size > 0 ? 0 : (this.#later.first?.atMs ?? Number.POSITIVE_INFINITY);
    if (atMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    if (!Number.isFinite(atMs)) return;
    const delayMs = Math.max(0, Math.ceil(atMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.after(delayMs, () => this.#wake(), false);
  }

  #wake(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#serve(this.#clock.monotonicMs());
    this.#arm();
  }
}
