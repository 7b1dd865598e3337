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
  const aheadMs = aheadOf(database);
  if (aheadMs !== undefined) return wallMs + aheadMs;
  return Math.max(wallMs, Number(database.prepare(LATEST).get()?.['ms'] ?? 0));
}

/** A moment of the past on the same timeline. */
export const bridgeMomentMs = (database: DatabaseSync, wallMs: number): number =>
  wallMs + (aheadOf(database) ?? 0);

/** Of the bridge that uses the store; `undefined`: none does. */
function aheadOf(database: DatabaseSync): number | undefined {
  const path = database.location();
  const aheadMs = database.prepare('SELECT ahead_ms FROM holder').get()?.['ahead_ms'];
  return path !== null && aheadMs !== undefined && isHeld(path) ? Number(aheadMs) : undefined;
}
