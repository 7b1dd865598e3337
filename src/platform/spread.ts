/**
 * The spread of many spans of time in little room: counts by size, sixteen sizes to each doubling, and the longest as it
 * was. Two of them add up to one, which is how hours become a month; the error of a quantile is the same in both.
 */

const SIZES_PER_DOUBLING = 16;

/** In ms: anything shorter, and below zero (two clocks that differ), counts as this long. */
const SHORTEST_MS = 0.01;

/** A quantile lies at most this share above or below the exact one: half a size. */
export const SPREAD_ERROR = 2 ** (0.5 / SIZES_PER_DOUBLING) - 1;

/** Bars of `bars`, to each doubling. */
const BARS_PER_DOUBLING = 2;

export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** The longest in ms, then size and count in turns. */
export type StoredSpread = readonly number[];

const sizeOf = (ms: number): number =>
  Math.max(0, Math.round(Math.log2(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) * SIZES_PER_DOUBLING));

const msOf = (size: number): number => SHORTEST_MS * 2 ** (size / SIZES_PER_DOUBLING);

export class Spread {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #longestMs = 0;

  static of(stored: StoredSpread): Spread {
    const spread = new Spread();
    spread.addStored(stored);
    return spread;
  }

  get count(): number {
    return this.#count;
  }

  /** `undefined` without any. */
  get maxMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#longestMs;
  }

  add(ms: number): void {
    this.#addSize(sizeOf(ms), 1);
    this.#longestMs = Math.max(this.#longestMs, ms);
  }

  addAll(other: Spread): void {
    for (const [size, count] of other.#counts) this.#addSize(size, count);
    this.#longestMs = Math.max(this.#longestMs, other.#longestMs);
  }

  addStored([longestMs = 0, ...pairs]: StoredSpread): void {
    for (let at = 0; at + 1 < pairs.length; at += 2) this.#addSize(pairs[at] ?? 0, pairs[at + 1] ?? 0);
    this.#longestMs = Math.max(this.#longestMs, longestMs);
  }

  /** The smallest that at least that share does not exceed, in ms, within `SPREAD_ERROR`; `undefined` without any. `share`: 0.5 is the median. */
  quantile(share: number): number | undefined {
    const rank = Math.max(1, Math.ceil(this.#count * share));
    let seen = 0;
    for (const [size, count] of this.#inOrder()) {
      seen += count;
      if (seen >= rank) return Math.min(msOf(size), this.#longestMs);
    }
    return undefined;
  }

  /** Without gaps between the first and the last; the bounds in ms, on a scale of doublings. */
  bars(): readonly Bar[] {
    const sizes = SIZES_PER_DOUBLING / BARS_PER_DOUBLING;
    const counts = new Map<number, number>();
    for (const [size, count] of this.#counts) {
      const bar = Math.floor(size / sizes);
      counts.set(bar, (counts.get(bar) ?? 0) + count);
    }
    if (counts.size === 0) return [];
    const first = Math.min(...counts.keys());
    const last = Math.max(...counts.keys());
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const bar = first + index;
      return {
        fromMs: bar === 0 ? 0 : msOf(bar * sizes - 0.5),
        toMs: msOf((bar + 1) * sizes - 0.5),
        count: counts.get(bar) ?? 0,
      };
    });
  }

  stored(): StoredSpread {
    return this.#count === 0 ? [] : [Number(this.#longestMs.toFixed(3)), ...this.#inOrder().flat()];
  }

  #inOrder(): (readonly [size: number, count: number])[] {
    return [...this.#counts].sort(([one], [other]) => one - other);
  }

  #addSize(size: number, count: number): void {
    this.#counts.set(size, (this.#counts.get(size) ?? 0) + count);
    this.#count += count;
  }
}
