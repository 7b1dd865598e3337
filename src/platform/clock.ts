/**
 * Time as an argument. Nothing outside `platform/` reads a clock or sets a timer, so tests and the simulation can
 * own time. Wall time is for people and for the feed's stamps; ages, deadlines and waits use monotonic time,
 * because the wall clock may be stepped under us. Monotonic time starts at the wall time of the process start, so
 * that it can be stored and still means something after a restart. It continues while the machine sleeps, and so
 * do the timers.
 */
import { uptime } from 'node:os';
import { Alarms, type SetTimer, type Timer } from './alarms.ts';
import type { Deadline } from './deadline.ts';

export type { Timer };

export interface Clock {
  /** Milliseconds since the Unix epoch, as the machine believes them. May jump. */
  wallMs(): number;
  /** Microseconds since the Unix epoch, an integer, at sub-millisecond resolution. May jump. */
  wallUs(): number;
  /** Milliseconds since the epoch as the machine believed them when the process started, fractional. Never goes back, and forwards by more than has passed only over a sleep of the machine. */
  monotonicMs(): number;
  /** Runs `callback` once, `delayMs` (≥ 0, any size) from now; keeps the process alive only if `keepAlive`. */
  after(delayMs: number, callback: () => void, keepAlive?: boolean): Timer;
}

/** How far the fine wall clock may drift from the coarse one before it is set again. */
const REANCHOR_MS = 2;

/** The wall clock has moved against the steady one by more than slewing does: it was set, or the machine slept. */
const JUMP_MS = 1000;

/** Where only the machine's own count has moved: some count in whole seconds. */
const UNCONFIRMED_JUMP_MS = 2 * JUMP_MS;

/** While timers are set, somebody has to notice that the machine has slept. */
const WATCH_MS = 1000;

/** A sleep that is worth counting is longer than the timers that need not know of it. */
const SHORT_TIMER_MS = JUMP_MS;

/** The clocks of the machine, in ms. */
export interface Readings {
  wallMs(): number;
  /** Fine, never set, and stands still while the machine sleeps. */
  steadyMs(): number;
  /** Since the machine was started, sleep included. Slow to ask. */
  upMs(): number;
  /** Counts by `steadyMs`. */
  readonly setTimer: SetTimer;
}

const machine: Readings = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  upMs: () => uptime() * 1000,
  setTimer: (delayMs, callback, keepAlive) => {
    const timeout = setTimeout(callback, delayMs);
    if (!keepAlive) timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

export class SystemClock implements Clock {
  readonly #readings: Readings;
  readonly #originMs: number;
  /** Wall less steady, for stamps in µs. */
  #anchorMs: number;
  /** Wall less steady, at the last jump. */
  #wallAheadMs: number;
  /** Up less steady: grows only by sleep. */
  #upAheadMs: number;
  /** The same, when it was last looked at. */
  #seenUpAheadMs: number;
  #sleptMs = 0;
  readonly #alarms: Alarms;
  #watch: Timer | undefined;

  constructor(readings: Readings = machine) {
    this.#readings = readings;
    this.#alarms = new Alarms(readings.setTimer, () => this.monotonicMs());
    const steadyMs = readings.steadyMs();
    this.#originMs = readings.wallMs() - steadyMs;
    this.#anchorMs = this.#originMs;
    this.#wallAheadMs = this.#originMs;
    this.#upAheadMs = readings.upMs() - steadyMs;
    this.#seenUpAheadMs = this.#upAheadMs;
  }

  wallMs(): number {
    return this.#readings.wallMs();
  }

  wallUs(): number {
    const steadyMs = this.#readings.steadyMs();
    const coarseMs = this.#readings.wallMs();
    if (Math.abs(this.#anchorMs + steadyMs - coarseMs) > REANCHOR_MS) this.#anchorMs = coarseMs - steadyMs;
    return Math.round((this.#anchorMs + steadyMs) * 1000);
  }

  /** Sleep counts: what waited in memory overnight is a night old. Setting the wall clock does not. */
  monotonicMs(): number {
    const steadyMs = this.#readings.steadyMs();
    const wallAheadMs = this.#readings.wallMs() - steadyMs;
    if (Math.abs(wallAheadMs - this.#wallAheadMs) > JUMP_MS) {
      this.#wallAheadMs = wallAheadMs;
      this.#countSleep(steadyMs);
    }
    return this.#originMs + steadyMs + this.#sleptMs;
  }

  after(delayMs: number, callback: () => void, keepAlive = true): Timer {
    if (delayMs <= SHORT_TIMER_MS) return this.#readings.setTimer(Math.max(0, delayMs), callback, keepAlive);
    const alarm = this.#alarms.set(delayMs, callback, keepAlive);
    this.#watch ??= this.#readings.setTimer(WATCH_MS, this.#look, false);
    return alarm;
  }

  /** The wall clock may have been set back by as much as the machine slept: then only the machine's own count tells. */
  readonly #look = (): void => {
    const steadyMs = this.#readings.steadyMs();
    const upAheadMs = this.#readings.upMs() - steadyMs;
    if (upAheadMs - this.#seenUpAheadMs > UNCONFIRMED_JUMP_MS) this.#countSleep(steadyMs);
    this.#seenUpAheadMs = upAheadMs;
    this.monotonicMs();
    this.#watch = this.#alarms.size === 0 ? undefined : this.#readings.setTimer(WATCH_MS, this.#look, false);
  };

  /** Not asked at every reading, since the answer is slow: after a jump of the wall clock, which waking sets, and once a second. */
  #countSleep(steadyMs: number): void {
    const upAheadMs = this.#readings.upMs() - steadyMs;
    const sleptMs = upAheadMs - this.#upAheadMs;
    if (sleptMs <= JUMP_MS) return;
    this.#sleptMs += sleptMs;
    this.#upAheadMs = upAheadMs;
    this.#alarms.rearm();
  }
}

export const systemClock: Clock = new SystemClock();

/** Resolves after `delayMs`, or at once when `signal` aborts (it never rejects: look at the signal). */
export function wait(clock: Clock, delayMs: number, signal?: Deadline): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Runs `work`, whose signal aborts after `timeoutMs`; the work decides what that means. */
export async function withDeadline<Result>(
  clock: Clock,
  timeoutMs: number,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const timer = clock.after(timeoutMs, () => deadline.abort());
  try {
    return await work(deadline.signal);
  } finally {
    timer.cancel();
  }
}

/** Calls back in the next turn of the event loop, once sockets have been read and written: sooner than any timer. */
export const nextTurn = (callback: () => void): void => void setImmediate(callback);
