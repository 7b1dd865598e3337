/**
 * The last things that were sent to viewers, so that one who comes back goes on where the connection broke. Each has a
 * number in its id; the rest of the id names the life of this ring: a number of an earlier life means nothing.
 */
export class Ring<Item> {
  #life: number;
  readonly #most: number;
  #items: Item[] = [];
  /** Number of the first in `#items`. */
  #first = 1;

  /** `life`: greater than in any earlier process. `most`: kept, at least; never twice as many. */
  constructor(life: number, most: number) {
    this.#life = life;
    this.#most = most;
  }

  /** Of the last; before any, of the moment before the first. */
  get lastId(): string {
    return this.#idOf(this.#first + this.#items.length - 1);
  }

  get size(): number {
    return this.#items.length;
  }

  /** Gives its id. */
  add(item: Item): string {
    this.#items.push(item);
    if (this.#items.length >= 2 * this.#most) {
      this.#first += this.#items.length - this.#most;
      this.#items = this.#items.slice(-this.#most);
    }
    return this.lastId;
  }

  /** Some things were not added: nobody can go on from what was before. */
  restart(): void {
    this.#life++;
    this.#items = [];
    this.#first = 1;
  }

  /** Those after that id, with theirs; `undefined`: some of them are gone. */
  after(id: string): readonly (readonly [id: string, item: Item])[] | undefined {
    const [, life, digits] = /^([\da-z]{1,12})-(\d{1,15})$/.exec(id) ?? [];
    const next = Number(digits) + 1;
    const end = this.#first + this.#items.length;
    if (life !== this.#life.toString(36) || next < this.#first || next > end) return undefined;
    return this.#items.slice(next - this.#first).map((item, at) => [this.#idOf(next + at), item] as const);
  }

  #idOf(number: number): string {
    return `${this.#life.toString(36)}-${number}`;
  }
}
