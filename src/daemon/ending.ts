/**
 * The end of the bridge, which somebody waits for: what is in flight may end until `shutdownTimeout` is over, however
 * many parts there are to take down, and nothing that hangs (a disk, a receiver) holds the process for longer.
 */
import type { Bus } from '../events/bus.ts';
import type { Journal } from '../outbox/journal.ts';
import { type Clock, wait } from '../platform/clock.ts';

/** For everything but the sends, in ms. */
const GRACE_MS = 300;

export class Ending {
  readonly #cut = new AbortController();
  readonly #clock: Clock;
  #ended: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborts when `shutdownTimeout` is over. */
  get deadline(): AbortSignal {
    return this.#cut.signal;
  }

  /**
   * Resolves when `parts` are taken down, or are given up: then `lastly` does what must not be left undone. Rejects as
   * a part does. There is one end: asked again, it is the same.
   */
  run(shutdownTimeoutMs: number, parts: AsyncDisposableStack, lastly: () => void): Promise<void> {
    this.#ended ??= this.#run(shutdownTimeoutMs, parts, lastly);
    return this.#ended;
  }

  async #run(shutdownTimeoutMs: number, parts: AsyncDisposableStack, lastly: () => void): Promise<void> {
    const timer = this.#clock.after(shutdownTimeoutMs, () => this.#cut.abort());
    const isOver = new AbortController();
    const tooLong = wait(this.#clock, shutdownTimeoutMs + GRACE_MS, isOver.signal).then(() => 'too long');
    try {
      if ((await Promise.race([parts.disposeAsync(), tooLong])) === 'too long') lastly();
    } finally {
      timer.cancel();
      isOver.abort();
    }
  }
}

/** Closes the journal once, however often it is called, and tells everybody if something could not be written. */
export function closingOf(journal: Pick<Journal, 'close'>, bus: Pick<Bus, 'publish' | 'drain'>): () => void {
  let isClosed = false;
  return () => {
    const entries = isClosed ? 0 : journal.close();
    isClosed = true;
    if (entries > 0) bus.publish({ kind: 'store.lost_on_exit', entries });
    bus.drain();
  };
}
