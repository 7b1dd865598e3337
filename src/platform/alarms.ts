/**
 * Timers that follow monotonic time. The machine's own stand still while it sleeps: without this, what was to end
 * during the night would end as much later as the night was long.
 */
export interface Timer {
  cancel(): void;
}

/** Runs once after `delayMs` of the machine's waking time, at most `LONGEST_TIMER_MS`; keeps the process alive only if `keepAlive`. */
export type SetTimer = (delayMs: number, callback: () => void, keepAlive: boolean) => Timer;

/** Node fires a timer at once when its delay exceeds a signed 32-bit integer. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Timers may run early by less than this. */
const EARLY_MS = 1;

interface Alarm {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly keepAlive: boolean;
  timer: Timer | undefined;
}

export class Alarms {
  readonly #setTimer: SetTimer;
  readonly #nowMs: () => number;
  readonly #pending = new Set<Alarm>();

  /** `nowMs`: monotonic. */
  constructor(setTimer: SetTimer, nowMs: () => number) {
    this.#setTimer = setTimer;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  set(delayMs: number, callback: () => void, keepAlive: boolean): Timer {
    const alarm: Alarm = { dueMs: this.#nowMs() + delayMs, callback, keepAlive, timer: undefined };
    this.#pending.add(alarm);
    this.#arm(alarm);
    return {
      cancel: () => {
        alarm.timer?.cancel();
        this.#pending.delete(alarm);
      },
    };
  }

  /** The machine has slept: all of them are set again, and those that are due run next. None runs before this returns. */
  rearm(): void {
    for (const alarm of this.#pending) {
      alarm.timer?.cancel();
      this.#arm(alarm);
    }
  }

  #arm(alarm: Alarm): void {
    const leftMs = Math.max(0, alarm.dueMs - this.#nowMs());
    const ring = () => this.#ring(alarm);
    alarm.timer = this.#setTimer(Math.min(leftMs, LONGEST_TIMER_MS), ring, alarm.keepAlive);
  }

  #ring(alarm: Alarm): void {
    if (alarm.dueMs - this.#nowMs() >= EARLY_MS) return this.#arm(alarm);
    this.#pending.delete(alarm);
    alarm.callback();
  }
}
