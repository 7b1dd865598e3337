/**
 * Something that is on while somebody watches, and a little longer, so that one whose connection breaks misses nothing.
 * Nobody watches: nothing is done.
 */
import type { Clock, Timer } from '../../platform/clock.ts';

/** As long as a computer is carried to another room. */
const LINGER_MS = 5 * 60_000;

export class WhileWatched {
  readonly #clock: Clock;
  readonly #begin: () => () => void;
  #end: (() => void) | undefined;
  #linger: Timer | undefined;

  /** `begin` gives what ends it. */
  constructor(clock: Clock, begin: () => () => void) {
    this.#clock = clock;
    this.#begin = begin;
  }

  get isOn(): boolean {
    return this.#end !== undefined;
  }

  /** Somebody watches. */
  watched(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    this.#end ??= this.#begin();
  }

  /** Nobody does any more. */
  unwatched(): void {
    this.#linger?.cancel();
    this.#linger = this.#clock.after(LINGER_MS, () => {
      this.#linger = undefined;
      this.#end?.();
      this.#end = undefined;
    });
  }
}
