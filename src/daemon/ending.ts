/**
 * The end of the bridge, which somebody waits for: what is in flight may end until `shutdownTimeout` is over, however
 * many parts there are to take down, and nothing that hangs (a disk, a far end) holds the process for longer.
 */
import { type Clock, wait } from '../platform/clock.ts';

/** For everything but the sends, in ms. */
const GRACE_MS = 300;

export class Ending {
  readonly #cut = new AbortController();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborts when `shutdownTimeout` is over. */
  get deadline(): AbortSignal {
    return this.#cut.signal;
  }

  /** Resolves when `takeDown` has ended, or is given up: then `lastly` does what must not be left undone. Rejects as `takeDown`. */
  async run(shutdownTimeoutMs: number, takeDown: () => Promise<void>, lastly: () => void): Promise<void> {
    const timer = this.#clock.after(shutdownTimeoutMs, () => this.#cut.abort());
    const isOver = new AbortController();
    const tooLong = wait(this.#clock, shutdownTimeoutMs + GRACE_MS, isOver.signal).then(() => 'too long');
    try {
      if ((await Promise.race([takeDown(), tooLong])) === 'too long') lastly();
    } finally {
      timer.cancel();
      isOver.abort();
    }
  }
}
