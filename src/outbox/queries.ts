/** What people ask of the store, and what they may change in it, from a process of their own (`deliveries`). */
import type { DatabaseSync } from 'node:sqlite';
import { type Delivery, type DeliveryState, UNDER_WAY } from '../delivery/delivery.ts';
import { expiryWith } from '../delivery/expiry.ts';
import { idAt } from './ids.ts';
import { attemptFrom, deliveryFrom, type StoredAttempt, type StoredDelivery } from './rows.ts';

export interface DeliveryFilter {
  readonly state: DeliveryState | undefined;
  readonly destination: string | undefined;
  /** Epoch ms. */
  readonly sinceMs: number | undefined;
  /** Negative = all. */
  readonly limit: number;
}

const SELECT = 'SELECT d.*, a.body FROM deliveries d JOIN announcements a ON a.id = d.announcement_id';

/** Newest first. */
export function listDeliveries(database: DatabaseSync, filter: DeliveryFilter): StoredDelivery[] {
  return database
    .prepare(
      `${SELECT} WHERE d.id >= ?1 AND (?2 IS NULL OR d.state = ?2) AND (?3 IS NULL OR d.destination = ?3) ORDER BY d.id DESC LIMIT ?4`,
    )
    .all(idAt(filter.sinceMs ?? 0), filter.state ?? null, filter.destination ?? null, filter.limit)
    .map(deliveryFrom);
}

export function findDelivery(
  database: DatabaseSync,
  id: string,
): { delivery: StoredDelivery; attempts: StoredAttempt[] } | undefined {
  const row = database.prepare(`${SELECT} WHERE d.id = ?`).get(id);
  if (row === undefined) return undefined;
  const attempts = database
    .prepare('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY started_ms')
    .all(id);
  return { delivery: deliveryFrom(row), attempts: attempts.map(attemptFrom) };
}

/** Until when sending is paused, ms on the bridge's timeline: the latest of these budgets; 0 when none is. */
export function pausedUntilMs(database: DatabaseSync, budgetKeys: readonly string[]): number {
  const find = database.prepare('SELECT until_ms FROM pauses WHERE key = ?');
  return Math.max(0, ...budgetKeys.map((key) => Number(find.get(key)?.['until_ms'] ?? 0)));
}

/** Of one announcement, in the order in which its rules named them. */
export const deliveriesOfAnnouncement = (database: DatabaseSync, announcementId: string): StoredDelivery[] =>
  database
    .prepare(`${SELECT} WHERE d.announcement_id = ? ORDER BY length(d.id), d.id`)
    .all(announcementId)
    .map(deliveryFrom);

/** Every destination that a delivery in the store is for. */
export const storedDestinations = (database: DatabaseSync): string[] =>
  database
    .prepare('SELECT DISTINCT destination FROM deliveries ORDER BY destination')
    .all()
    .map(({ destination }) => String(destination));

/** What the config says today of what is asked for again. */
export interface AgainOptions {
  /** In ms; `false` = never too old. */
  readonly maxAgeOf: (destination: string) => number | false;
  /** A person wants it whatever its age, which then counts anew. */
  readonly isLate: boolean;
}

const AS_QUEUED: AgainOptions = { maxAgeOf: () => false, isLate: false };

/**
 * Owed again at once, within what is left of its `maxAge`: an order of this morning is no order now. What waits
 * for its next try goes at once. Never what has arrived; what may have arrived only because a person says so, and
 * not while it is under way. `nowMs`: on the bridge's timeline. Gives back the ids that changed.
 */
export function retryDeliveries(
  database: DatabaseSync,
  ids: readonly string[],
  nowMs: number,
  again = AS_QUEUED,
): string[] {
  const find = database.prepare(
    `${SELECT} WHERE d.id = ? AND d.state <> 'delivered' AND d.reason IS NOT '${UNDER_WAY}'`,
  );
  const update = database.prepare(
    `UPDATE deliveries SET begun_ms = CASE state WHEN 'pending' THEN begun_ms END, state = 'pending', reason = NULL,
       not_before_ms = 0, settled_ms = NULL, plain = 0, expires_at_ms = ?, by_hand_ms = ? WHERE id = ?`,
  );
  return inTransaction(database, () =>
    ids.filter((id) => {
      const row = find.get(id);
      if (row === undefined) return false;
      const endsMs = newEnd(deliveryFrom(row).delivery, nowMs, again);
      if (endsMs !== undefined && endsMs <= nowMs) return false;
      return update.run(endsMs ?? null, nowMs, id).changes > 0;
    }),
  );
}

function newEnd(
  { destination, announcement, expiresAtMs }: Delivery,
  nowMs: number,
  { maxAgeOf, isLate }: AgainOptions,
): number | undefined {
  const maxAgeMs = maxAgeOf(destination);
  if (isLate) return expiryWith(maxAgeMs, announcement, nowMs);
  if (expiresAtMs === undefined) return undefined;
  return Math.min(expiresAtMs, expiryWith(maxAgeMs, announcement) ?? expiresAtMs);
}

/** Never to be sent. Gives back the ids that changed. */
export function discardDeliveries(database: DatabaseSync, ids: readonly string[], nowMs: number): string[] {
  const update = database.prepare(
    `UPDATE deliveries SET state = 'skipped', reason = 'discarded', settled_ms = ? WHERE id = ? AND state = 'pending'`,
  );
  return inTransaction(database, () => ids.filter((id) => update.run(nowMs, id).changes > 0));
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
