/**
 * A `Clock` whose time moves only when the test says so. Timers run in the order of their time; between
 * two of them everything that promises have to do is done, as it would be in the gaps of real time.
 */
import type { Clock, Timer } from '../../src/platform/clock.ts';

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #monotonicMs: number;
  #wallAheadMs = 0;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#monotonicMs = startMs;
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#alarms.size;
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
    const alarm = { atMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#alarms.add(alarm);
    return { cancel: () => this.#alarms.delete(alarm) };
  }

  /** The wall clock is set; monotonic time does not notice. */
  stepWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  /** The process hangs for so long: time passes and no timer runs, they are late afterwards. */
  stall(byMs: number): void {
    this.#monotonicMs += byMs;
  }

  /** Forgets every timer, as the end of a process does. */
  forget(): void {
    this.#alarms.clear();
  }

  /** A new process: its timers are gone, and its monotonic time starts at what the wall clock says. */
  restart(): void {
    this.forget();
    this.#monotonicMs += this.#wallAheadMs;
    this.#wallAheadMs = 0;
  }

  /** Lets `byMs` pass. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#monotonicMs + byMs;
    await settled();
    for (let next = this.#next(); next !== undefined && next.atMs <= endMs; next = this.#next()) {
      this.#alarms.delete(next);
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs);
      next.callback();
      await settled();
    }
    this.#monotonicMs = endMs;
  }

  #next(): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms)
      if (
        first === undefined ||
        alarm.atMs < first.atMs ||
        (alarm.atMs === first.atMs && alarm.order < first.order)
      )
        first = alarm;
    return first;
  }
}

/** Everything that microtasks have to do is done: a macrotask comes after them all. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
