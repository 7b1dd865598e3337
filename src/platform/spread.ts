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

/** Size and count in turns, by size. */
type Pairs = readonly number[];

export class Spread {
  /** One of the two, or both: the form that was wanted last. */
  #counts: Map<number, number> | undefined;
  #pairs: Pairs | undefined = [];
  #count = 0;
  #longestMs = 0;

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
    this.#addPairs(other.#inOrder());
    this.#longestMs = Math.max(this.#longestMs, other.#longestMs);
  }

  addStored([longestMs = 0, ...pairs]: StoredSpread): void {
    this.#addPairs(pairs);
    this.#longestMs = Math.max(this.#longestMs, longestMs);
  }

  /** The smallest that at least that share does not exceed, in ms, within `SPREAD_ERROR`; `undefined` without any. `share`: 0.5 is the median. */
  quantile(share: number): number | undefined {
    const rank = Math.max(1, Math.ceil(this.#count * share));
    const pairs = this.#inOrder();
    let seen = 0;
    for (let at = 0; at < pairs.length; at += 2) {
      seen += pairs[at + 1] ?? 0;
      if (seen >= rank) return Math.min(msOf(pairs[at] ?? 0), this.#longestMs);
    }
    return undefined;
  }

  /** Without gaps between the first and the last; the bounds in ms, on a scale of doublings. */
  bars(): readonly Bar[] {
    const sizes = SIZES_PER_DOUBLING / BARS_PER_DOUBLING;
    const counts = new Map<number, number>();
    const pairs = this.#inOrder();
    for (let at = 0; at < pairs.length; at += 2) {
      const bar = Math.floor((pairs[at] ?? 0) / sizes);
      counts.set(bar, (counts.get(bar) ?? 0) + (pairs[at + 1] ?? 0));
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
    return this.#count === 0 ? [] : [Number(this.#longestMs.toFixed(3)), ...this.#inOrder()];
  }

  #inOrder(): Pairs {
    this.#pairs ??= [...(this.#counts ?? [])].sort(([one], [other]) => one - other).flat();
    return this.#pairs;
  }

  /** A sum of one is that one: most are never added up. */
  #addPairs(pairs: Pairs): void {
    if (this.#count > 0) {
      for (let at = 0; at + 1 < pairs.length; at += 2) this.#addSize(pairs[at] ?? 0, pairs[at + 1] ?? 0);
      return;
    }
    this.#pairs = pairs;
    this.#counts = undefined;
    for (let at = 1; at < pairs.length; at += 2) this.#count += pairs[at] ?? 0;
  }

  #addSize(size: number, count: number): void {
    this.#counts ??= mapOf(this.#pairs ?? []);
    this.#pairs = undefined;
    this.#counts.set(size, (this.#counts.get(size) ?? 0) + count);
    this.#count += count;
  }
}

function mapOf(pairs: Pairs): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at + 1 < pairs.length; at += 2) counts.set(pairs[at] ?? 0, pairs[at + 1] ?? 0);
  return counts;
}
