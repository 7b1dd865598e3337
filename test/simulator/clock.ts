/** A clock that moves only when the test moves it. Timers run in order of their due time. */
import type { Clock, Timer } from '../../src/platform/clock.ts';

interface Pending extends Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #pending = new Set<Pending>();

  wallMs(): number {
    return 1_800_000_000_000 + this.#nowMs;
  }

  wallUs(): number {
    return this.wallMs() * 1000;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending: Pending = {
      dueMs: this.#nowMs + delayMs,
      callback,
      cancel: () => this.#pending.delete(pending),
    };
    this.#pending.add(pending);
    return pending;
  }

  /** Lets promise chains run between timers, so that loops of `wait` keep up. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = [...this.#pending].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next || next.dueMs > endMs) break;
      this.#pending.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }
}
