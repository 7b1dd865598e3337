/**
 * The outbox in one SQLite file, through Node's own driver. Write-ahead log: a commit is a write into
 * the page cache (about 20 µs), which survives the death of the process; `sync.ts` takes it to the disk
 * a few milliseconds later, off the hot path.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, PendingDelivery } from '../delivery/delivery.ts';
import type { Mute } from '../mutes/mute.ts';
import { BacklogRows } from './backlog-rows.ts';
import { batchOf, NOTHING } from './batch.ts';
import { realNumber, text } from './columns.ts';
import type { HistoryChange } from './history/change.ts';
import { HistoryRows } from './history/history-rows.ts';
import { MINUTES } from './history/levels.ts';
import { idAt } from './ids.ts';
import { begunText, intakeIn, recordedText } from './intake-rows.ts';
import { LedgerRows } from './ledger-rows.ts';
import type {
  Backlog,
  Batch,
  Ledger,
  Recorded,
  Recovered,
  Recovery,
  Remains,
  Remembered,
  Sent,
  Upkeep,
  Waiting,
} from './outbox.ts';
import { Thinning, type ThinRequest } from './thinning.ts';
import { type Refused, Writer } from './writer.ts';

type Row = Record<string, SQLOutputValue>;

export class SqliteOutbox implements Ledger, Backlog, Recovery, Upkeep {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #rows: LedgerRows;
  readonly #backlog: BacklogRows;
  readonly #thinning: Thinning;
  readonly #history: HistoryRows;
  #dataVersion: number;
  /** As it stands in a row that was just made. */
  #aheadMs = 0;

  /** `database`: open, migrated, ours (`open.ts`). `refused`: told of rows of `intake` that no table takes. */
  constructor(database: DatabaseSync, refused: Refused = () => undefined) {
    this.#database = database;
    this.#statements = prepare(database);
    this.#rows = new LedgerRows(database);
    this.#backlog = new BacklogRows(database);
    this.#thinning = new Thinning(database);
    this.#history = new HistoryRows(database);
    this.#takeIn(refused);
    this.#dataVersion = this.#readDataVersion();
  }

  /** The rows of `intake` that the process before has left. */
  #takeIn(refused: Refused): void {
    const writer = new Writer(this, refused);
    for (const { id, body } of this.#statements.selectIntake.all()) {
      const { recorded, begun } = intakeIn(body);
      writer.write({ ...batchOf(recorded), attempts: begun, rows: [Number(id)] });
    }
  }

  intake(row: number, recorded: readonly Recorded[]): void {
    this.#statements.insertIntake.run(row, recordedText(recorded));
  }

  begin(row: number, attempt: AttemptRecord): void {
    this.#statements.insertIntake.run(row, begunText(attempt));
  }

  write(batch: Batch): void {
    this.#inTransaction(() => this.#rows.write(batch));
  }

  record(content: Content, deliveries: readonly Delivery[]): void {
    this.recordAll([{ content, deliveries }]);
  }

  recordAll(recorded: readonly Recorded[]): void {
    this.write(batchOf(recorded));
  }

  settle(attempts: readonly AttemptRecord[]): void {
    this.write({ ...NOTHING, attempts });
  }

  restore(owed: readonly PendingDelivery[]): void {
    this.#inTransaction(() => {
      for (const item of owed) this.#rows.restore(item);
    });
  }

  owed(destination: string, limit: number): readonly PendingDelivery[] {
    return this.#backlog.owed(destination, limit);
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

  keepHistory(change: HistoryChange): void {
    this.#inTransaction(() => this.#history.apply(change));
  }

  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> {
    return this.#backlog.attemptsSince(sinceMs);
  }

  mutes(): readonly Mute[] {
    return this.#backlog.mutes();
  }

  sentBy(rules: readonly string[], nowMs: number, spanMs: number, limit: number): readonly Sent[] {
    return this.#backlog.sentBy(rules, nowMs, spanMs, limit);
  }

  history(afterId: string, limit: number): readonly Remains[] {
    return this.#backlog.history(afterId, limit);
  }

  openness(keys: readonly string[]): ReadonlyMap<string, boolean> {
    return this.#backlog.openness(keys);
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
      this.#statements.deleteRules.run();
      this.#statements.deleteLeads.run();
    });
    return ids.length;
  }

  thin(request: ThinRequest, limit: number): number {
    let found = 0;
    this.#inTransaction(() => {
      found = this.#thinning.bite(request, limit);
    });
    return found;
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
    return this.#backlog.waiting();
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
    selectIntake: database.prepare('SELECT id, body FROM intake ORDER BY id'),
    insertIntake: database.prepare('INSERT INTO intake (id, body) VALUES (?, ?)'),
    insertPause: database.prepare('INSERT OR REPLACE INTO pauses (key, until_ms) VALUES (?, ?)'),
    selectPauses: database.prepare('SELECT key, until_ms FROM pauses WHERE until_ms > ?'),
    insertLearnt: database.prepare('INSERT OR REPLACE INTO learnt (key, value) VALUES (?, ?)'),
    selectLearnt: database.prepare('SELECT key, value FROM learnt'),
    selectLatest: database.prepare(LATEST),
    updateAhead: database.prepare('UPDATE holder SET ahead_ms = ? WHERE only_row = 1'),
    selectIdentities: database.prepare(
      'SELECT identity, received_ms FROM announcements WHERE id >= ? ORDER BY id',
    ),
    // A delivery that has just ended is still to be counted (`history/next-changes.ts`).
    selectPrunable: database.prepare(
      `SELECT id FROM announcements a WHERE id < ? AND NOT EXISTS
         (SELECT 1 FROM deliveries d WHERE d.id >= a.id || '-' AND d.id < a.id || '.' AND d.state = 'pending')
       AND NOT EXISTS
         (SELECT 1 FROM attempts t WHERE t.delivery_id >= a.id || '-' AND t.delivery_id < a.id || '.' AND t.started_ms >= ?)
       AND NOT EXISTS
         (SELECT 1 FROM slots s WHERE s.span_ms = ${MINUTES.spanMs} AND s.from_ms = CAST(a.received_ms / ${MINUTES.spanMs} AS INTEGER) * ${MINUTES.spanMs} AND s.settled = 0)
       ORDER BY id LIMIT ?`,
    ),
    selectDelivery: database.prepare(
      'SELECT id FROM deliveries WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?',
    ),
    deleteAttempts: database.prepare('DELETE FROM attempts WHERE delivery_id >= ? AND delivery_id < ?'),
    deleteDeliveries: database.prepare('DELETE FROM deliveries WHERE id >= ? AND id < ?'),
    deleteAnnouncement: database.prepare('DELETE FROM announcements WHERE id = ?'),
    deleteRules: database.prepare(
      `DELETE FROM rules WHERE until_ms < COALESCE((SELECT received_ms FROM announcements WHERE id = (SELECT MIN(id) FROM announcements)), until_ms + 1)`,
    ),
    // As long as the announcements, of which there are about as many.
    deleteLeads: database.prepare(
      `DELETE FROM leads WHERE id IN (SELECT id FROM leads WHERE at_ms <
         COALESCE((SELECT received_ms FROM announcements WHERE id = (SELECT MIN(id) FROM announcements)), 0) ORDER BY at_ms LIMIT 200)`,
    ),
    buryRemoved: database.prepare(
      `UPDATE deliveries SET state = 'dead', reason = 'destination_removed', settled_ms = ?
       WHERE state = 'pending' AND destination NOT IN (SELECT value FROM json_each(?))`,
    ),
    dataVersion: database.prepare('PRAGMA data_version'),
  };
}
