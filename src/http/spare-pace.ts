/**
 * How many connections lie ready in all, and how often one is made again, over all origins. For a few hundred each
 * origin has what it wants, as fresh as it wants. For more, each has one, the most valuable first where there are too
 * many: those that came first, since orders are opened before chats, and each kind in the order of the config. The first
 * one of each is opened a few hundred at a time; after it, not more than so many are opened in a minute, whatever the
 * servers end, and the most valuable that waits is next: the view that other people's servers have of us is bounded,
 * and so is the effort.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import { type Ranked, RankedLine } from './ranked-line.ts';

/** Up to so many spares there is nothing to spare. Beyond, so many are opened at once. */
export const AT_EASE = 512;
/** Sockets, each with its memory on both sides. */
export const MOST_IN_ALL = 10_000;
/** Of those beyond the first of each origin: 600 a minute. */
export const APART_MS = 100;

/** The spares of one origin. */
interface Holder extends Ranked {
  /** So many are wanted from now on. */
  allot(count: number): void;
}

/** Opens the spares of one origin. */
export interface Opener extends Ranked {
  /** Its turn has come: opens one now, unless it needs none. Says whether it did. */
  turn(): boolean;
}

export class SparePace {
  readonly #clock: Clock;
  readonly #most: number;
  #ranks = 0;
  readonly #wishes = new Map<Holder, number>();
  readonly #allotted = new Set<Holder>();
  readonly #without = new Set<Holder>();
  /** The least valuable of those that were allotted one; `undefined`: not known. */
  #least: Holder | undefined;
  readonly #first = new RankedLine<Opener>();
  readonly #again = new RankedLine<Opener>();
  #total = 0;
  #opening = 0;
  /** Of one that is opened again. */
  #nextMs = 0;
  #timer: Timer | undefined;

  /** `most`: spares in all; each takes a place among the files that a process may open. */
  constructor(clock: Clock, most: number = MOST_IN_ALL) {
    this.#clock = clock;
    this.#most = most;
  }

  get isWide(): boolean {
    return this.#total > AT_EASE;
  }

  /** Of one more opener: the earlier, the more valuable. */
  rank(): number {
    return this.#ranks++;
  }

  /** `count`: as many as it would have; 0: it needs none, or is closed. */
  wish(holder: Holder, count: number): void {
    const wasWide = this.isWide;
    this.#total += count - (this.#wishes.get(holder) ?? 0);
    if (count === 0) this.#wishes.delete(holder);
    else this.#wishes.set(holder, count);
    if (wasWide !== this.isWide) this.#allotAnew();
    else if (count > 0) this.#allot(holder, count);
    if (count === 0) this.#leave(holder);
  }

  /** How long a spare may lie, in ms, where it would be `warmMs`. */
  freshMs(warmMs: number): number {
    return this.isWide ? Math.max(warmMs, this.#allotted.size * APART_MS) : warmMs;
  }

  /** True: it may open one now. Otherwise its turn comes later, once; it need not ask again. */
  ask(opener: Opener, isFirst: boolean): boolean {
    if (!this.isWide) return true;
    const line = isFirst ? this.#first : this.#again;
    const nowMs = this.#clock.monotonicMs();
    const isFree = isFirst ? this.#opening < AT_EASE : nowMs >= this.#nextMs;
    if (isFree && line.size === 0) {
      if (!isFirst) this.#nextMs = nowMs + APART_MS;
      return true;
    }
    line.add(opener);
    if (!isFirst) this.#arm(nowMs);
    return false;
  }

  /** One is being opened. */
  began(): void {
    this.#opening++;
  }

  /** It is open, or could not be opened. */
  ended(): void {
    this.#opening--;
    while (this.#opening < AT_EASE && this.#first.size > 0) this.#first.next()?.turn();
  }

  #arm(nowMs: number): void {
    this.#timer ??= this.#clock.after(Math.max(0, Math.ceil(this.#nextMs - nowMs)), this.#tick, false);
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (let next = this.#again.next(); next !== undefined; next = this.#again.next()) {
      if (!next.turn()) continue;
      this.#nextMs = nowMs + APART_MS;
      break;
    }
    if (this.#again.size > 0) this.#arm(nowMs);
  };

  #allotAnew(): void {
    this.#allotted.clear();
    this.#without.clear();
    this.#least = undefined;
    const all = [...this.#wishes].sort(([a], [b]) => a.rank - b.rank);
    for (const [holder, count] of all) this.#allot(holder, count);
    if (this.isWide) return;
    for (const line of [this.#first, this.#again])
      for (let next = line.next(); next !== undefined; next = line.next()) next.turn();
  }

  #allot(holder: Holder, count: number): void {
    if (!this.isWide) return holder.allot(count);
    if (this.#allotted.has(holder)) return;
    if (this.#allotted.size >= this.#most) {
      const least = this.#leastValuable();
      if (least === undefined || least.rank < holder.rank) {
        this.#without.add(holder);
        return holder.allot(0);
      }
      // One that is needed again, for instance.
      this.#take(least);
      this.#without.add(least);
      least.allot(0);
    }
    this.#without.delete(holder);
    this.#allotted.add(holder);
    if (this.#least !== undefined && holder.rank > this.#least.rank) this.#least = holder;
    holder.allot(1);
  }

  #leastValuable(): Holder | undefined {
    if (this.#least !== undefined) return this.#least;
    for (const holder of this.#allotted)
      if (this.#least === undefined || holder.rank > this.#least.rank) this.#least = holder;
    return this.#least;
  }

  #take(holder: Holder): void {
    this.#allotted.delete(holder);
    if (holder === this.#least) this.#least = undefined;
  }

  #leave(holder: Holder): void {
    this.#take(holder);
    this.#without.delete(holder);
    holder.allot(0);
    if (this.#allotted.size >= this.#most) return;
    let next: Holder | undefined;
    for (const one of this.#without) if (next === undefined || one.rank < next.rank) next = one;
    if (next !== undefined) this.#allot(next, 1);
  }
}
