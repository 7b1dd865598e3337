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
  readonly #listeners: Listener[] = [];
  readonly #failed: (error: unknown, event: BridgeEvent) => void;
  /** Those before `#next` have been told. */
  #waiting: BridgeEvent[] = [];
  #next = 0;
  #timer: Timer | undefined;

  /** `failed`: a listener threw, which is a bug of ours; the others are still told. */
  constructor(clock: Clock, failed: (error: unknown, event: BridgeEvent) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  readonly publish = (event: BridgeEvent): void => {
    this.#waiting.push(event);
    this.#timer ??= this.#clock.after(0, () => this.#bite());
  };

  /** Tells everything now: at the end of the process. */
  drain(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#next < this.#waiting.length) this.#tell();
    this.#waiting = [];
    this.#next = 0;
  }

  #bite(): void {
    this.#timer = undefined;
    const end = this.#next + BITE;
    while (this.#next < end && this.#next < this.#waiting.length) this.#tell();
    if (this.#next < this.#waiting.length) this.#timer = this.#clock.after(0, () => this.#bite());
    else {
      this.#waiting = [];
      this.#next = 0;
    }
  }

  #tell(): void {
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
