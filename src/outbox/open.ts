/**
 * Opens the store: makes the folder, takes the lock that keeps a second daemon out, brings the schema
 * up to date. Every way in which this can fail is a `StoreError` that a person can act on.
 *
 * The lock is an exclusive lock on a small SQLite file beside the store: the operating system lets go of
 * it however the process dies, so there is no stale lock to clean up. Readers (`deliveries`) need none.
 */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../platform/clock.ts';
import { migrate, SCHEMA_VERSION, StoreVersionError, storedVersion } from './migrations.ts';
import { SqliteOutbox } from './sqlite.ts';
import { Sync } from './sync.ts';

export class StoreError extends Error {
  readonly code = 'STORE';
}

export interface OpenStore {
  readonly outbox: SqliteOutbox;
  readonly sync: Sync;
  /** Takes what was written to the disk, then closes. */
  close(): Promise<void>;
}

/** How long a write waits for the command line's own short write. */
const BUSY_TIMEOUT_MS = 250;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** For the daemon. Throws `StoreError`. */
export function openStore(path: string, clock: Clock): OpenStore {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new StoreError(`cannot make the folder of store.path ${path}: ${messageOf(error)}`);
  }
  using cleanup = new DisposableStack();
  const lock = cleanup.adopt(takeLock(path), (held) => held.close());
  const database = cleanup.adopt(openFile(path, false), (open) => open.close());
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(database);
    database
      .prepare('INSERT OR REPLACE INTO holder (only_row, pid, host, since_ms) VALUES (1, ?, ?, ?)')
      .run(process.pid, hostname(), clock.wallMs());
  } catch (error) {
    if (error instanceof StoreVersionError) throw new StoreError(`store.path ${path}: ${error.message}`);
    throw new StoreError(
      `store.path ${path} cannot be written: ${messageOf(error)}. Check the disk and the permissions of the file and its folder (SQLite needs to write both)`,
    );
  }
  const outbox = new SqliteOutbox(database);
  const sync = new Sync(path, clock);
  cleanup.move();
  return {
    outbox,
    sync,
    async close() {
      await sync.close();
      database.close();
      lock.close();
    },
  };
}

/** For the command line: no lock, and no newer or older schema than ours. Throws `StoreError`. */
export function openStoreFile(path: string, readOnly: boolean): DatabaseSync {
  const database = openFile(path, readOnly);
  const version = storedVersion(database);
  if (version === SCHEMA_VERSION) return database;
  database.close();
  throw new StoreError(
    `store.path ${path} has schema ${version}, this listing-bridge has ${SCHEMA_VERSION}: start the daemon of this version once, or use the version that wrote it`,
  );
}

function openFile(path: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    const hint = readOnly ? ' (has `listing-bridge run` been started with this config yet?)' : '';
    throw new StoreError(`cannot open store.path ${path}: ${messageOf(error)}${hint}`);
  }
}

function takeLock(path: string): DatabaseSync {
  const lockPath = `${path}.lock`;
  const lock = openFile(lockPath, false);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    if (!/locked|busy/.test(messageOf(error)))
      throw new StoreError(
        `cannot write ${lockPath}: ${messageOf(error)}. Check the permissions of the folder`,
      );
    throw new StoreError(
      `another listing-bridge uses store.path ${path}${holderOf(path)}: stop that one, or give this one another store.path`,
    );
  }
}

function holderOf(path: string): string {
  try {
    using database = openFile(path, true);
    const row = database.prepare('SELECT pid, host, since_ms FROM holder').get();
    return row
      ? ` (process ${row['pid']} on ${row['host']}, since ${new Date(Number(row['since_ms'])).toISOString()})`
      : '';
  } catch {
    return '';
  }
}
