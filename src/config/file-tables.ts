/** A table from a file: its rows, or what is wrong with the file. */
import { resolve } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { type FileReading, type FileTask, readTableFile } from '../tables/file-rows.ts';
import { type Kept, readKept } from '../tables/kept.ts';
import type { Rows, Source } from '../tables/live-table.ts';
import type { FileTableOptions } from '../tables/options.ts';
import type { ReadOptions } from '../tables/read.ts';
import { remarksOf } from '../tables/remarks.ts';
import { faultOfCode } from './environment.ts';
import type { ConfigFiles, ReadFile } from './files.ts';
import type { Finding, Path } from './problem.ts';

/** Files of tables, as they have been read. `undefined`: it has not been read, and the config is loaded as if the table were empty. */
export interface TableReaders {
  readonly file: (task: FileTask) => FileReading | undefined;
  /** Rows of an address that are kept at a path; `none`: there are no whole ones. */
  readonly kept: (path: string) => Kept | 'none' | undefined;
}

/** Reads at once. */
export const readersWith = (readFile: ReadFile): TableReaders => ({
  file: (task) => readTableFile(task, readFile),
  kept: (path) => readKept(path, readFile) ?? 'none',
});

export interface LoadedFile {
  readonly source: Source;
  readonly rows?: Rows;
  readonly errors?: readonly Finding[];
  readonly warnings?: readonly Finding[];
  readonly unread?: FileTask;
}

export interface TableSources {
  /** Files are relative to it. */
  readonly folder: string;
  /** They keep which files take part. */
  readonly files: Pick<ConfigFiles, 'note'>;
  readonly readers: TableReaders;
}

/** `place`: of the table. */
export function loadFileTable(
  place: Path,
  options: FileTableOptions,
  { folder, files, readers }: TableSources,
): LoadedFile {
  const path = resolve(folder, options.file);
  const task = { path, read: readOptionsOf(options) };
  const reading = readers.file(task);
  const source: Source = { kind: 'file', file: options.file };
  if (reading === undefined) return { source, unread: task };
  const wrong = (message: string, option = 'file', hint?: string): LoadedFile => ({
    source,
    errors: [{ path: [...place, option], message, hint }],
  });
  files.note(path, 'table', 'digest' in reading ? reading.digest : undefined);
  switch (reading.kind) {
    case 'unreadable':
      return wrong(`${path} cannot be read: ${faultOfCode(reading.code)}`);
    case 'tooLarge':
      return wrong(`${path} is too large for a table: more than 20 MB`);
    case 'fault': {
      const { message, option, hint } = reading;
      const isWritten = option !== undefined && options[option] !== undefined;
      return wrong(`${path}: ${message}`, isWritten ? option : 'file', hint);
    }
    case 'known':
      throw new Error('the rows of a known file come with it');
    case 'rows': {
      const { rows: packed, digest, changedMs = systemClock.wallMs(), duplicates, unusable } = reading;
      const odd = { duplicates, unusable };
      return {
        source: { ...source, read: { ...task, known: digest } },
        rows: { packed, asOfMs: changedMs, odd },
        warnings: remarksOf(odd).map((remark) => ({
          path: [...place, 'file'],
          message: `${path}: ${remark}`,
        })),
      };
    }
    default:
      return reading satisfies never;
  }
}

const readOptionsOf = ({ format, rows, key, value, where }: FileTableOptions): ReadOptions => ({
  ...{ format, rows, key, value, where },
});
