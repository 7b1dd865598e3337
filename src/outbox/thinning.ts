/**
 * Deletes attempts and deliveries of announcements that are kept longer than these (`store.retention` by kind), in bites. An
 * attempt that leaves a doubt whether its delivery arrived stays as long as that: otherwise it could be sent twice.
 */
import type { DatabaseSync } from 'node:sqlite';
import { UNDER_WAY } from '../delivery/delivery.ts';
import { idAt } from './ids.ts';

/** In ms on the bridge's timeline: what is older than each may go. */
export interface ThinRequest {
  readonly deliveriesBeforeMs: number;
  readonly attemptsBeforeMs: number;
  /** Requests since then still count for a rate. */
  readonly countsSinceMs: number;
}

export class Thinning {
  readonly #statements: ReturnType<typeof prepare>;
  /** Of this round: what was looked at and stays is not looked at again. */
  #delivery = '';
  #attemptMs = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** Within a transaction of the caller's. Gives how many rows were looked at, at most `limit`; 0 ends the round. */
  bite({ deliveriesBeforeMs, attemptsBeforeMs, countsSinceMs }: ThinRequest, limit: number): number {
    const deliveries = this.#deliveries(idAt(deliveriesBeforeMs), countsSinceMs, limit);
    if (deliveries > 0) return deliveries;
    const attempts = this.#attempts(Math.min(attemptsBeforeMs, countsSinceMs), limit);
    if (attempts > 0) return attempts;
    this.#delivery = '';
    this.#attemptMs = Number.NEGATIVE_INFINITY;
    return 0;
  }

  #deliveries(before: string, countsSinceMs: number, limit: number): number {
    const { selectDeliveries, deleteAttemptsOf, deleteDelivery } = this.#statements;
    const rows = selectDeliveries.all(countsSinceMs, this.#delivery, before, limit);
    for (const { id, stays } of rows) {
      if (stays === 1) continue;
      deleteAttemptsOf.run(id ?? null);
      deleteDelivery.run(id ?? null);
    }
    this.#delivery = String(rows.at(-1)?.['id'] ?? this.#delivery);
    return rows.length;
  }

  #attempts(beforeMs: number, limit: number): number {
    const { selectAttempts, deleteAttempt } = this.#statements;
    const rows = selectAttempts.all(this.#attemptMs, beforeMs, limit);
    for (const { delivery_id, started_ms, stays } of rows)
      if (stays === 0) deleteAttempt.run(delivery_id ?? null, started_ms ?? null);
    this.#attemptMs = Number(rows.at(-1)?.['started_ms'] ?? this.#attemptMs);
    return rows.length;
  }
}

const prepare = (database: DatabaseSync) => ({
  selectDeliveries: database.prepare(
    `SELECT d.id, d.state = 'pending' OR EXISTS
       (SELECT 1 FROM attempts t WHERE t.delivery_id = d.id AND t.started_ms >= ?) AS stays
     FROM deliveries d WHERE d.id > ? AND d.id < ? ORDER BY d.id LIMIT ?`,
  ),
  deleteAttemptsOf: database.prepare('DELETE FROM attempts WHERE delivery_id = ?'),
  deleteDelivery: database.prepare('DELETE FROM deliveries WHERE id = ?'),
  // Where an answer came, the receiver may have acted, whatever it says.
  selectAttempts: database.prepare(
    `SELECT t.delivery_id, t.started_ms, COALESCE(d.state <> 'delivered' AND
       (d.state = 'pending' OR t.status IS NOT NULL OR t.outcome LIKE 'ambiguous%' OR t.outcome = '${UNDER_WAY}'), 0) AS stays
     FROM attempts t LEFT JOIN deliveries d ON d.id = t.delivery_id
     WHERE t.started_ms > ? AND t.started_ms < ? ORDER BY t.started_ms LIMIT ?`,
  ),
  deleteAttempt: database.prepare('DELETE FROM attempts WHERE delivery_id = ? AND started_ms = ?'),
});
