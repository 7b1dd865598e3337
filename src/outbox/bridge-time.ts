/**
 * The bridge's own time, for another process. Its timeline does not follow a wall clock that is set while it runs
 * (`platform/clock.ts`), so a process that compares with the times in the store has to know how far apart the two
 * are: the bridge keeps that in its row of `holder`.
 */
import type { DatabaseSync } from 'node:sqlite';
import { isHeld } from './lock.ts';
import { LATEST } from './sqlite.ts';

/** For the command line. Now, in ms, for the bridge that uses this store; if none does, for the next one (`Timeline.continueFrom`). */
export function bridgeNowMs(database: DatabaseSync, wallMs: number): number {
  const path = database.location();
  const aheadMs = database.prepare('SELECT ahead_ms FROM holder').get()?.['ahead_ms'];
  if (path !== null && aheadMs !== undefined && isHeld(path)) return wallMs + Number(aheadMs);
  return Math.max(wallMs, Number(database.prepare(LATEST).get()?.['ms'] ?? 0));
}
