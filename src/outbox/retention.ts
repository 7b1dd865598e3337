/** Deletes what is older than `store.retention` and waits for nothing more, in small bites between other work. */
import type { Clock, Timer } from '../platform/clock.ts';

const FIRST_MS = 10_000;
const ROUND_MS = 10 * 60_000;
const BITE = { announcements: 100, everyMs: 50 } as const;

export interface Prunable {
  /** Says how many announcements went. */
  prune(beforeMs: number, limit: number): number;
}

export function startRetention(store: Prunable, retentionMs: number, clock: Clock): Timer {
  let timer = clock.after(FIRST_MS, bite, false);
  function bite(): void {
    let delayMs: number = ROUND_MS;
    try {
      const gone = store.prune(clock.monotonicMs() - retentionMs, BITE.announcements);
      if (gone === BITE.announcements) delayMs = BITE.everyMs;
    } catch {
      // The journal meets the same fault and reports it; old rows can wait.
    }
    timer = clock.after(delayMs, bite, false);
  }
  return { cancel: () => timer.cancel() };
}
