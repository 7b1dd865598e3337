/**
 * Time as an argument. Nothing outside `platform/` reads a clock or sets a timer, so tests and the
 * simulation can own time. Wall time is for people and for the feed's stamps; ages, deadlines and waits
 * use monotonic time, because the wall clock may be stepped under us. Monotonic time starts at what the
 * wall clock said when the process started, so that it can be stored and still means something after a
 * restart.
 */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch, as the machine believes them. May jump. */
  wallMs(): number;
  /** Microseconds since the Unix epoch, an integer, at sub-millisecond resolution. May jump. */
  wallUs(): number;
  /** Milliseconds since the epoch as the machine believed them when the process started, fractional. Never jumps. */
  monotonicMs(): number;
  /** Runs `callback` once, `delayMs` (≥ 0, any size) from now; keeps the process alive only if `keepAlive`. */
  after(delayMs: number, callback: () => void, keepAlive?: boolean): Timer;
}

/** Node fires a timer at once when its delay exceeds a signed 32-bit integer. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How far the fine wall clock may drift from the coarse one before it is set anew. */
const REANCHOR_MS = 2;

class SystemClock implements Clock {
  #anchorMs = Date.now() - performance.now();

  wallMs(): number {
    return Date.now();
  }

  wallUs(): number {
    const monotonicMs = performance.now();
    const coarseMs = Date.now();
    if (Math.abs(this.#anchorMs + monotonicMs - coarseMs) > REANCHOR_MS)
      this.#anchorMs = coarseMs - monotonicMs;
    return Math.round((this.#anchorMs + monotonicMs) * 1000);
  }

  monotonicMs(): number {
    return performance.timeOrigin + performance.now();
  }

  after(delayMs: number, callback: () => void, keepAlive = true): Timer {
    if (delayMs > LONGEST_TIMER_MS) {
      let inner = this.after(
        LONGEST_TIMER_MS,
        () => {
          inner = this.after(delayMs - LONGEST_TIMER_MS, callback, keepAlive);
        },
        keepAlive,
      );
      return { cancel: () => inner.cancel() };
    }
    const timeout = setTimeout(callback, Math.max(0, delayMs));
    if (!keepAlive) timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  }
}

export const systemClock: Clock = new SystemClock();

/** Resolves after `delayMs`, or at once when `signal` aborts (it never rejects: look at the signal). */
export function wait(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
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
