/**
 * The deliveries of a lane that are ready to go, most important first, freshest first among equals.
 * Kept ascending, so that the next one is taken from the end and a fresh one, which is the usual
 * arrival, is put there without moving anything.
 */
import type { Delivery } from './delivery.ts';

/** Anything that stands for a delivery. */
export interface Queued {
  readonly delivery: Delivery;
}

/** Negative: `a` goes after `b`. */
export function compare(a: Queued, b: Queued): number {
  const byImportance = a.delivery.importance - b.delivery.importance;
  if (byImportance !== 0) return byImportance;
  const [idA, idB] = [a.delivery.announcement.id, b.delivery.announcement.id];
  if (idA !== idB) return idA < idB ? -1 : 1;
  // Of one announcement, in the order of its tickers.
  return a.delivery.id < b.delivery.id ? 1 : a.delivery.id > b.delivery.id ? -1 : 0;
}

export class Backlog<Item extends Queued> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The next to go. */
  get head(): Item | undefined {
    return this.#items.at(-1);
  }

  add(item: Item): void {
    let low = 0;
    let high = this.#items.length;
    const last = this.#items[high - 1];
    if (last === undefined || compare(last, item) < 0) low = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other !== undefined && compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
  }

  takeHead(): Item | undefined {
    return this.#items.pop();
  }

  /** The last that would go. */
  takeTail(): Item | undefined {
    return this.#items.shift();
  }

  remove(item: Item): void {
    const index = this.#items.indexOf(item);
    if (index >= 0) this.#items.splice(index, 1);
  }
}
