/**
 * The outbox in one SQLite file, through Node's own driver. Write-ahead log: a commit is a write into
 * the page cache (about 20 µs), which survives the death of the process; `sync.ts` takes it to the disk
 * a few milliseconds later, off the hot path.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, PendingDelivery } from '../delivery/delivery.ts';
import { realNumber, text } from './columns.ts';
import { contentRow } from './content-rows.ts';
import { idAt, timeOfId } from './ids.ts';
import type {
  Backlog,
  Ledger,
  Recorded,
  Recovered,
  Recovery,
  Remembered,
  Upkeep,
  Waiting,
} from './outbox.ts';
import { attemptRow, deliveryFrom, deliveryRow, settledRow } from './rows.ts';

type Row = Record<string, SQLOutputValue>;

export class SqliteOutbox implements Ledger, Backlog, Recovery, Upkeep {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  #dataVersion: number;
  /** As it stands in a row that was just made. */
  #aheadMs = 0;

  /** `database`: open, migrated, ours (`open.ts`). */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepare(database);
    this.#dataVersion = this.#readDataVersion();
  }

  record(content: Content, deliveries: readonly Delivery[]): void {
    this.recordAll([{ content, deliveries }]);
  }

  recordAll(recorded: readonly Recorded[]): void {
    const { insertAnnouncement, insertDelivery } = this.#statements;
    this.#inTransaction(() => {
      for (const { content, deliveries, identity } of recorded) {
        insertAnnouncement.run(...contentRow(content, identity));
        for (const delivery of deliveries)
          insertDelivery.run(...deliveryRow({ delivery, attempts: 0, plain: false, notBeforeMs: 0 }));
      }
    });
  }

  settle(attempts: readonly AttemptRecord[]): void {
    const { insertAttempt, updateDelivery } = this.#statements;
    this.#inTransaction(() => {
      for (const record of attempts) {
        if (record.attempt !== 0) insertAttempt.run(...attemptRow(record));
        updateDelivery.run(...settledRow(record));
      }
    });
  }

  restore(owed: readonly PendingDelivery[]): void {
    const { insertAnnouncement, insertDelivery } = this.#statements;
    this.#inTransaction(() => {
      for (const item of owed) {
        insertAnnouncement.run(...contentRow(item.delivery.content));
        insertDelivery.run(...deliveryRow(item));
      }
    });
  }

  owed(destination: string, limit: number): readonly PendingDelivery[] {
    return this.#statements.selectOwed.all(destination, limit).map(deliveryFrom);
  }

  pause(key: string, untilMs: number): void {
    this.#statements.insertPause.run(text(key), realNumber(untilMs, 0));
  }

  learn(key: string, value: string): void {
    this.#statements.insertLearnt.run(text(key), text(value));
  }

  recover(nowMs: number, windowMs: number): Recovered {
    const { selectLatest, selectPauses, selectLearnt, selectIdentities } = this.#statements;
    const latestMs = Number(selectLatest.get()?.['ms'] ?? 0);
    const startMs = Math.max(nowMs, latestMs);
    const byKey = (rows: readonly Row[], value: string) =>
      rows.map((row) => [String(row['key']), row[value]] as const);
    return {
      latestMs,
      pauses: new Map(
        byKey(selectPauses.all(startMs), 'until_ms').map(([key, until]) => [key, Number(until)]),
      ),
      learnt: new Map(byKey(selectLearnt.all(), 'value').map(([key, value]) => [key, String(value)])),
      announcements: selectIdentities.all(idAt(startMs - windowMs)).map(
        (row): Remembered => ({
          identity: String(row['identity']),
          receivedMs: Number(row['received_ms']),
        }),
      ),
    };
  }

  keepAhead(aheadMs: number): void {
    if (Math.abs(aheadMs - this.#aheadMs) < DRIFT_MS) return;
    this.#statements.updateAhead.run(aheadMs);
    this.#aheadMs = aheadMs;
  }

  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> {
    const byDestination = new Map<string, number[]>();
    for (const row of this.#statements.selectAttemptsSince.all(sinceMs)) {
      const destination = String(row['destination']);
      const ended = byDestination.get(destination) ?? [];
      byDestination.set(destination, ended);
      ended.push(Number(row['ended_ms']));
    }
    return byDestination;
  }

  /** SQLite counts the commits of other connections. https://sqlite.org/pragma.html#pragma_data_version */
  changedByOthers(): boolean {
    const version = this.#readDataVersion();
    const changed = version !== this.#dataVersion;
    this.#dataVersion = version;
    return changed;
  }

  /** One file that is there is all that it needs; `store.ts` knows what to do about a file. */
  mend(): boolean {
    this.changedByOthers();
    return false;
  }

  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number {
    const ids = this.#statements.selectPrunable
      .all(idAt(beforeMs), attemptsBeforeMs, limit)
      .map((row) => String(row['id']));
    if (ids.length === 0) return 0;
    this.#inTransaction(() => {
      let left = limit * DELIVERIES_EACH;
      for (const id of ids) if (left > 0) left -= this.#forget(id, left);
    });
    return ids.length;
  }

  /** Deletes at most so many deliveries of an announcement, with their attempts; itself with the last. Says how many. */
  #forget(id: string, most: number): number {
    const { selectDelivery, deleteAttempts, deleteDeliveries, deleteAnnouncement } = this.#statements;
    // Ids of deliveries begin with their announcement's and a dash; `.` is the character after it.
    const [begin, end] = [`${id}-`, `${id}.`];
    const next = selectDelivery.get(begin, end, most);
    const until = next === undefined ? end : String(next['id']);
    deleteAttempts.run(begin, until);
    const { changes } = deleteDeliveries.run(begin, until);
    if (next === undefined) deleteAnnouncement.run(id);
    return Number(changes);
  }

  buryRemoved(configured: readonly string[], nowMs: number): number {
    return Number(this.#statements.buryRemoved.run(nowMs, JSON.stringify(configured)).changes);
  }

  waiting(): ReadonlyMap<string, Waiting> {
    return new Map(
      this.#statements.selectWaiting
        .all()
        .map((row) => [
          String(row['destination']),
          { deliveries: Number(row['deliveries']), oldestMs: timeOfId(String(row['oldest'])) },
        ]),
    );
  }

  #readDataVersion(): number {
    return Number(this.#statements.dataVersion.get()?.['data_version']);
  }

  #inTransaction(work: () => void): void {
    this.#statements.begin.run();
    try {
      work();
      this.#statements.commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#statements.rollback.run();
      throw error;
    }
  }
}

