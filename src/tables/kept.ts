/**
 * The last good rows of a table from an address, on disk beside the store: so that a start without a network has them.
 * One line of JSON, then the bytes of the packed table. Written whole or not at all, and only the user whom the bridge
 * runs as may read them.
 */
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
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
const LINE_FEED = 10;

export const folderOfTables = (storePath: string): string => join(dirname(storePath), 'tables');

/** Of one table as it is configured now: other options are another table. Gives nothing away. */
export function keptPath(folder: string, name: string, options: UrlTableOptions): string {
  const { url, headers, format, rows, key, value, where } = options;
  const identity = secretName(fingerprint({ url, headers, format, rows, key, value, where }));
  return join(folder, `${name}-${identity}${SUFFIX}`);
}

/** `undefined`: there are none that are whole. */
export function readKept(path: string, readFile: (path: string) => string | Uint8Array): Kept | undefined {
  try {
    const content = readFile(path);
    if (typeof content === 'string') return undefined;
    const end = content.indexOf(LINE_FEED);
    const head: unknown = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
    const bytes = content.slice(end + 1);
    if (!isRecord(head) || head['version'] !== VERSION || head['crc32'] !== crc32(bytes)) return undefined;
    const { asOfMs, etag, lastModified } = head;
    if (typeof asOfMs !== 'number') return undefined;
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
