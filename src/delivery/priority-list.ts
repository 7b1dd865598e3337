/**
 * Things in an order, deliveries for the most part, cheap at both ends: what arrives is usually the freshest and what leaves the
 * first or the last, so a sorted array moves almost nothing (a burst that waited comes in at one end and leaves at the other). Everything else is found by halving.
 */
import { originOf } from './content.ts';
import { type Delivery, keyOf } from './delivery.ts';

/** So many that have left may still be in the array, or as many as are in it. */
const LEFT_BEHIND = 64;

/** Anything that stands for a delivery. */
export interface Queued {
  readonly delivery: Delivery;
}

/** Most important first, freshest first among equals. Negative: `a` goes after `b`. */
export function compare(a: Queued, b: Queued): number {
  const byImportance = a.delivery.importance - b.delivery.importance;
  if (byImportance !== 0) return byImportance;
  const [idA, idB] = [originOf(a.delivery.content).id, originOf(b.delivery.content).id];
  if (idA !== idB) return idA < idB ? -1 : 1;
  // Of one announcement, in the order of its tickers: their numbers end the key, and 10 comes after 9.
  const [one, other] = [keyOf(a.delivery), keyOf(b.delivery)];
  return other.length - one.length || (one < other ? 1 : one > other ? -1 : 0);
}

/** Soonest to expire first; what never expires, last. */
export function compareExpiry(a: Queued, b: Queued): number {
  const [atA, atB] = [expiryOf(a), expiryOf(b)];
  return atA === atB ? compare(a, b) : atA - atB;
}

/** Monotonic ms; Infinity = never. */
export const expiryOf = ({ delivery }: Queued) => delivery.expiresAtMs ?? Number.POSITIVE_INFINITY;

/** Ascending by an order in which no two are equal. */
export class PriorityList<Item> {
  #items: (Item | undefined)[] = [];
  /** Places before it are free, or of those that have left: taking them out of the array one by one would move all the others each time. */
  #from = 0;
  readonly #compare: (a: Item, b: Item) => number;

  constructor(order: (a: Item, b: Item) => number) {
    this.#compare = order;
  }

  get size(): number {
    return this.#items.length - this.#from;
  }

  get first(): Item | undefined {
    return this.#items[this.#from];
  }

  get last(): Item | undefined {
    return this.size === 0 ? undefined : this.#items.at(-1);
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let at = this.#from; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }

  add(item: Item): void {
    const place = this.#placeOf(item);
    if (place === this.#items.length) this.#items.push(item);
    else if (place === this.#from) this.#addFirst(item);
    else this.#items.splice(place, 0, item);
  }

  #addFirst(item: Item): void {
    if (this.#from === 0) {
      this.#items.unshift(...Array<undefined>(LEFT_BEHIND));
      this.#from = LEFT_BEHIND;
    }
    this.#items[--this.#from] = item;
  }

  remove(item: Item): void {
    const place = this.#placeOf(item);
    if (this.#items[place] !== item) return;
    if (place === this.#items.length - 1) this.#items.pop();
    else if (place === this.#from) this.#from++;
    else this.#items.splice(place, 1);
    if (this.#from > LEFT_BEHIND && this.#from > this.size) {
      this.#items = this.#items.slice(this.#from);
      this.#from = 0;
    }
  }

  /** Where it is, or would be. */
  #placeOf(item: Item): number {
    const { first, last } = this;
    if (last === item) return this.#items.length - 1;
    if (last === undefined || this.#compare(last, item) < 0) return this.#items.length;
    if (first === undefined || first === item || this.#compare(item, first) < 0) return this.#from;
    let low = this.#from;
    let high = this.#items.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other !== undefined && this.#compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
