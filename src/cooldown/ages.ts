/** Things in the order in which they came: added and taken out at the cost of a few pointers. */
export interface Aged<Self> {
  elder: Self | undefined;
  younger: Self | undefined;
}

export class Ages<Item extends Aged<Item>> {
  #size = 0;
  #oldest: Item | undefined;
  #youngest: Item | undefined;

  get size(): number {
    return this.#size;
  }

  get oldest(): Item | undefined {
    return this.#oldest;
  }

  /** Oldest first; the one that was given last may be deleted meanwhile. */
  *[Symbol.iterator](): Generator<Item> {
    for (let item = this.#oldest; item !== undefined; ) {
      const next: Item | undefined = item.younger;
      yield item;
      item = next;
    }
  }

  /** Youngest first. */
  *backwards(): Generator<Item> {
    for (let item = this.#youngest; item !== undefined; item = item.elder) yield item;
  }

  add(item: Item): void {
    item.elder = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = item;
    else this.#youngest.younger = item;
    this.#youngest = item;
    this.#size++;
  }

  /** One that is in it. */
  delete(item: Item): void {
    const { elder, younger } = item;
    if (elder === undefined) this.#oldest = younger;
    else elder.younger = younger;
    if (younger === undefined) this.#youngest = elder;
    else younger.elder = elder;
    this.#size--;
  }
}
