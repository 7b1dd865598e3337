/**
 * The record of everything that has arrived at a server, with a way to wait for more. Waiting looks at the past
 * too, so there is no race between the event and the wait. The timeout is a guard against hanging, hence real time
 * whatever clock the server runs on; its error shows the arrivals.
 */
import { inspect } from 'node:util';
import { type Clock, systemClock } from '../platform/clock.ts';

/** Long: on a busy machine a process takes seconds to start. */
export const WAIT_MS = 60_000;
/** Of the items that did arrive, in the error of a wait that ran out. */
const SHOWN_ITEMS = 20;

export class Arrivals<T> {
  readonly all: readonly T[];
  readonly #items: T[] = [];
  readonly #listeners = new Set<(item: T) => void>();
  readonly #what: string;
  readonly #clock: Clock;

  constructor(what: string, clock: Clock = systemClock) {
    this.all = this.#items;
    this.#what = what;
    this.#clock = clock;
  }

  add(item: T): void {
    this.#items.push(item);
    for (const listener of [...this.#listeners]) listener(item);
  }

  /** Calls `listener` for each later item; the answer ends that. */
  on(listener: (item: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A count: everything, once at least that many have arrived. A predicate: the first item that fits. */
  waitFor(count: number, timeoutMs?: number): Promise<readonly T[]>;
  waitFor(fits: (item: T) => boolean, timeoutMs?: number): Promise<T>;
  waitFor(wanted: number | ((item: T) => boolean), timeoutMs = WAIT_MS): Promise<readonly T[] | T> {
    return typeof wanted === 'number'
      ? this.#until(
          () => (this.#items.length >= wanted ? { value: [...this.#items] } : undefined),
          `${wanted} ${this.#what}(s)`,
          timeoutMs,
        )
      : this.#until(
          () => {
            const index = this.#items.findIndex(wanted);
            return index < 0 ? undefined : { value: this.#items[index] as T };
          },
          `a fitting ${this.#what}`,
          timeoutMs,
        );
  }

  #until<V>(look: () => { readonly value: V } | undefined, what: string, timeoutMs: number): Promise<V> {
    return new Promise((resolve, reject) => {
      const there = look();
      if (there) return resolve(there.value);
      const off = this.on(() => {
        const found = look();
        if (!found) return;
        off();
        timer.cancel();
        resolve(found.value);
      });
      const timer = this.#clock.after(timeoutMs, () => {
        off();
        const seen = inspect(this.#items.slice(-SHOWN_ITEMS), { depth: 4, breakLength: 110 });
        reject(new Error(`waited ${timeoutMs} ms for ${what}; received ${this.#items.length}: ${seen}`));
      });
    });
  }
}
