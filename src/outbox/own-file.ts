/**
 * Whose file it is that `store.path` names. A database of ours that is damaged is set aside; anything else was named
 * by mistake, and is not touched: a bridge that renames somebody's config does harm.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { APPLICATION_ID, refuseNewer, StoreVersionError, storedVersion } from './migrations.ts';
import { isCorrupt, StoreError } from './store-errors.ts';

/** https://sqlite.org/fileformat.html#the_database_header */
export const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** The bytes that are checked of a file that does not begin like a database. */
const LOOKED_AT_BYTES = 1024 * 1024;

const APPLICATION_ID_AT = 68;

const DATABASE_NAMES = ['.db', '.sqlite', '.sqlite3', '.db3'];

/** In every version of the schema. */
const OUR_TABLES = ['announcements', 'deliveries', 'attempts', 'holder'];

/** Before anything is made beside it. Throws `StoreError` for what is not ours, `StoreVersionError` for a newer one; makes and changes nothing. */
export function refuseOthers(path: string): void {
  refuseOtherFile(path);
  if (!statSync(path, { throwIfNoEntry: false })?.size) return;
  // Without the files beside it, which reading would make: https://sqlite.org/uri.html#uriimmutable
  const unchanged = pathToFileURL(resolve(path));
  unchanged.search = '?immutable=1';
  try {
    using database = new DatabaseSync(unchanged, { readOnly: true });
    refuseOtherDatabase(database, path);
    refuseNewer(database);
  } catch (error) {
    if (error instanceof StoreError || error instanceof StoreVersionError) throw error;
    // Other faults show when it is opened.
    if (isCorrupt(error)) refuseOthersDamaged(path);
  }
}

/** Throws `StoreError` for what was never a database. */
function refuseOtherFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isDirectory()) throw otherThing(path, 'is a folder');
  if (!found.isFile()) throw otherThing(path, 'is not a file');
  const bytes = found.size === 0 ? undefined : beginningOf(path);
  if (bytes === undefined || isDatabase(bytes) || wasOurs(path, bytes)) return;
  throw otherThing(path, 'is not a database');
}

/** A database that cannot be read is only renamed when it was ours. Throws `StoreError`. */
function refuseOthersDamaged(path: string): void {
  const bytes = beginningOf(path);
  if (bytes === undefined || wasOurs(path, bytes)) return;
  throw otherThing(path, 'is a damaged database, and not one of listing-bridge');
}

/** Of one that is open and not changed yet. Throws `StoreError` for that of another program. */
export function refuseOtherDatabase(database: DatabaseSync, path: string): void {
  const id = Number(database.prepare('PRAGMA application_id').get()?.['application_id'] ?? 0);
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all()
    .map(({ name }) => String(name));
  const isNew = tables.length === 0 && storedVersion(database) === 0 && id === 0;
  // Before version 3 it did not record its owner.
  const isOurs = (id === APPLICATION_ID || id === 0) && OUR_TABLES.every((name) => tables.includes(name));
  if (!isNew && !isOurs) throw otherThing(path, 'is the database of another program');
}

function otherThing(path: string, what: string): StoreError {
  return new StoreError(
    `store.path ${path} ${what}. It was not touched: give the path of a file that the bridge may create, such as ./bridge.db`,
  );
}

/** `undefined` when it cannot be read. */
function beginningOf(path: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const bytes = Buffer.alloc(LOOKED_AT_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, LOOKED_AT_BYTES, 0));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const isDatabase = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).equals(MAGIC);

/** Its remains, the files beside it, or at least its name show its origin. */
function wasOurs(path: string, bytes: Buffer): boolean {
  const sizeOf = (suffix: string) => statSync(path + suffix, { throwIfNoEntry: false })?.size;
  if (bytes.includes('CREATE TABLE announcements') || sizeOf('.lock') === 0) return true;
  if (isDatabase(bytes)) {
    const id = bytes.length > APPLICATION_ID_AT + 4 ? bytes.readUInt32BE(APPLICATION_ID_AT) : 0;
    return id === APPLICATION_ID;
  }
  if (sizeOf('-wal') !== undefined) return true;
  return DATABASE_NAMES.includes(extname(path).toLowerCase()) && !isText(bytes) && !isOtherFormat(bytes);
}

/** How pictures, archives, programs and their kin begin. https://en.wikipedia.org/wiki/List_of_file_signatures */
const SIGNATURES = [
  ...['89504e47', 'ffd8ff', '47494638', '52494646', '25504446', '504b0304', '1f8b', '425a68', 'fd377a585a'],
  ...['28b52ffd', '377abcaf', '7f454c46', '4d5a', 'cffaedfe', 'd0cf11e0', '0061736d', 'cafebabe'],
].map((hex) => Buffer.from(hex, 'hex'));

const isOtherFormat = (bytes: Buffer): boolean =>
  SIGNATURES.some((signature) => bytes.subarray(0, signature.length).equals(signature));

/** UTF-8 without control characters but those of lines. */
function isText(bytes: Buffer): boolean {
  // A character may be cut at the end of what was read.
  const whole = bytes.toString('utf8').replace(/\ufffd$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return !/[\ufffd\0-\u0008\u000e-\u001f]/.test(whole);
}