/** The last moment that is written down, as `ms`. */
export const LATEST = `SELECT MAX(COALESCE((SELECT received_ms FROM announcements ORDER BY id DESC LIMIT 1), 0),
  COALESCE((SELECT started_ms + duration_ms FROM attempts ORDER BY started_ms DESC LIMIT 1), 0)) AS ms`;

/** Of announcements that are deleted together, so many deliveries on average: of a wider one some remain for the next time. */
const DELIVERIES_EACH = 10;

/** The drift of the wall clock that is tolerated before it is written down, in ms. */
const DRIFT_MS = 100;

function prepare(database: DatabaseSync) {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    insertAnnouncement: database.prepare(
      'INSERT OR IGNORE INTO announcements (id, identity, received_ms, body) VALUES (?, ?, ?, ?)',
    ),
    insertDelivery: database.prepare(
      `INSERT OR IGNORE INTO deliveries (id, announcement_id, destination, rule, template, ticker, importance, expires_at_ms, state, attempts, plain, not_before_ms, begun_ms, by_hand_ms, reason, name)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertAttempt: database.prepare(
      'INSERT OR REPLACE INTO attempts (delivery_id, started_ms, attempt, duration_ms, outcome, status, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    // The decision of a person meanwhile (`deliveries discard`) is not undone by an attempt that was under way,
    // unless it arrived.
    updateDelivery: database.prepare(
      `UPDATE deliveries SET state = ?1, reason = ?2, attempts = MAX(attempts, ?3), plain = ?4, not_before_ms = ?5, settled_ms = ?6, begun_ms = ?8
       WHERE id = ?7 AND (state = 'pending' OR ?1 = 'delivered')`,
    ),
    selectOwed: database.prepare(
      `SELECT d.*, a.body, CASE d.attempts WHEN 0 THEN 0
         ELSE (SELECT COUNT(*) FROM attempts WHERE delivery_id = d.id AND outcome = 'retry moved') END AS moves
       FROM deliveries d JOIN announcements a ON a.id = d.announcement_id
       WHERE d.destination = ? AND d.state = 'pending' ORDER BY d.importance DESC, d.id DESC LIMIT ?`,
    ),
    insertPause: database.prepare('INSERT OR REPLACE INTO pauses (key, until_ms) VALUES (?, ?)'),
    selectPauses: database.prepare('SELECT key, until_ms FROM pauses WHERE until_ms > ?'),
    insertLearnt: database.prepare('INSERT OR REPLACE INTO learnt (key, value) VALUES (?, ?)'),
    selectLearnt: database.prepare('SELECT key, value FROM learnt'),
    selectLatest: database.prepare(LATEST),
    updateAhead: database.prepare('UPDATE holder SET ahead_ms = ? WHERE only_row = 1'),
    // A request to an unreachable address provably never left, and counts nowhere.
    selectAttemptsSince: database.prepare(
      `SELECT d.destination, t.started_ms + t.duration_ms AS ended_ms FROM attempts t JOIN deliveries d ON d.id = t.delivery_id
       WHERE t.started_ms >= ? AND t.outcome <> 'retry unreachable' ORDER BY ended_ms`,
    ),
    selectIdentities: database.prepare(
      'SELECT identity, received_ms FROM announcements WHERE id >= ? ORDER BY id',
    ),
    selectPrunable: database.prepare(
      `SELECT id FROM announcements a WHERE id < ? AND NOT EXISTS
         (SELECT 1 FROM deliveries d WHERE d.id >= a.id || '-' AND d.id < a.id || '.' AND d.state = 'pending')
       AND NOT EXISTS
         (SELECT 1 FROM attempts t WHERE t.delivery_id >= a.id || '-' AND t.delivery_id < a.id || '.' AND t.started_ms >= ?)
       ORDER BY id LIMIT ?`,
    ),
    selectDelivery: database.prepare(
      'SELECT id FROM deliveries WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?',
    ),
    deleteAttempts: database.prepare('DELETE FROM attempts WHERE delivery_id >= ? AND delivery_id < ?'),
    deleteDeliveries: database.prepare('DELETE FROM deliveries WHERE id >= ? AND id < ?'),
    deleteAnnouncement: database.prepare('DELETE FROM announcements WHERE id = ?'),
    buryRemoved: database.prepare(
      `UPDATE deliveries SET state = 'dead', reason = 'destination_removed', settled_ms = ?
       WHERE state = 'pending' AND destination NOT IN (SELECT value FROM json_each(?))`,
    ),
    selectWaiting: database.prepare(
      `SELECT destination, COUNT(*) AS deliveries, MIN(id) AS oldest FROM deliveries WHERE state = 'pending' GROUP BY destination`,
    ),
    dataVersion: database.prepare('PRAGMA data_version'),
  };
}
