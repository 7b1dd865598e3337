/**
 * undici reserves 2,048 places (16 KB) in each pool for requests that wait in it; with thousands of origins that is
 * a fifth of all memory. Hardly anything ever waits there: lanes hand over what can go at once. So each pool gets a
 * queue that is as long as what is in it. If undici ever keeps its queue elsewhere, this does nothing.
 */
class ShortQueue<Item> {
  readonly #items: Item[] = [];

  isEmpty(): boolean {
    return this.#items.length === 0;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** As undici's own: `null` when there is none. */
  shift(): Item | null {
    return this.#items.shift() ?? null;
  }
}

/** Says whether it was found. Call before the first request. */
export function shortenQueue(pool: object): boolean {
  const name = Object.getOwnPropertySymbols(pool).find(({ description }) => description === 'queue');
  const queue: unknown = name === undefined ? undefined : Reflect.get(pool, name);
  const isQueue = typeof queue === 'object' && queue !== null && 'isEmpty' in queue && 'shift' in queue;
  return isQueue && name !== undefined && Reflect.set(pool, name, new ShortQueue());
}
