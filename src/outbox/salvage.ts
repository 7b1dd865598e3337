/**
 * Copies the readable part of a store that is given up: everything that is pending, and the newest rows of the
 * rest, which hold the recent announcements. Reads from both ends of each table, so that one bad page hides as
 * little as possible. Row by row: one that cannot be kept costs no other.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { messageOf } from '../platform/message-of.ts';
import { batchOf } from './batch.ts';
import { intakeIn } from './intake-rows.ts';
import { LedgerRows } from './ledger-rows.ts';
import { SCHEMA_VERSION, storedVersion } from './migrations.ts';
import { isConstraint, isRefused } from './store-errors.ts';

export interface Salvaged {
  readonly announcements: number;
  /** Of them still pending. */
  readonly deliveries: number;
  readonly owed: number;
  /** SQLite's words for the part that could not be read. */
  readonly unreadable: string | undefined;
}

/** Maximum number of rows without pending deliveries. Bounds the time for which the loop stands still. */
const NEWEST = 10_000;

type Row = Record<string, SQLOutputValue>;

/** A slot after its figures. */
const TABLES = [
  'announcements',
  'deliveries',
  'attempts',
  'pauses',
  'learnt',
  'rules',
  'mutes',
  'leads',
  'figures',
  'slots',
  'changed',
  'runs',
  'losses',
] as const;
type Table = (typeof TABLES)[number];

/** By the column that grows with time; the small tables as they are. */
const NEWEST_FIRST: Readonly<Record<Table, string>> = {
  announcements: `ORDER BY id DESC LIMIT ${NEWEST}`,
  deliveries: `ORDER BY id DESC LIMIT ${NEWEST}`,
  attempts: `ORDER BY started_ms DESC LIMIT ${NEWEST}`,
  pauses: '',
  learnt: '',
  rules: '',
  mutes: '',
  leads: `ORDER BY at_ms DESC LIMIT ${NEWEST}`,
  // Days first, which are few and hold the most; of each slot the sum of all comes last.
  figures: `ORDER BY span_ms DESC, from_ms DESC, kind DESC, name DESC LIMIT ${NEWEST}`,
  slots: `ORDER BY span_ms DESC, from_ms DESC LIMIT ${NEWEST}`,
  changed: '',
  runs: '',
  losses: '',
};

/** Along the index from both ends; and without it, because it may be what is broken. */
const OWED = [
  `SELECT * FROM deliveries INDEXED BY deliveries_owed WHERE state = 'pending' ORDER BY destination ASC, importance DESC, id DESC`,
  `SELECT * FROM deliveries INDEXED BY deliveries_owed WHERE state = 'pending' ORDER BY destination DESC, importance ASC, id ASC`,
  `SELECT * FROM deliveries NOT INDEXED WHERE state = 'pending' ORDER BY id DESC LIMIT ${NEWEST}`,
] as const;

/** Rows that were copied before are left alone, so it can be called again. Throws when `into` cannot be written. */
export function salvage(from: DatabaseSync, into: DatabaseSync): Salvaged {
  const source = new Source(from);
  const copy = new Copy(into);
  into.exec('BEGIN IMMEDIATE');
  try {
    if (source.isOurs()) {
      bringOver(source, copy);
      takeIn(source, new LedgerRows(into));
    }
    into.exec('COMMIT');
  } catch (error) {
    if (into.isTransaction) into.exec('ROLLBACK');
    throw error;
  }
  return { ...copy.counts(), unreadable: source.unreadable };
}

function bringOver(source: Source, copy: Copy): void {
  const there = new Set<unknown>();
  for (const row of source.rows(...OWED)) {
    const id = row['announcement_id'];
    const announcement = there.has(id) ? undefined : source.announcement(id);
    if (announcement !== undefined && copy.add('announcements', announcement)) there.add(id);
    if (there.has(id)) copy.add('deliveries', row);
  }
  for (const table of TABLES)
    for (const row of source.rows(`SELECT * FROM ${table} ${NEWEST_FIRST[table]}`))
      if (isOfUse(table, row, there) && copy.add(table, row)) there.add(placeOf(table, row));
}

