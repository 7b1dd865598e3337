/**
 * Keeps a second daemon off the store: an exclusive lock on a small SQLite file beside it. The operating
 * system lets go of it however the process dies, so there is no stale lock to clean up. Readers
 * (`deliveries`) need none.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { secondsText } from '../platform/time-text.ts';
import { makePrivateFile } from './rights.ts';
import { isBusy, StoreError } from './store-errors.ts';

const lockOf = (path: string) => `${path}.lock`;

/** How long somebody may look whether it is held, in ms. */
const LOOKED_AT_MS = 20;

export class StoreLock {
  readonly #path: string;
  readonly #file: string;
  #held: { readonly database: DatabaseSync; readonly inode: number | undefined } | undefined;

  /** `path`: the store's file. */
  constructor(path: string) {
    this.#path = path;
    this.#file = lockOf(path);
  }

  /** Does nothing while it is held on the file that is there. Throws `StoreError` when somebody else has it, SQLite's error when it cannot be had. */
  take(): void {
    if (this.#held !== undefined && this.#held.inode === this.#inode()) return;
    this.release();
    makePrivateFile(this.#file);
    const database = new DatabaseSync(this.#file, { timeout: LOOKED_AT_MS });
    try {
      // In memory: the lock has to work on a full disk, too.
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
      this.#held = { database, inode: this.#inode() };
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      throw new StoreError(
        `another listing-bridge uses store.path ${this.#path}${holderOf(this.#path)}: stop that one, or give this one another store.path`,
      );
    }
  }

  release(): void {
    this.#held?.database.close();
    this.#held = undefined;
  }

  #inode(): number | undefined {
    return statSync(this.#file, { throwIfNoEntry: false })?.ino;
  }
}

/** Whether a daemon uses the store. */
export function isHeld(path: string): boolean {
  const file = lockOf(path);
  if (!existsSync(file)) return false;
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    database.prepare('SELECT * FROM sqlite_schema').all();
    return false;
  } catch (error) {
    return isBusy(error);
  }
}

function holderOf(path: string): string {
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('SELECT pid, host, since_ms FROM holder').get();
    return row
      ? ` (process ${row['pid']} on ${row['host']}, since ${secondsText(Number(row['since_ms']))})`
      : '';
  } catch {
    return '';
  }
}
