/**
 * Carries events from the parts to the listeners, after the work that they speak of: publishing only puts the
 * event into a list, so nothing is logged or counted between frame and socket. Listeners are called in
 * bites, so that a burst of news does not hold up the news itself.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { BridgeEvent } from './bridge-event.ts';

export type Listener = (event: BridgeEvent) => void;

/** Delivered between two looks at the clock. */
const FEW = 10;

/** The loop is held up for so long; a frame of a busy feed comes no sooner. */
const BITE_MS = 1;

/** Events that have been delivered and are still in the list: dropped before they have grown old in memory. */
const LEFT_BEHIND = 1000;

export class Bus {
  readonly #clock: Clock;
  /** Replaced as a whole, so that one that leaves or comes while an event is delivered disturbs no other. */
  #listeners: readonly Listener[] = [];
  readonly #failed: (error: unknown, event: BridgeEvent) => void;
  /** Those before `#next` have been delivered. */
  #waiting: BridgeEvent[] = [];
  #next = 0;
  #timer: Timer | undefined;

  /** `failed`: a listener threw, which is a bug of ours; the others are still called. */
  constructor(clock: Clock, failed: (error: unknown, event: BridgeEvent) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /**
   * `listener` gets every event delivered from now on, once for each time that it is added. The result takes it off
   * again, as often as it is called; a listener that takes another off during an event spares it that event.
   */
  listen(listener: Listener): () => void {
    let isOn = true;
    const entry: Listener = (event) => {
      if (isOn) listener(event);
    };
    this.#listeners = [...this.#listeners, entry];
    return () => {
      isOn = false;
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  readonly publish = (event: BridgeEvent): void => {
    this.#waiting.push(event);
    this.#timer ??= this.#clock.after(0, () => this.#bite());
  };

  /** Delivers everything, and that it was all: at the end of the process. */
  end(): void {
    this.publish({ kind: 'bridge.ended' });
    this.drain();
  }

  /** Delivers everything now. */
  drain(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#next < this.#waiting.length) this.#deliver();
    this.#waiting = [];
    this.#next = 0;
  }

  #bite(): void {
    this.#timer = undefined;
    const endMs = this.#clock.monotonicMs() + BITE_MS;
    do {
      const end = Math.min(this.#next + FEW, this.#waiting.length);
      while (this.#next < end) this.#deliver();
    } while (this.#next < this.#waiting.length && this.#clock.monotonicMs() < endMs);
    const isMore = this.#next < this.#waiting.length;
    if (isMore) this.#timer = this.#clock.after(0, () => this.#bite());
    if (isMore && this.#next < LEFT_BEHIND) return;
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }

  #deliver(): void {
    const event = this.#waiting[this.#next++];
    if (event === undefined) return;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#failed(error, event);
      }
    }
  }
}
