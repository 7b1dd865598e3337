/**
 * Only the user whom the bridge runs as may read the store: it holds announcements and the words of platforms.
 * SQLite gives the files beside a database the rights of the database.
 */
import { chmodSync, closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const FILE = 0o600;
export const FOLDER = 0o700;

/**
 * Creates it, empty, if it is not there: SQLite would let everybody read it. Throws nothing: opening it shows the
 * fault.
 */
export function makePrivateFile(path: string): void {
  try {
    // A link to a file that is yet to be made is an entry, and exclusive making refuses it.
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!isThere) closeSync(openSync(path, 'a', FILE));
  } catch {
    // It is there, or cannot be made.
  }
}

/** The store, and all that an earlier version made beside it: log, index, lock, and what was set aside. */
export function tighten(path: string): void {
  const name = basename(path);
  try {
    for (const other of readdirSync(dirname(path)))
      if (other === name || BESIDE.some((suffix) => other.startsWith(name + suffix)))
        tightenFile(join(dirname(path), other));
  } catch {
    // A folder that cannot be listed; the files that are made from now on are private.
  }
}

const BESIDE = ['-wal', '-shm', '.lock', '.corrupt-'] as const;

function tightenFile(path: string): void {
  try {
    const found = statSync(path);
    if (found.isFile() && (found.mode & 0o077) !== 0) chmodSync(path, FILE);
  } catch {
    // A file system without rights, or a file of another user's that we may write to.
  }
}
