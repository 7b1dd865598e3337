/**
 * A `Clock` whose time moves only when the test says so. Timers run in the order of their time; between
 * two of them everything that promises have to do is done, as it would be in the gaps of real time.
 */
import type { Clock, Timer } from '../../src/platform/clock.ts';

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

export class FakeClock implements Clock {
  /** Called between two timers, when everything that the first set off is done. */
  onStep: () => void = () => undefined;
  #monotonicMs: number;
  #wallAheadMs = 0;
  /** The monotonic time at which the truth began. */
  #truthMs: number;
  /** The next to run is the last. */
  #alarms: Alarm[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#monotonicMs = startMs;
    this.#truthMs = startMs;
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#alarms.filter(({ isCancelled }) => !isCancelled).length;
  }

  /** Since it was made, whatever any clock says. */
  get truthMs(): number {
    return this.#monotonicMs - this.#truthMs;
  }

  /** How far the wall clock was set since the process started. */
  get wallAheadMs(): number {
    return this.#wallAheadMs;
  }

  wallMs(): number {
    return Math.floor(this.#monotonicMs + this.#wallAheadMs);
  }

  wallUs(): number {
    return Math.round((this.#monotonicMs + this.#wallAheadMs) * 1000);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const atMs = this.#monotonicMs + Math.max(0, delayMs);
    const alarm: Alarm = { atMs, callback, isCancelled: false };
    let low = 0;
    let high = this.#alarms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#alarms[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    this.#alarms.splice(low, 0, alarm);
    return {
      cancel: () => {
        alarm.isCancelled = true;
      },
    };
  }

  /** The wall clock is set; monotonic time does not notice. */
  stepWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  /** The process hangs for so long: time passes and no timer runs, they are late afterwards. */
  stall(byMs: number): void {
    this.#monotonicMs += byMs;
  }

  /** The machine sleeps for so long: time passes, and what was due meanwhile runs when it wakes, with everything that follows. */
  async sleep(byMs: number): Promise<void> {
    this.stall(byMs);
    await this.advance(0);
  }

  /** Forgets every timer, as the end of a process does. */
  forget(): void {
    this.#alarms = [];
  }

  /** A new process: its timers are gone, and its monotonic time starts at what the wall clock says. */
  restart(): void {
    this.forget();
    this.#monotonicMs += this.#wallAheadMs;
    this.#truthMs += this.#wallAheadMs;
    this.#wallAheadMs = 0;
  }

  /** Lets `byMs` pass. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#monotonicMs + byMs;
    await settled();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs);
      next.callback();
      await settled();
      this.onStep();
    }
    this.#monotonicMs = endMs;
  }

  #next(endMs: number): Alarm | undefined {
    for (
      let next = this.#alarms.at(-1);
      next !== undefined && next.atMs <= endMs;
      next = this.#alarms.at(-1)
    ) {
      this.#alarms.pop();
      if (!next.isCancelled) return next;
    }
    return undefined;
  }
}

/** Everything that microtasks have to do is done: a macrotask comes after them all. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