/** News that was not in its tables yet. */
function takeIn(source: Source, rows: LedgerRows): void {
  for (const { body } of source.rows('SELECT body FROM intake ORDER BY id'))
    try {
      const { recorded, begun } = intakeIn(body);
      rows.write({ ...batchOf(recorded), attempts: begun });
    } catch (error) {
      if (!(isRefused(error) || error instanceof SyntaxError)) throw error;
    }
}

/** By which other rows refer to it. */
const placeOf = (table: Table, row: Row): unknown =>
  table === 'figures' && row['kind'] === '' && row['name'] === 'news' ? slotOf(row) : row['id'];

const slotOf = (row: Row): string => `slot ${row['span_ms']} ${row['from_ms']}`;

/** Not an announcement that nobody can read, nor its deliveries: they would wait for ever. */
function isOfUse(table: Table, row: Row, there: ReadonlySet<unknown>): boolean {
  if (table === 'announcements') return isJson(row['body']);
  // Else it would say that nothing happened in it.
  if (table === 'slots') return there.has(slotOf(row));
  return table !== 'deliveries' || row['state'] !== 'pending' || there.has(row['announcement_id']);
}

function isJson(body: SQLOutputValue | undefined): boolean {
  try {
    JSON.parse(String(body));
    return true;
  } catch {
    return false;
  }
}

/** Reading never throws. */
class Source {
  readonly #database: DatabaseSync;
  #byId: StatementSync | undefined;
  unreadable: string | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Rows of another schema mean something else. */
  isOurs(): boolean {
    return (
      this.#try(() => {
        const version = storedVersion(this.#database);
        if (version !== SCHEMA_VERSION) this.unreadable = `it has schema ${version}`;
        return version === SCHEMA_VERSION;
      }) === true
    );
  }

  announcement(id: SQLOutputValue | undefined): Row | undefined {
    return this.#try(() => {
      this.#byId ??= this.#database.prepare('SELECT * FROM announcements WHERE id = ?');
      const row = this.#byId.get(id ?? null);
      if (row !== undefined) JSON.parse(String(row['body']));
      return row;
    });
  }

  /** The further queries run only when the one before broke off; rows may then come twice. */
  *rows(...queries: readonly string[]): Generator<Row> {
    for (const query of queries) {
      const before = this.unreadable;
      this.unreadable = undefined;
      const rows = this.#try(() => this.#database.prepare(query).iterate());
      for (;;) {
        const next = this.#try(() => rows?.next());
        if (next === undefined || next.done === true) break;
        yield next.value;
      }
      const whole = this.unreadable === undefined;
      this.unreadable ??= before;
      if (whole) return;
    }
  }

  #try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.unreadable = messageOf(error);
      return undefined;
    }
  }
}

class Copy {
  readonly #into: DatabaseSync;
  readonly #inserts = new Map<string, (row: Row) => void>();

  constructor(into: DatabaseSync) {
    this.#into = into;
  }

  /** False for a row that a damaged page made senseless. Throws when the new store fails. */
  add(table: Table, row: Row): boolean {
    try {
      this.#insert(table, Object.keys(row))(row);
      return true;
    } catch (error) {
      if (isConstraint(error)) return false;
      throw error;
    }
  }

  counts(): { announcements: number; deliveries: number; owed: number } {
    const count = (rows: string) =>
      Number(this.#into.prepare(`SELECT COUNT(*) AS n FROM ${rows}`).get()?.['n']);
    return {
      announcements: count('announcements'),
      deliveries: count('deliveries'),
      owed: count(`deliveries WHERE state = 'pending'`),
    };
  }

  #insert(table: string, columns: readonly string[]): (row: Row) => void {
    let insert = this.#inserts.get(table);
    if (insert === undefined) {
      const places = columns.map(() => '?').join(', ');
      const statement = this.#into.prepare(
        `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`,
      );
      insert = (row) =>
        void statement.run(...(columns.map((column) => row[column] ?? null) as SQLInputValue[]));
      this.#inserts.set(table, insert);
    }
    return insert;
  }
}
