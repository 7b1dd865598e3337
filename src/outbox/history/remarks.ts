/** The times of a period at which figures have a hole: no bridge was running, or the store lost rows. */
import type { DatabaseSync } from 'node:sqlite';
import { SHORTEST_OFF_MS } from './levels.ts';
import { SlotReader } from './slot-reader.ts';
import type { Loss, Stretch } from './stats.ts';

/** Of a bridge that is restarted again and again. */
const MOST_RUNS = 1000;

/** Where no bridge was running, oldest first. A bridge that died was alive at least until the last that it received. */
export function offIn(database: DatabaseSync, { sinceMs, untilMs }: Stretch): Stretch[] {
  const reader = new SlotReader(database);
  const runs = database
    .prepare(
      `SELECT since_ms, until_ms FROM runs
       WHERE since_ms >= COALESCE((SELECT MAX(since_ms) FROM runs WHERE since_ms <= ?), 0) ORDER BY since_ms LIMIT ?`,
    )
    .all(sinceMs, MOST_RUNS);
  return runs.flatMap((run, index): Stretch[] => {
    const nextMs = Number(runs[index + 1]?.['since_ms'] ?? Number.NaN);
    const endMs = Math.max(Number(run['until_ms']), reader.lastRowBefore(nextMs) ?? 0);
    const off = { sinceMs: Math.max(sinceMs, endMs), untilMs: Math.min(untilMs, nextMs) };
    return off.untilMs - off.sinceMs > SHORTEST_OFF_MS ? [off] : [];
  });
}

/** Of the time before that moment rows may be lost, and with them figures that were not made yet. */
export function noteLoss(database: DatabaseSync, atMs: number, why: string): void {
  database.prepare('INSERT OR REPLACE INTO losses (at_ms, why) VALUES (?, ?)').run(atMs, why);
}

/** Since the beginning of the period: what they took may be of any time before. */
export const lossesIn = (database: DatabaseSync, { sinceMs }: Stretch): Loss[] =>
  database
    .prepare('SELECT at_ms, why FROM losses WHERE at_ms >= ? ORDER BY at_ms')
    .all(sinceMs)
    .map(({ at_ms, why }) => ({ atMs: Number(at_ms), why: String(why) }));
