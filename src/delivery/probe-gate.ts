/** Lets the messages of a lane pass while its destination is healthy, and one at a time while it is in trouble. */
import type { Clock, Timer } from '../platform/clock.ts';
import type { Head, Held } from './head.ts';
import type { Trouble } from './trouble.ts';

/** `Starts` of the lane. */
interface Gate {
  start(): void;
  pause(): void;
}

export class ProbeGate {
  readonly #clock: Clock;
  readonly #head: Head;
  readonly #gate: Gate;
  readonly #wake: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, head: Head, gate: Gate, wake: () => void) {
    this.#clock = clock;
    this.#head = head;
    this.#gate = gate;
    this.#wake = wake;
  }

  /** False after closing the gate, and seeing to it that the lane is woken in time: by a timer, or by the answer to the look under way. */
  letsPass(trouble: Trouble<Held>): boolean {
    if (!trouble.isThere) return true;
    this.#timer?.cancel();
    const waitMs = trouble.waitMs(this.#clock.monotonicMs());
    if (waitMs > 0) {
      this.#gate.pause();
      if (Number.isFinite(waitMs)) this.#timer = this.#clock.after(Math.ceil(waitMs), this.#wake, false);
      return false;
    }
    if (this.#head.readyCount === 0) this.#head.tryAgain((held) => trouble.isLastChoice(held));
    this.#gate.start();
    return true;
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
