/** Writes what the ledger is given into its tables, within a transaction of the caller's. */
import type { DatabaseSync } from 'node:sqlite';
import { type AttemptRecord, type Delivery, keyOf, type PendingDelivery } from '../delivery/delivery.ts';
import { lastOf } from './batch.ts';
import { contentRow } from './content-rows.ts';
import type { Batch } from './outbox.ts';
import { attemptRow, deliveryRow, leftBy, settledRow } from './rows.ts';
import { TraceRows } from './trace-rows.ts';

export class LedgerRows {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #traces: TraceRows;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
    this.#traces = new TraceRows(database);
  }

  write({ contents, deliveries, attempts, rows }: Batch): void {
    const { insertAttempt, updateDelivery, deleteIntake } = this.#statements;
    for (const one of contents) this.#insertContent(one);
    const written = this.#insertAsTheyAre(deliveries, attempts);
    for (const record of attempts) {
      if (record.attempt !== 0) insertAttempt.run(...attemptRow(record));
      if (!written.has(record.deliveryKey)) updateDelivery.run(...settledRow(record));
    }
    for (const row of rows) deleteIntake.run(row);
  }

  /** One that still waits, with its content. */
  restore(item: PendingDelivery): void {
    this.#insertContent(item.delivery);
    this.#statements.insertDelivery.run(...deliveryRow(item));
  }

  #insertContent({ content, identity, traced }: Batch['contents'][number]): void {
    const trace = traced === undefined ? null : this.#traces.textOf(traced);
    this.#statements.insertAnnouncement.run(...contentRow(content, identity), trace);
  }

  /** Gives the keys of those whose attempts are in the row that was made: one that was there is yet to be updated. */
  #insertAsTheyAre(deliveries: readonly Delivery[], attempts: readonly AttemptRecord[]): ReadonlySet<string> {
    const { insertDelivery } = this.#statements;
    const written = new Set<string>();
    if (deliveries.length === 0) return written;
    const last = lastOf(attempts);
    for (const delivery of deliveries) {
      const key = keyOf(delivery);
      const record = last.get(key);
      const item =
        record === undefined
          ? { delivery, attempts: 0, plain: false, notBeforeMs: 0 }
          : leftBy(delivery, record);
      const { changes } = insertDelivery.run(...deliveryRow(item, record));
      if (record !== undefined && changes > 0) written.add(key);
    }
    return written;
  }
}

/** Of `deliveryRow`. */
export const INSERT_DELIVERY = `INSERT OR IGNORE INTO deliveries (id, announcement_id, destination, rule, template, ticker, importance, expires_at_ms, attempts, plain, not_before_ms, begun_ms, by_hand_ms, reason, name, state, settled_ms, held_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function prepare(database: DatabaseSync) {
  return {
    insertAnnouncement: database.prepare(
      'INSERT OR IGNORE INTO announcements (id, identity, received_ms, body, trace) VALUES (?, ?, ?, ?, ?)',
    ),
    insertDelivery: database.prepare(INSERT_DELIVERY),
    insertAttempt: database.prepare(
      'INSERT OR REPLACE INTO attempts (delivery_id, started_ms, attempt, duration_ms, outcome, status, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    // The decision of a person meanwhile (`deliveries discard`) is not undone by an attempt that was under way,
    // unless it arrived.
    updateDelivery: database.prepare(
      `UPDATE deliveries SET state = ?1, reason = ?2, attempts = MAX(attempts, ?3), plain = ?4, not_before_ms = ?5, settled_ms = ?6, begun_ms = ?8, held_by = ?9
       WHERE id = ?7 AND (state = 'pending' OR ?1 = 'delivered')`,
    ),
    deleteIntake: database.prepare('DELETE FROM intake WHERE id = ?'),
  };
}
