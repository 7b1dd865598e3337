/**
 * How many connections lie ready in all, and how often one is made again, over all origins. For a few hundred each
 * origin has what it wants, as fresh as it wants. For more, each of those used last has one; after the first one of
 * each, not more than so many are opened in a minute, whatever the servers end: what other people's servers see of
 * us is bounded, and so is what we spend.
 */
import type { Clock } from '../platform/clock.ts';

/** Up to so many spares there is nothing to spare. */
export const AT_EASE = 512;
/** Sockets, each with its memory on both sides. */
export const MOST_IN_ALL = 4000;
/** Of those beyond the first of each origin: 600 a minute. */
export const APART_MS = 100;

/** The spares of one origin. */
interface Holder {
  /** So many are wanted from now on. */
  allot(count: number): void;
}

export class SparePace {
  readonly #clock: Clock;
  /** The one used longest ago first. */
  readonly #wishes = new Map<Holder, number>();
  readonly #allotted = new Set<Holder>();
  #total = 0;
  #nextMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isWide(): boolean {
    return this.#total > AT_EASE;
  }

  /** `count`: as many as it would have; 0: it is closed. */
  wish(holder: Holder, count: number): void {
    const wasWide = this.isWide;
    this.#total += count - (this.#wishes.get(holder) ?? 0);
    if (count === 0) this.#wishes.delete(holder);
    else this.#wishes.set(holder, count);
    if (wasWide !== this.isWide) {
      this.#allotted.clear();
      for (const each of this.#wishes.keys()) this.#allot(each);
    } else if (count > 0) this.#allot(holder);
    if (count === 0) this.#take(holder);
  }

  /** It was used: it will be needed again. */
  used(holder: Holder): void {
    const count = this.#wishes.get(holder);
    if (!this.isWide || count === undefined) return;
    this.#wishes.delete(holder);
    this.#wishes.set(holder, count);
    this.#allotted.delete(holder);
    this.#allot(holder);
  }

  /** How long a spare may lie, in ms, where it would be `warmMs`. */
  freshMs(warmMs: number): number {
    return this.isWide ? Math.max(warmMs, this.#allotted.size * APART_MS) : warmMs;
  }

  /** When one may be opened, monotonic ms: a place in line, to be asked for once for each. */
  reserve(): number {
    const nowMs = this.#clock.monotonicMs();
    if (!this.isWide) return nowMs;
    const atMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = atMs + APART_MS;
    return atMs;
  }

  #allot(holder: Holder): void {
    if (!this.isWide) return holder.allot(this.#wishes.get(holder) ?? 0);
    this.#allotted.add(holder);
    const [oldest] = this.#allotted;
    if (this.#allotted.size > MOST_IN_ALL && oldest !== undefined) this.#take(oldest);
    holder.allot(1);
  }

  #take(holder: Holder): void {
    this.#allotted.delete(holder);
    holder.allot(0);
  }
}
