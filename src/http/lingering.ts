/**
 * Answers that are settled while their body still comes. Their connections are not cut at once: a receiver that
 * sends its status early may still be at work, and many stop when the caller hangs up.
 */
import type { Clock } from '../platform/clock.ts';

/** Longer than a receiver works on one signal. */
const LONGEST_MS = 30_000;

/** Of one destination; the oldest goes for the next, so that they cannot use up the sockets of the origin. */
const MOST = 16;

/** An exchange whose answer is still coming, or has come by now. */
interface Coming {
  cut(): void;
}

export class Lingering {
  readonly #clock: Clock;
  readonly #all: Coming[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(coming: Coming): void {
    this.#all.push(coming);
    if (this.#all.length > MOST) this.#all.shift()?.cut();
    this.#clock.after(
      LONGEST_MS,
      () => {
        const place = this.#all.indexOf(coming);
        if (place >= 0) this.#all.splice(place, 1);
        coming.cut();
      },
      false,
    );
  }
}
