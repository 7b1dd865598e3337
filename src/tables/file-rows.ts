/** A table's file: read, and its rows packed. At a reload it is done on the thread of the tables (`thread.ts`). */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isNativeError } from 'node:util/types';
import { decodeText } from '../platform/file-text.ts';
import { TableFault } from './fault.ts';
import { PackedTable } from './packed.ts';
import { MOST_BYTES, type ReadOptions, readTable } from './read.ts';
import type { OddRows } from './remarks.ts';

/** Plain data: it goes to a thread. */
export interface FileTask {
  /** Absolute; the format is known by it. */
  readonly path: string;
  readonly read: ReadOptions;
  /** Of a content whose rows are known: SHA-256, hex. */
  readonly known?: string | undefined;
}

export type Content<Rows> =
  | ({ readonly kind: 'rows'; readonly rows: Rows } & OddRows)
  | ({ readonly kind: 'fault' } & Pick<TableFault, 'message' | 'option' | 'hint'>)
  | { readonly kind: 'tooLarge' }
  /** As `known` of the task. */
  | { readonly kind: 'known' };

export type FileReading<Rows = PackedTable> =
  | (Content<Rows> & {
      /** SHA-256 of the file, hex. */
      readonly digest: string;
      /** Wall clock, ms; `undefined`: only its reader knows the file. */
      readonly changedMs: number | undefined;
    })
  /** `code`: of the file system; an error would lose it on its way from a thread. */
  | { readonly kind: 'unreadable'; readonly code: unknown };

/** `readFile`: throws as `fs.readFileSync` does. */
export function readTableFile(
  { path, read, known }: FileTask,
  readFile: (path: string) => string | Uint8Array = (file) => readFileSync(file),
): FileReading {
  let content: string | Uint8Array;
  try {
    content = readFile(path);
  } catch (error) {
    return { kind: 'unreadable', code: isNativeError(error) && 'code' in error ? error.code : undefined };
  }
  const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const digest = createHash('sha256').update(content).digest('hex');
  const rows: Content<PackedTable> = digest === known ? { kind: 'known' } : rowsOf(content, read, path);
  return { ...rows, digest, changedMs };
}

function rowsOf(content: string | Uint8Array, options: ReadOptions, path: string): Content<PackedTable> {
  if (content.length > MOST_BYTES) return { kind: 'tooLarge' };
  try {
    const { rows, duplicates, unusable } = readTable(decodeText(content), options, path);
    const { count, examples } = duplicates;
    return { kind: 'rows', rows: PackedTable.of(rows), duplicates: { count, examples }, unusable };
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    const { message, option, hint } = error;
    return { kind: 'fault', message, option, hint };
  }
}
