/**
 * The files of an open database, as the file system sees them. SQLite goes on writing into a file that was
 * deleted or replaced, and everything is gone when the process ends; it also never looks again at what it
 * has in its cache. So somebody has to look: at a calm interval, never beside an announcement.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { MAGIC } from './own-file.ts';
import { FileFault } from './store-errors.ts';

/** Beside the database: the write-ahead log and its index. */
const BESIDE = ['-wal', '-shm'] as const;

const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;

/** Which file a name stands for now; `undefined` for none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

export class OpenFiles {
  readonly #path: string;
  /** Of its own, to look at the bytes. Closing any descriptor of a file drops SQLite's locks on it, so it is closed last. */
  readonly #descriptor: number;
  readonly #identities: readonly (readonly [name: string, identity: string | undefined])[];
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #size = 0;

  /** After the first write, when all of them are there. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    this.#size = fstatSync(this.#descriptor).size;
    this.#identities = ['', ...BESIDE].map((suffix) => [path + suffix, identityOf(path + suffix)]);
  }

  /** A few system calls, about 20 µs. Throws `FileFault`. */
  check(): void {
    for (const [name, identity] of this.#identities) {
      if (identity === undefined) continue;
      const now = identityOf(name);
      if (now === identity) continue;
      const what = now === undefined ? 'was deleted' : 'was replaced by another file';
      throw new FileFault(name === this.#path ? 'gone' : 'log', `${name} ${what} while it was in use`);
    }
    const damage = this.#damage();
    if (damage !== undefined)
      throw new FileFault('damaged', `${this.#path} was damaged while it was in use: ${damage}`);
  }

  /** The log of a database that is gone would be taken for that of the next one, and destroy it. */
  removeLog(): void {
    for (const [name, identity] of this.#identities)
      if (name !== this.#path && identity !== undefined && identityOf(name) === identity) rmSync(name);
  }

  /** After the database is closed. */
  close(): void {
    closeSync(this.#descriptor);
  }

  #damage(): string | undefined {
    const header = this.#header;
    const bytes = readSync(this.#descriptor, header, 0, HEADER_BYTES, 0);
    const { size } = fstatSync(this.#descriptor);
    if (bytes < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC))
      return 'it does not begin like a database';
    // 1 stands for 65536.
    const pageSize = header.readUInt16BE(PAGE_SIZE_AT);
    const wantedBytes = header.readUInt32BE(PAGE_COUNT_AT) * (pageSize === 1 ? 65_536 : pageSize);
    // It may be shorter than it says for a time (half a checkpoint, on a full disk), and shrink on purpose (VACUUM); not both.
    const cut = size < this.#size && size < wantedBytes;
    if (!cut) this.#size = size;
    return cut ? `${size} bytes are left of ${wantedBytes}` : undefined;
  }
}

/** Renames a database with what belongs to it, so that it can be looked at later. Gives the new name, which is free. */
export function setAside(path: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  let aside = `${path}.corrupt-${stamp}`;
  for (let again = 2; identityOf(aside) !== undefined; again++) aside = `${path}.corrupt-${stamp}-${again}`;
  // The log first: a database that finds no log is whole, a log that finds another database is not its own.
  for (const suffix of [...BESIDE, ''])
    if (identityOf(path + suffix) !== undefined) renameSync(path + suffix, aside + suffix);
  return aside;
}
