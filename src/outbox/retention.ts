/**
 * Deletes rows that are older than `store.retention` and have nothing pending, in small batches between other
 * work. Sends within the longest window of a rate stay: a restart would forget that they count.
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
