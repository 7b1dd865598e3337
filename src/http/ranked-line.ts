/** Those that wait for their turn, the lowest rank first, whenever each of them came. Most come in that order. */
export interface Ranked {
  readonly rank: number;
}

/** So many that have gone may still be in the array. */
const LEFT_BEHIND = 64;

export class RankedLine<Item extends Ranked> {
  #items: Item[] = [];
  /** Those before it have gone; taking them out of the array one by one would move all the others each time. */
  #from = 0;

  get size(): number {
    return this.#items.length - this.#from;
  }

  add(item: Item): void {
    let low = this.#from;
    let high = this.#items.length;
    if ((this.#items.at(-1)?.rank ?? -1) < item.rank) low = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.rank ?? 0) < item.rank) low = middle + 1;
      else high = middle;
    }
    if (low === this.#items.length) this.#items.push(item);
    else this.#items.splice(low, 0, item);
  }

  /** Takes out the first. */
  next(): Item | undefined {
    if (this.size === 0) return undefined;
    const next = this.#items[this.#from++];
    if (this.#from > LEFT_BEHIND && this.#from > this.size) {
      this.#items = this.#items.slice(this.#from);
      this.#from = 0;
    }
    return next;
  }
}
