/**
 * Carries events from the parts to the listeners, after the work that they speak of: publishing only puts the
 * event into a list, so nothing is logged or counted between frame and socket. Listeners are called in
 * bites, so that a burst of news does not hold up the news itself.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { BridgeEvent } from './bridge-event.ts';

export type Listener = (event: BridgeEvent) => void;

/** About a millisecond of log lines. */
const BITE = 50;

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

  /** Delivers everything now: at the end of the process. */
  drain(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#next < this.#waiting.length) this.#deliver();
    this.#waiting = [];
    this.#next = 0;
  }

  #bite(): void {
    this.#timer = undefined;
    const end = this.#next + BITE;
    while (this.#next < end && this.#next < this.#waiting.length) this.#deliver();
    if (this.#next < this.#waiting.length) this.#timer = this.#clock.after(0, () => this.#bite());
    else {
      this.#waiting = [];
      this.#next = 0;
    }
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
