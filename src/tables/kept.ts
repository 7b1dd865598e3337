/**
 * The last good rows of a table from an address, on disk beside the store: so that a start without a network has them.
 * One line of JSON, then the bytes of the packed table. Written whole or not at all, and only the user whom the bridge
 * runs as may read them.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolderOf } from '../outbox/folder.ts';
import { fingerprint, secretName } from '../platform/secret.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { UrlTableOptions } from './options.ts';
import { PackedTable } from './packed.ts';

/** Of an answer; a later request repeats them, so that the server sends the rows only if they have changed. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface Kept extends Validators {
  readonly packed: PackedTable;
  /** When it was fetched, or found unchanged: wall clock, ms. */
  readonly asOfMs: number;
}

const VERSION = 1;
const SUFFIX = '.table';
const PRIVATE_FILE = 0o600;
const LINE_FEED = 10;

export const folderOfTables = (storePath: string): string => join(dirname(storePath), 'tables');

/** Of one table as it is configured now: other options are another table. Gives nothing away. */
export function keptPath(folder: string, name: string, options: UrlTableOptions): string {
  const { url, headers, format, rows, key, value, where } = options;
  const identity = secretName(fingerprint({ url, headers, format, rows, key, value, where }));
  return join(folder, `${name}-${identity}${SUFFIX}`);
}

/** `undefined`: there are none that are whole. */
export function readKept(
  path: string,
  readFile: (path: string) => string | Uint8Array = (file) => readFileSync(file),
): Kept | undefined {
  try {
    const content = readFile(path);
    if (typeof content === 'string') return undefined;
    const end = content.indexOf(LINE_FEED);
    const head: unknown = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
    // A copy: what is read may lie in a pool of Node's.
    const bytes = new Uint8Array(content.subarray(end + 1));
    if (!isRecord(head) || head['version'] !== VERSION || head['crc32'] !== crc32(bytes)) return undefined;
    const { etag, lastModified } = head;
    const asOfMs = Math.max(Number(head['asOfMs']), touchedMs(path));
    if (Number.isNaN(asOfMs)) return undefined;
    return {
      packed: new PackedTable(bytes.buffer),
      asOfMs,
      ...(typeof etag === 'string' && { etag }),
      ...(typeof lastModified === 'string' && { lastModified }),
    };
  } catch {
    // Not there, cut, or of another version: the next fetch brings it.
    return undefined;
  }
}

/** When the server last said that they are those (`thread.ts`). */
const touchedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Throws the file system's error. Rows that were kept under other options of the table are removed. */
export function writeKept(path: string, { packed, ...head }: Kept): void {
  makeFolderOf(path);
  const bytes = new Uint8Array(packed.bytes);
  const line = JSON.stringify({ version: VERSION, rows: packed.size, ...head, crc32: crc32(bytes) });
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  const file = openSync(fresh, 'wx', PRIVATE_FILE);
  try {
    writeSync(file, `${line}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  removeOthers(path);
}

/** `perps-0123456789ab.table` beside `perps-ba9876543210.table`. */
function removeOthers(path: string): void {
  const own = basename(path);
  const stem = own.slice(0, -IDENTITY_AND_SUFFIX);
  for (const other of readdirSync(dirname(path)))
    if (other !== own && other.length === own.length && other.startsWith(stem) && other.endsWith(SUFFIX))
      rmSync(join(dirname(path), other), { force: true });
}

const IDENTITY_AND_SUFFIX = 12 + SUFFIX.length;
