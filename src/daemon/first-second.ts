/**
 * The order of a process's first second: the feed is dialled; receivers of orders are opened while it connects,
 * which takes milliseconds, and only then it requests the news; the chats' libraries, each of which blocks the
 * loop for a tenth of a second, are loaded while its answer is awaited, or after its first word. Why:
 * docs/decisions/first-second.md.
 */
import type { Bus } from '../events/bus.ts';
import type { Turns } from '../lane-set.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** A library on a slow disk must not keep the feed waiting: what it announces meanwhile is gone. */
const LONGEST_HOLD_MS = 50;
/** An answer that has not come by then comes from afar. */
const FAR_MS = 10;
/** News that comes with the welcome goes first. */
const AFTER_WORD_MS = 50;
/** A service that does not answer must not hold back pending deliveries. */
const LONGEST_SILENCE_MS = 5_000;

export class FirstSecond implements Turns {
  readonly #clock: Clock;
  readonly #orders = Promise.withResolvers<void>();
  readonly #rest = Promise.withResolvers<void>();
  #timer: Timer;
  #isHeard = false;

  constructor(bus: Bus, clock: Clock) {
    this.#clock = clock;
    this.#timer = clock.after(LONGEST_SILENCE_MS, this.#rest.resolve, false);
    const off = bus.listen(({ kind }) => {
      if (kind !== 'feed.live' && kind !== 'feed.lost' && kind !== 'feed.fatal') return;
      off();
      this.#heard();
    });
  }

  /** When receivers of orders may be opened. */
  get orders(): Promise<void> {
    return this.#orders.promise;
  }

  /** The moment when everything else may begin: chats, pending deliveries of before, the rehearsal. */
  get rest(): Promise<void> {
    return this.#rest.promise;
  }

  /** The feeds' own timers are set. */
  dialling(): void {
    this.#clock.after(0, this.#orders.resolve, false);
  }

  /** A feed has requested the news. */
  asked(): void {
    if (!this.#isHeard) this.#restAfter(FAR_MS);
  }

  /** Resolves with `work`, and never late. */
  soon(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(LONGEST_HOLD_MS, resolve, false);
      const ended = () => {
        timer.cancel();
        resolve();
      };
      work.then(ended, ended);
    });
  }

  #heard(): void {
    this.#isHeard = true;
    this.#restAfter(AFTER_WORD_MS);
  }

  #restAfter(delayMs: number): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(delayMs, this.#rest.resolve, false);
  }
}
