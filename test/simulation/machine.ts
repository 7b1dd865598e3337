/**
 * A machine whose time moves only when the simulation says so. The bridge's own `SystemClock` runs on it, with
 * the timers as Node has them: they stand still while the machine sleeps, are late after the process hung, and
 * fire at once when their delay exceeds 32 bits. A timer that only sets itself again watches for sleep: it runs
 * when there was any, for hours pass here in a moment.
 */
import { type Clock, type Readings, SystemClock, type Timer } from '../../src/platform/clock.ts';

interface Alarm {
  /** By the steady clock. */
  atMs: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

const EPOCH_MS = Date.UTC(2026, 0, 1);
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** In one stretch of time; the longest has a few thousand. */
const MOST_STEPS = 100_000;

/** Between two looks of who watches. */
const WATCH_MS = 1000;

/** The process did nothing from `from` to `until`: it hung, slept, or was not there. */
export interface Halt {
  readonly from: number;
  readonly until: number;
}

export class Machine {
  /** Called between two timers, when everything that the first set off is done. */
  onStep: () => void = () => undefined;
  /** Ms since it was switched on, whatever any clock says. */
  truthMs = 0;
  #wallAheadMs = 0;
  readonly halts: Halt[] = [];
  #sleptMs = 0;
  /** The next to run is the last. */
  #alarms: Alarm[] = [];
  /** Of those that set themselves again. */
  #watches: Alarm[] = [];
  #running: (() => void) | undefined;

  readonly #readings: Readings = {
    wallMs: () => Math.floor(EPOCH_MS + this.truthMs + this.#wallAheadMs),
    steadyMs: () => this.truthMs - this.#sleptMs,
    upMs: () => this.truthMs,
    setTimer: (delayMs, callback) => this.#setTimer(delayMs, callback),
  };

  /** A new process: its clock begins at what the wall clock says, and the timers of the one before are gone. */
  startProcess(): Clock {
    this.endProcess();
    return new SystemClock(this.#readings);
  }

  endProcess(): void {
    this.#alarms = [];
    this.#watches = [];
    this.onStep = () => undefined;
  }

  /** How far the wall clock has been set. */
  get wallAheadMs(): number {
    return this.#wallAheadMs;
  }

  setWall(byMs: number): void {
    this.#wallAheadMs += byMs;
    this.#disturb();
  }

  #setTimer(delayMs: number, callback: () => void): Timer {
    const inMs = delayMs > LONGEST_DELAY_MS || !(delayMs >= 1) ? 1 : Math.trunc(delayMs);
    const alarm: Alarm = { atMs: this.#readings.steadyMs() + inMs, callback, isCancelled: false };
    if (callback === this.#running) this.#watches.push(alarm);
    else this.#insert(alarm);
    return {
      cancel: () => {
        alarm.isCancelled = true;
      },
    };
  }

  #insert(alarm: Alarm): void {
    let low = 0;
    let high = this.#alarms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#alarms[middle]?.atMs ?? 0) > alarm.atMs) low = middle + 1;
      else high = middle;
    }
    this.#alarms.splice(low, 0, alarm);
  }

  /** Something that watches may notice. */
  #disturb(): void {
    for (const watch of this.#watches) {
      watch.atMs = Math.max(watch.atMs, this.#readings.steadyMs() + WATCH_MS);
      this.#insert(watch);
    }
    this.#watches = [];
  }

  /** Lets `byMs` pass. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.truthMs + byMs;
    let steps = 0;
    await settled();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.truthMs = Math.max(this.truthMs, next.atMs + this.#sleptMs);
      if (++steps > MOST_STEPS) throw new Error(`the bridge spins at ${this.truthMs}`);
      this.#running = next.callback;
      next.callback();
      this.#running = undefined;
      await settled();
      this.onStep();
    }
    this.truthMs = Math.max(this.truthMs, endMs);
  }

  /** The process hangs: time passes and no timer runs, they are late afterwards. */
  hang(byMs: number): void {
    this.#halt(byMs);
  }

  /** The machine sleeps: its timers do not know. */
  sleep(byMs: number): void {
    this.#sleptMs += byMs;
    this.#halt(byMs);
  }

  /** No process runs. */
  rest(byMs: number): void {
    this.#halt(byMs);
  }

  #halt(byMs: number): void {
    this.halts.push({ from: this.truthMs, until: this.truthMs + byMs });
    this.truthMs += byMs;
    this.#disturb();
  }

  #next(endMs: number): Alarm | undefined {
    for (let next = this.#alarms.at(-1); next !== undefined; next = this.#alarms.at(-1)) {
      if (next.atMs + this.#sleptMs > endMs) return undefined;
      this.#alarms.pop();
      if (!next.isCancelled) return next;
    }
    return undefined;
  }
}

/** Everything that microtasks have to do is done: a macrotask comes after them all. */
export function settled(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
