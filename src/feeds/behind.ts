/**
 * Work about an announcement that its requests do not need: it is done a moment later, when these are on their way,
 * and in any case before what has to come after it.
 */
import type { Clock } from '../platform/clock.ts';

export class Behind {
  readonly #clock: Clock;
  #work: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Done later, in the order of the calls. */
  add(work: () => void): void {
    // The timer is set behind the requests too.
    if (this.#work.push(work) === 1) queueMicrotask(this.#soon);
  }

  /** All of it, now. */
  readonly run = (): void => {
    if (this.#work.length === 0) return;
    const work = this.#work;
    this.#work = [];
    for (const each of work) each();
  };

  readonly #soon = (): void => {
    if (this.#work.length > 0) this.#clock.after(0, this.run, false);
  };
}
