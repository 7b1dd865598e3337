/**
 * True time for several machines, which moves only when the simulation says so, and processes in it: each with clocks of its own, which
 * may be wrong; each can be stopped for a while (SIGSTOP: what was due meanwhile happens afterwards) or die between any two steps.
 */
import type { Clock, Timer } from '../../../src/platform/clock.ts';
import { settled } from '../../simulation/machine.ts';

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

const EPOCH_MS = Date.UTC(2026, 0, 1);

/** In one life of a cluster. */
const MOST_STEPS = 200_000;

export class Universe {
  truthMs = 0;
  #steps = 0;
  /** The next to run is the last. */
  readonly #alarms: Alarm[] = [];
  #later: { steps: number; readonly callback: () => void }[] = [];

  /** After so many steps of anybody. */
  afterSteps(steps: number, callback: () => void): void {
    this.#later.push({ steps, callback });
  }

  at(atMs: number, callback: () => void): Timer {
    const alarm: Alarm = { atMs: Math.max(atMs, this.truthMs), callback, isCancelled: false };
    let low = 0;
    let high = this.#alarms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#alarms[middle]?.atMs ?? 0) > alarm.atMs) low = middle + 1;
      else high = middle;
    }
    this.#alarms.splice(low, 0, alarm);
    return {
      cancel: () => {
        alarm.isCancelled = true;
      },
    };
  }

  async advance(byMs: number): Promise<void> {
    const endMs = this.truthMs + byMs;
    await settled();
    for (;;) {
      const next = this.#alarms.at(-1);
      if (next === undefined || next.atMs > endMs) break;
      this.#alarms.pop();
      if (next.isCancelled) continue;
      this.truthMs = next.atMs;
      if (++this.#steps > MOST_STEPS) throw new Error(`the cluster spins at ${this.truthMs}`);
      next.callback();
      await settled();
      if (this.#later.length > 0) this.#count();
    }
    this.truthMs = endMs;
  }

  #count(): void {
    const due = this.#later.filter((one) => one.steps-- <= 0);
    if (due.length === 0) return;
    this.#later = this.#later.filter((one) => !due.includes(one));
    for (const { callback } of due) callback();
  }
}

/** For what has no process: the database, the receivers. */
export const trueClock = (universe: Universe): Clock => ({
  wallMs: () => Math.floor(EPOCH_MS + universe.truthMs),
  wallUs: () => Math.round((EPOCH_MS + universe.truthMs) * 1000),
  monotonicMs: () => EPOCH_MS + universe.truthMs,
  after: (delayMs, callback) => universe.at(universe.truthMs + Math.max(0, delayMs), callback),
});

export class Process implements Clock {
  readonly universe: Universe;
  readonly #originMs: number;
  readonly #wallAheadMs: number;
  #isAlive = true;
  /** Since when it is stopped. */
  #isStopped = false;
  #due: (() => void)[] = [];

  /** `wallAheadMs`: how far the wall clock of its machine is wrong. */
  constructor(universe: Universe, wallAheadMs: number) {
    this.universe = universe;
    this.#wallAheadMs = wallAheadMs;
    this.#originMs = EPOCH_MS + wallAheadMs;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  wallMs(): number {
    return Math.floor(EPOCH_MS + this.universe.truthMs + this.#wallAheadMs);
  }

  wallUs(): number {
    return Math.round((EPOCH_MS + this.universe.truthMs + this.#wallAheadMs) * 1000);
  }

  monotonicMs(): number {
    return this.#originMs + this.universe.truthMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    let isCancelled = false;
    const timer = this.universe.at(this.universe.truthMs + Math.max(0, delayMs), () =>
      this.run(() => {
        if (!isCancelled) callback();
      }),
    );
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  /** Now, or when it goes on, or never. */
  run(callback: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isStopped) this.#due.push(callback);
    else callback();
  }

  /** From another process: its result comes in as one step of this one. */
  async answer<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) =>
      work.then(
        (result) => this.run(() => resolve(result)),
        (error: unknown) => this.run(() => reject(error)),
      ),
    );
  }

  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    const due = this.#due;
    this.#due = [];
    for (const callback of due) this.universe.at(this.universe.truthMs, () => this.run(callback));
  }

  kill(): void {
    this.#isAlive = false;
    this.#due = [];
  }
}
