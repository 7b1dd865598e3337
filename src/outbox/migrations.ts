/**
 * The schema, as steps from version to version (`PRAGMA user_version`). A step that has been released
 * is never edited. Keys are time-ordered, so the primary keys serve ranges in time (retention, `--since`)
 * without an index of their own; the others cover the few rows that still wait, and the names of deliveries.
 */
import type { DatabaseSync } from 'node:sqlite';

/** In the header of the file, "LBRG": whose database it is. https://sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x4c_42_52_47;

const STEPS: readonly string[] = [
  `CREATE TABLE announcements (
     id TEXT PRIMARY KEY,
     identity TEXT NOT NULL,
     received_ms REAL NOT NULL,
     body TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE deliveries (
     id TEXT PRIMARY KEY,
     announcement_id TEXT NOT NULL,
     destination TEXT NOT NULL,
     rule TEXT NOT NULL,
     template TEXT,
     ticker TEXT,
     importance INTEGER NOT NULL,
     state TEXT NOT NULL,
     reason TEXT,
     attempts INTEGER NOT NULL,
     plain INTEGER NOT NULL,
     not_before_ms REAL NOT NULL,
     expires_at_ms REAL,
     settled_ms REAL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX deliveries_owed ON deliveries (destination, importance DESC, id DESC) WHERE state = 'pending';
   CREATE TABLE attempts (
     delivery_id TEXT NOT NULL,
     started_ms REAL NOT NULL,
     attempt INTEGER NOT NULL,
     duration_ms REAL NOT NULL,
     outcome TEXT NOT NULL,
     status INTEGER,
     detail TEXT,
     PRIMARY KEY (delivery_id, started_ms)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX attempts_started ON attempts (started_ms);
   CREATE TABLE pauses (key TEXT PRIMARY KEY, until_ms REAL NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE holder (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), pid INTEGER NOT NULL, host TEXT NOT NULL, since_ms REAL NOT NULL) STRICT;`,
  'CREATE TABLE learnt (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;',
  // `begun_ms`: a request began then that may have arrived. `by_hand_ms`: a person asked for it again.
  // `ahead_ms`: the bridge's timeline less the wall clock.
  `ALTER TABLE deliveries ADD COLUMN begun_ms REAL;
   ALTER TABLE deliveries ADD COLUMN by_hand_ms REAL;
   ALTER TABLE holder ADD COLUMN ahead_ms REAL NOT NULL DEFAULT 0;
   PRAGMA application_id = ${APPLICATION_ID};`,
  // The id of the delivery (`delivery-ids.ts`), where `id`, the key of the row, is not the same: rows of earlier versions have none.
  'ALTER TABLE deliveries ADD COLUMN name TEXT;',
  // News that has been read and is not yet in its tables (`intake-rows.ts`). With a rowid, and no other index: the cheapest insert there is.
  'CREATE TABLE intake (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;',
  // The outcome of each rule for an announcement (`routing/trace.ts`), and these rules, once for all announcements that
  // were read until `until_ms`, at the latest.
  `ALTER TABLE announcements ADD COLUMN trace TEXT;
   CREATE TABLE rules (digest TEXT PRIMARY KEY, body BLOB NOT NULL, until_ms REAL NOT NULL) STRICT, WITHOUT ROWID;`,
  // No id comes again: a person may have noted it.
  `CREATE TABLE mutes (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     since_ms REAL NOT NULL,
     until_ms REAL NOT NULL,
     reason TEXT,
     UNIQUE (kind, name)
   ) STRICT;`,
  // Figures of slots of time (`history/levels.ts`), and of which slots there are all. `changed`: deliveries that had ended and
  // did something again, and those that a replay has added; a slot that is made has them wrong. `leads`: copies of news that another feed had brought before.
  `CREATE TABLE figures (
     span_ms INTEGER NOT NULL,
     from_ms INTEGER NOT NULL,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (span_ms, from_ms, kind, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE slots (
     span_ms INTEGER NOT NULL,
     from_ms INTEGER NOT NULL,
     made_ms REAL NOT NULL,
     settled INTEGER NOT NULL,
     PRIMARY KEY (span_ms, from_ms)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE changed (id INTEGER PRIMARY KEY, delivery_id TEXT NOT NULL) STRICT;
   CREATE TRIGGER ended_and_changed AFTER UPDATE ON deliveries WHEN OLD.state <> 'pending'
     BEGIN INSERT INTO changed (delivery_id) VALUES (OLD.id); END;
   CREATE TRIGGER added_by_hand AFTER INSERT ON deliveries WHEN NEW.by_hand_ms IS NOT NULL
     BEGIN INSERT INTO changed (delivery_id) VALUES (NEW.id); END;
   CREATE TABLE leads (id INTEGER PRIMARY KEY, at_ms REAL NOT NULL, winner TEXT NOT NULL, loser TEXT NOT NULL, lead_ms REAL NOT NULL) STRICT;
   CREATE INDEX leads_at ON leads (at_ms);
   CREATE TABLE runs (since_ms REAL PRIMARY KEY, until_ms REAL NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE losses (at_ms REAL PRIMARY KEY, why TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  // A person asks by the name. Names begin with a time, so that new ones come to the end of the index; made once, 2 s for 2,600,000 rows.
  'CREATE INDEX deliveries_named ON deliveries (name) WHERE name IS NOT NULL;',
  // The mute or cooldown that held it back, as JSON (`held-by-text.ts`).
  'ALTER TABLE deliveries ADD COLUMN held_by TEXT;',
];

export const SCHEMA_VERSION = STEPS.length;

export class StoreVersionError extends Error {
  readonly code = 'STORE_VERSION';
}

/** Throws `StoreVersionError` when the store was written by a newer version; it is not touched then. */
export function refuseNewer(database: DatabaseSync): void {
  const version = storedVersion(database);
  if (version > SCHEMA_VERSION)
    throw new StoreVersionError(
      `the store was written by a newer listing-bridge (schema ${version}; this one knows ${SCHEMA_VERSION}): upgrade listing-bridge, or set store.path to a new file`,
    );
}

/** Brings the store to this version, or leaves it as it was. Throws as `refuseNewer`. */
export function migrate(database: DatabaseSync): void {
  refuseNewer(database);
  const version = storedVersion(database);
  if (version === SCHEMA_VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  for (const step of STEPS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec('COMMIT');
}

export function storedVersion(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}
