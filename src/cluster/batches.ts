/**
 * A queue to the database: in batches, one call at a time, in order, and tried again while it cannot be reached. Nothing that is
 * put in waits for it.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import { SharedError } from './shared.ts';

/** Of one call. */
const MOST_TOGETHER = 500;

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1000;

/** In memory; beyond it the oldest go. */
const MOST_WAITING = 100_000;

export interface BatchesDeps<Item> {
  readonly clock: Clock;
  /** So long after the first of a batch it is sent. */
  readonly delayMs: number;
  /** Rejects with `SharedError` where the database does not take it. */
  send(items: readonly Item[]): Promise<void>;
}

export class Batches<Item> {
  readonly #deps: BatchesDeps<Item>;
  #waiting: Item[] = [];
  #isSending = false;
  #failures = 0;
  #timer: Timer | undefined;
  #dueMs = 0;
  #isStopped = false;
  /** So many are through, or were left out; so many have been put in. */
  #through = 0;
  #put = 0;
  #flushes: {
    readonly upTo: number;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  /** Left out, because there were too many. */
  dropped = 0;

  constructor(deps: BatchesDeps<Item>) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** `delayMs`: where it is the first of a batch; another that comes meanwhile does not wait so long, nor does a flush. */
  add(item: Item, delayMs: number = this.#deps.delayMs): void {
    this.#waiting.push(item);
    this.#put++;
    if (this.#waiting.length > MOST_WAITING && !this.#isSending) {
      this.#waiting.shift();
      this.#through++;
      this.dropped++;
    }
    if (this.#isSending) return;
    const dueMs = this.#deps.clock.monotonicMs() + delayMs;
    if (this.#timer !== undefined && this.#dueMs <= dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = this.#deps.clock.after(delayMs, () => this.#send());
  }

  /** Resolves when all that were put in by now are through; rejects when the next call fails. */
  flush(): Promise<void> {
    if (this.#through >= this.#put) return Promise.resolve();
    const flushed = new Promise<void>((resolve, reject) =>
      this.#flushes.push({ upTo: this.#put, resolve, reject }),
    );
    this.now();
    return flushed;
  }

  /** The database may be there again. */
  now(): void {
    if (this.#isSending || this.#isStopped || this.#waiting.length === 0) return;
    this.#timer?.cancel();
    this.#send();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #send(): void {
    this.#timer = undefined;
    if (this.#isStopped) return;
    const items = this.#waiting.slice(0, MOST_TOGETHER);
    this.#isSending = true;
    void this.#deps.send(items).then(
      () => this.#taken(items.length),
      (error: unknown) => this.#failed(error),
    );
  }

  #taken(count: number): void {
    this.#isSending = false;
    this.#failures = 0;
    this.#waiting.splice(0, count);
    this.#through += count;
    const done = this.#flushes.filter(({ upTo }) => upTo <= this.#through);
    this.#flushes = this.#flushes.filter(({ upTo }) => upTo > this.#through);
    for (const { resolve } of done) resolve();
    if (this.#waiting.length > 0) this.#send();
  }

  #failed(error: unknown): void {
    this.#isSending = false;
    if (!(error instanceof SharedError)) throw error;
    this.#failures++;
    for (const { reject } of this.#flushes.splice(0)) reject(error);
    if (this.#isStopped) return;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
    // Whatever comes meanwhile waits for it.
    this.#dueMs = Number.NEGATIVE_INFINITY;
    this.#timer = this.#deps.clock.after(delayMs, () => this.#send());
  }
}
