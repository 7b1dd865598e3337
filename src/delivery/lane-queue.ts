/**
 * The lanes that wait for a slot of one budget, in the order of their most important deliveries, not of their
 * arrival. A lane is put in its place once, not each time that a slot is free: with ten thousand lanes behind one
 * budget, a wake costs no more than the lanes that can go.
 */
import { compare, PriorityList, type Queued } from './priority-list.ts';

/** A lane that waits for room. */
export interface Waiter {
  /** Its most important delivery that can still be sent in time; `undefined`: it has none. */
  next(nowMs: number): Queued | undefined;
  /** Try again now; park again if there is still no room. */
  wake(): void;
}

/** A lane in the place of the delivery that was its most important one when it was put there. */
export interface QueuedLane extends Queued {
  readonly waiter: Waiter;
}

export class LaneQueue {
  readonly #places = new Map<Waiter, QueuedLane>();
  readonly #line = new PriorityList<QueuedLane>(compare);

  get size(): number {
    return this.#places.size;
  }

  /** In the place of `next`, wherever it was before. */
  join(waiter: Waiter, { delivery }: Queued): void {
    this.leave(waiter);
    const place = { delivery, waiter };
    this.#places.set(waiter, place);
    this.#line.add(place);
  }

  has(waiter: Waiter): boolean {
    return this.#places.has(waiter);
  }

  leave(waiter: Waiter): void {
    const place = this.#places.get(waiter);
    if (place === undefined) return;
    this.#places.delete(waiter);
    this.#line.remove(place);
  }

  /** Who goes next. One that has nothing left keeps its place until it is woken. */
  first(nowMs: number): QueuedLane | undefined {
    for (let first = this.#line.last; first !== undefined; first = this.#line.last) {
      const next = first.waiter.next(nowMs);
      // Its delivery may have expired, or been discarded, since: then its place is a lower one.
      if (next === undefined || next.delivery === first.delivery) return first;
      this.join(first.waiter, next);
    }
    return undefined;
  }
}
