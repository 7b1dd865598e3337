/** Mutes in the store: the command line and the bridge's own thread write them, the loop of the bridge reads them. Times are ms on the bridge's timeline. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { MUTE_KINDS, type Mute, type MuteChange, type MuteWish, mutedKey } from '../mutes/mute.ts';
import { StoreError } from './store-errors.ts';

/** In force at the same time. */
export const MOST_MUTES = 10_000;

/** Also those that have ended, until the next one is made. */
export function mutesIn(database: DatabaseSync): Mute[] {
  return database
    .prepare('SELECT id, kind, name, since_ms, until_ms, reason FROM mutes ORDER BY id')
    .all()
    .flatMap(muteFrom);
}

/** All or none, on the disk when it returns. One of something that is muted already extends that mute. Throws `StoreError` for too many. */
export function keepMutes(database: DatabaseSync, wishes: readonly MuteWish[], nowMs: number): MuteChange[] {
  return inTransaction(database, () => {
    database.prepare('DELETE FROM mutes WHERE until_ms <= ?').run(nowMs);
    const there = new Map(mutesIn(database).map((mute) => [mutedKey(mute), mute]));
    const changes = wishes.map((wish): MuteChange => {
      const before = there.get(mutedKey(wish));
      if (before === undefined) return { mute: inserted(database, wish, nowMs), change: 'muted' };
      const mute = {
        ...before,
        untilMs: Math.max(before.untilMs, wish.untilMs),
        reason: wish.reason ?? before.reason,
      };
      database
        .prepare('UPDATE mutes SET until_ms = ?, reason = ? WHERE id = ?')
        .run(mute.untilMs, mute.reason ?? null, mute.id);
      return { mute, change: mute.untilMs > before.untilMs ? 'extended' : 'unchanged' };
    });
    const made = changes.filter(({ change }) => change === 'muted').length;
    if (there.size + made > MOST_MUTES)
      throw new StoreError(
        `more than ${MOST_MUTES} mutes at the same time: remove rules or destinations from the config instead`,
      );
    return changes;
  });
}

/** Gives the ids of those that were there. */
export function liftMutes(database: DatabaseSync, ids: readonly number[]): number[] {
  const remove = database.prepare('DELETE FROM mutes WHERE id = ?');
  return inTransaction(database, () => ids.filter((id) => remove.run(id).changes > 0));
}

function inserted(database: DatabaseSync, { kind, name, untilMs, reason }: MuteWish, sinceMs: number): Mute {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO mutes (kind, name, since_ms, until_ms, reason) VALUES (?, ?, ?, ?, ?)')
    .run(kind, name, sinceMs, untilMs, reason ?? null);
  return { id: Number(lastInsertRowid), kind, name, sinceMs, untilMs, reason };
}

/** None for a row that a damaged page or a later version made senseless. */
function muteFrom(row: Record<string, SQLOutputValue>): readonly Mute[] {
  const kind = MUTE_KINDS.find((one) => one === row['kind']);
  if (kind === undefined) return [];
  const { reason } = row;
  return [
    {
      ...{ id: Number(row['id']), kind, name: String(row['name']) },
      ...{ sinceMs: Number(row['since_ms']), untilMs: Number(row['until_ms']) },
      reason: typeof reason === 'string' ? reason : undefined,
    },
  ];
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  // It is acknowledged to a person: a power cut does not undo it. https://sqlite.org/pragma.html#pragma_synchronous
  database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
