/**
 * Opens the database: the schema is brought up to date, and a file that cannot be read any more is set
 * aside under a telling name, never deleted; a new one takes its place, with what could be read of the old.
 */
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { OpenFiles, setAside } from './files.ts';
import { makeFolderOf } from './folder.ts';
import { noteLoss } from './history/remarks.ts';
import { isHeld } from './lock.ts';
import { migrate, refuseNewer, SCHEMA_VERSION, storedVersion } from './migrations.ts';
import { refuseOtherDatabase } from './own-file.ts';
import { makePrivateFile, tighten } from './rights.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { SqliteOutbox } from './sqlite.ts';
import { isBusy, isCorrupt, isFull, StoreError } from './store-errors.ts';
import type { Refused } from './writer.ts';

/** The database in use was given up and another one took its place. */
export interface Replaced {
  /** Why the old one was given up. */
  readonly reason: string;
  /** Where a damaged one is now; `undefined` when there was none to keep. */
  readonly setAside: string | undefined;
  readonly salvaged: Salvaged;
}

/** For who opens it. */
export interface Told {
  readonly replaced: (what: Replaced) => void;
  /** An earlier process had read this, and no table takes it. */
  readonly refused: Refused;
}

export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly outbox: SqliteOutbox;
  readonly files: OpenFiles;
}

/** How long a write waits for somebody else's short write; an announcement may have to wait for it. */
const BUSY_TIMEOUT_MS = 50;

/** For the command line, which is not in a hurry. */
const PATIENT_TIMEOUT_MS = 2000;

/** A backstop of 64 MB: the log is taken into the database by another thread (`sync.ts`), long before that. */
const LARGEST_LOG_PAGES = 16_000;

/** Makes what is missing. Throws SQLite's error. */
export function openDatabase(path: string, clock: Clock, told: Told): OpenDatabase {
  makeFolderOf(path);
  try {
    return openWhole(path, clock, told);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const aside = setAside(path, clock.wallMs());
    const open = openWhole(path, clock, told);
    try {
      const salvaged = salvageFile(aside, open.database);
      noteLoss(open.database, clock.monotonicMs(), messageOf(error));
      told.replaced({ reason: messageOf(error), setAside: aside, salvaged });
      return open;
    } catch (problem) {
      closeDatabase(open);
      throw problem;
    }
  }
}

export function closeDatabase({ database, files }: OpenDatabase): void {
  try {
    database.close();
  } finally {
    files.close();
  }
}

/** The log may be larger than what it changes: in the database it takes less. */
export function makeRoom({ database }: OpenDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Not even that fits. It is tried again.
  }
}

function openWhole(path: string, clock: Clock, { refused }: Told): OpenDatabase {
  makePrivateFile(path);
  tighten(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    refuseOtherDatabase(database, path);
    refuseNewer(database);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LARGEST_LOG_PAGES};`,
    );
    migrate(database);
    database
      .prepare('INSERT OR REPLACE INTO holder (only_row, pid, host, since_ms) VALUES (1, ?, ?, ?)')
      .run(process.pid, hostname(), clock.wallMs());
    return { database, outbox: new SqliteOutbox(database, refused), files: new OpenFiles(path) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** From a database that nobody has open. */
export function salvageFile(path: string, into: DatabaseSync): Salvaged {
  try {
    using source = new DatabaseSync(path, { readOnly: true, defensive: false });
    // Also reads a file that was cut off. https://sqlite.org/pragma.html#pragma_writable_schema
    source.exec('PRAGMA writable_schema = ON');
    return salvage(source, into);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { announcements: 0, deliveries: 0, owed: 0, unreadable: messageOf(error) };
  }
}

/**
 * For the command line: no lock, and no newer or older schema than ours; makes nothing. `refused`: as in `Told`.
 * Throws `StoreError`.
 */
export function openStoreFile(
  path: string,
  readOnly: boolean,
  refused: Refused = () => undefined,
): DatabaseSync {
  if (isAbsent(path))
    throw new StoreError(
      `There is no store at ${path}: has \`listing-bridge run\` been started with this config yet? Give another file with --store.`,
    );
  if (isFolder(path))
    throw new StoreError(
      `${path} is a folder, and the store is one file: correct \`store.path\`, or name the file with --store, such as ${path}/listing-bridge.db`,
    );
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly, timeout: PATIENT_TIMEOUT_MS });
    const version = storedVersion(database);
    if (version === SCHEMA_VERSION) {
      refuseOtherDatabase(database, path);
      if (hasIntake(database) && !isHeld(path)) takeIn(path, refused);
      return database;
    }
    const whose =
      version > SCHEMA_VERSION
        ? 'a newer listing-bridge wrote it: use that version'
        : version === 0
          ? 'no listing-bridge has written to it: is the path right?'
          : 'an older listing-bridge wrote it: `listing-bridge run` of this version migrates it';
    throw new StoreError(
      `The store ${path} has schema ${version}, this listing-bridge has ${SCHEMA_VERSION}; ${whose}`,
    );
  } catch (error) {
    database?.close();
    throw storeErrorOf(error, path);
  }
}

/** News that is not in its tables yet. */
const hasIntake = (database: DatabaseSync): boolean =>
  database.prepare('SELECT 1 FROM intake LIMIT 1').get() !== undefined;

/** A bridge has died, and nobody has looked since. Throws SQLite's error. */
function takeIn(path: string, refused: Refused): void {
  using database = new DatabaseSync(path, { timeout: PATIENT_TIMEOUT_MS });
  // An outbox has nothing of the kind.
  void new SqliteOutbox(database, refused);
}

/** Where the folder may not be looked into, SQLite says so. */
function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** For the command line: what SQLite threw, in words, with what to do. */
export function storeErrorOf(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const advice = adviceFor(error);
  return advice === undefined
    ? error
    : new StoreError(`The store ${path} cannot be used (${messageOf(error)}): ${advice}`);
}

function adviceFor(error: unknown): string | undefined {
  if (isCorrupt(error))
    return 'it is damaged, or not a store. The bridge sets a damaged store aside when it starts, and continues with a new one';
  if (isBusy(error)) return 'another program is writing to it. Try again';
  if (isFull(error)) return 'free some space on its disk';
  if (error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')
    return 'run this as the user that the bridge runs as, and check the rights of the file and its folder';
  return undefined;
}
