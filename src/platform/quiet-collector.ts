/**
 * Collects short-lived garbage in quiet moments. V8 collects when its young generation is full, and fills it with
 * whatever runs: an announcement would pay, on its way, for the garbage of the rehearsals before it. Here it finds
 * the young generation nearly empty. Old garbage is left to V8: it takes longer, and is rare.
 */
import type { Clock, Timer } from './clock.ts';
import type { MinorCollection } from './minor-collection.ts';

/** A tenth of what an idle V8 has room for (1 MB and more) is not worth it; an announcement makes 0.2 MB. */
const WORTH_BYTES = 300_000;
/** So long after an event the next may be on its heels. */
const QUIET_MS = 5;
/** Work without events (rehearsals, scrapes) makes less garbage than there is room for meanwhile. */
const LOOK_MS = 250;

export class QuietCollector {
  readonly #clock: Clock;
  readonly #open: () => MinorCollection | undefined;
  #young: MinorCollection | undefined;
  #busyMs = Number.NEGATIVE_INFINITY;
  #soon: Timer | undefined;
  #later: Timer | undefined;

  /** `open`: at the start, since it takes a millisecond or two. */
  constructor(clock: Clock, open: () => MinorCollection | undefined) {
    this.#clock = clock;
    this.#open = open;
  }

  start(): void {
    this.#young = this.#open();
    if (this.#young !== undefined) this.#wait();
  }

  stop(): void {
    this.#young = undefined;
    this.#soon?.cancel();
    this.#later?.cancel();
  }

  /** Something happens, and more may follow. */
  readonly busy = (): void => {
    if (this.#young === undefined) return;
    this.#busyMs = this.#clock.monotonicMs();
    this.#soon ??= this.#clock.after(QUIET_MS, this.#look, false);
  };

  #wait(): void {
    this.#later = this.#clock.after(
      LOOK_MS,
      () => {
        if (this.#soon === undefined) this.#look();
        this.#wait();
      },
      false,
    );
  }

  readonly #look = (): void => {
    const leftMs = this.#busyMs + QUIET_MS - this.#clock.monotonicMs();
    this.#soon = leftMs > 0 ? this.#clock.after(leftMs, this.#look, false) : undefined;
    if (leftMs <= 0 && this.#young !== undefined && this.#young.usedBytes() >= WORTH_BYTES)
      this.#young.collect();
  };
}
