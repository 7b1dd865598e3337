/**
 * Deletes rows that are older than `store.retention` and have nothing pending, in small bites between other
 * work: news that is read meanwhile must not wait for it. Sends within the longest window of a rate stay: a restart
 * would forget that they count.
 */
import type { Clock, Timer } from '../platform/clock.ts';
import { DAYS } from './history/levels.ts';
import type { Upkeep } from './outbox.ts';

const FIRST_MS = 10_000;
const ROUND_MS = 10 * 60_000;
const BETWEEN_BITES_MS = 50;

/** Announcements in a bite: few at first, since the code is cold; then as many as take about `ms`. */
const BITE = { first: 5, most: 100, ms: 0.5 } as const;

/** In ms; a kind that is left out is kept as long as the one before it. */
export interface RetentionByKind {
  readonly announcements: number;
  readonly deliveries?: number | undefined;
  readonly attempts?: number | undefined;
  /** Of the past (`history/`): at least as long as announcements. */
  readonly figures?: number | undefined;
}

/** How long figures are kept, in ms: never shorter than the rows that they would be made of again. */
export function figuresKeptMs(retention: number | RetentionByKind): number {
  const { announcements, figures = DAYS.keptMs } =
    typeof retention === 'number' ? { announcements: retention } : retention;
  return Math.max(announcements, figures);
}

/** `store` does not throw. `retention`: of everything, in ms, or by kind. `countsMs`: how long something that was sent still counts. */
export function startRetention(
  store: Pick<Upkeep, 'prune'> & Partial<Pick<Upkeep, 'thin'>>,
  retention: number | RetentionByKind,
  countsMs: () => number,
  clock: Clock,
): Timer {
  const kinds = typeof retention === 'number' ? { announcements: retention } : retention;
  const { announcements, deliveries = announcements, attempts = deliveries } = kinds;
  const isByKind = attempts < announcements;
  function deleted(nowMs: number, size: number): number {
    const countsSinceMs = nowMs - countsMs();
    const found = store.prune(nowMs - announcements, countsSinceMs, size);
    if (found > 0 || !isByKind) return found;
    const before = { deliveriesBeforeMs: nowMs - deliveries, attemptsBeforeMs: nowMs - attempts };
    return store.thin?.({ ...before, countsSinceMs }, size) ?? 0;
  }
  let timer = clock.after(FIRST_MS, () => bite(BITE.first), false);
  function bite(size: number): void {
    const nowMs = clock.monotonicMs();
    const found = deleted(nowMs, size);
    const next = sizeAfter(size, clock.monotonicMs() - nowMs);
    timer =
      found > 0
        ? clock.after(BETWEEN_BITES_MS, () => bite(next), false)
        : clock.after(ROUND_MS, () => bite(BITE.first), false);
  }
  return { cancel: () => timer.cancel() };
}

/** Of the next bite, when one of `size` took so long. */
function sizeAfter(size: number, tookMs: number): number {
  if (tookMs > BITE.ms) return Math.max(1, Math.floor((size * BITE.ms) / tookMs));
  return Math.min(BITE.most, tookMs < BITE.ms / 2 ? size * 2 : size);
}
