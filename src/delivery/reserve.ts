/**
 * Deliveries that found no place in their lane's head and are still in memory, so that a burst need not be read back
 * from the outbox. Their number has a bound over all lanes together. A lane's reserve is whole, or it is empty and the
 * outbox is asked: from a part of what waits the most important would not be known.
 */
import type { PendingDelivery } from './delivery.ts';
import { compare, PriorityList } from './priority-list.ts';

/** Of all lanes: about 25 MB, when each stands for an announcement of its own. */
export const MOST_RESERVED = 20_000;

/** The places that are free. */
export class ReservePlaces {
  free = MOST_RESERVED;
}

export class Reserve {
  readonly #places: ReservePlaces;
  #waiting = new PriorityList<PendingDelivery>(compare);
  /** All that is pending and not in the head is in here. */
  isWhole = true;

  constructor(places: ReservePlaces) {
    this.#places = places;
  }

  get size(): number {
    return this.#waiting.size;
  }

  [Symbol.iterator](): Iterator<PendingDelivery> {
    return this.#waiting[Symbol.iterator]();
  }

  add(item: PendingDelivery): void {
    if (!this.isWhole) return;
    if (this.#places.free === 0) return this.forget();
    this.#places.free--;
    this.#waiting.add(item);
  }

  /** The most important one, which is in here no more. */
  take(): PendingDelivery | undefined {
    const next = this.#waiting.last;
    if (next === undefined) return undefined;
    this.#waiting.remove(next);
    this.#places.free++;
    return next;
  }

  /** They are in the outbox, which knows better or is not the only one that has some. */
  forget(): void {
    this.#places.free += this.size;
    this.#waiting = new PriorityList<PendingDelivery>(compare);
    this.isWhole = false;
  }
}
