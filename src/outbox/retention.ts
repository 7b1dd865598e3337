/**
 * Deletes what is older than `store.retention` and waits for nothing more, in small bites between other work. What
 * was sent within the longest window of a rate stays: a restart would forget that it counts.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { Upkeep } from './outbox.ts';

const FIRST_MS = 10_000;
const ROUND_MS = 10 * 60_000;
const BITE = { announcements: 100, everyMs: 50 } as const;

/** `store` does not throw. `countsMs`: how long something that was sent still counts. */
export function startRetention(
  store: Pick<Upkeep, 'prune'>,
  retentionMs: number,
  countsMs: () => number,
  clock: Clock,
): Timer {
  let timer = clock.after(FIRST_MS, bite, false);
  function bite(): void {
    const nowMs = clock.monotonicMs();
    const gone = store.prune(nowMs - retentionMs, nowMs - countsMs(), BITE.announcements);
    const delayMs = gone === BITE.announcements ? BITE.everyMs : ROUND_MS;
    timer = clock.after(delayMs, bite, false);
  }
  return { cancel: () => timer.cancel() };
}
