/**
 * The rows of a config that is about to be loaded, read on another thread: a table of 20 MB holds up no announcement
 * when its file changes. For one reload; rows that are known from the tables in force are the very same.
 */
import type { FileReading, FileTask } from './file-rows.ts';
import type { Kept } from './kept.ts';
import type { LiveTable } from './live-table.ts';

/** Needed of the disk for the tables of a config. */
export interface TableWishes {
  readonly files: readonly FileTask[];
  /** Paths of rows that an earlier life has kept. */
  readonly kept: readonly string[];
}

export const NO_WISHES: TableWishes = { files: [], kept: [] };

export const hasWishes = ({ files, kept }: TableWishes): boolean => files.length + kept.length > 0;

/** By the keys of `keyOf`, and by paths; `undefined`: there are no whole rows. */
export interface TableOutlines {
  readonly files: readonly (readonly [key: string, FileReading<undefined>])[];
  readonly kept: readonly (readonly [
    path: string,
    (Omit<Kept, 'packed'> & { readonly packed: undefined }) | undefined,
  ])[];
}

export interface AheadReaders {
  /** `undefined`: it could not be tried. */
  file(task: FileTask): Promise<FileReading | undefined>;
  kept(path: string): Promise<Kept | undefined>;
}

export class TablesAhead {
  readonly #readers: AheadReaders;
  /** Of the tables in force, by the key of their files. */
  readonly #inForce = new Map<string, LiveTable>();
  readonly #files = new Map<string, FileReading>();
  readonly #kept: Map<string, Kept | undefined>;

  /** `kept`: rows from addresses that are in memory, by the path where they are kept. */
  constructor(inForce: Iterable<LiveTable>, kept: ReadonlyMap<string, Kept>, readers: AheadReaders) {
    this.#readers = readers;
    this.#kept = new Map(kept);
    for (const table of inForce)
      if (table.source.kind === 'file' && table.source.read !== undefined)
        this.#inForce.set(keyOf(table.source.read), table);
  }

  /** Of the files in force, as they are now. */
  get likely(): TableWishes {
    const tables = [...this.#inForce.values()];
    return {
      files: tables.flatMap(({ source }) => (source.kind === 'file' ? (source.read ?? []) : [])),
      kept: [],
    };
  }

  /** Never rejects. */
  async read({ files, kept }: TableWishes): Promise<void> {
    await Promise.all([
      ...files.map(async (task) => {
        const known = this.#inForce.get(keyOf(task));
        const reading = await this.#readers.file({ ...task, known: known && digestOf(known) });
        if (reading !== undefined) this.#files.set(keyOf(task), withRows(reading, known));
      }),
      ...kept.map(async (path) => void this.#kept.set(path, await this.#readers.kept(path))),
    ]);
  }

  /** The readings without their rows: plain data, for the thread on which the config is loaded. */
  get outlines(): TableOutlines {
    const withoutRows = (reading: FileReading): FileReading<undefined> =>
      reading.kind === 'rows' ? { ...reading, rows: undefined } : reading;
    return {
      files: Array.from(this.#files, ([key, reading]) => [key, withoutRows(reading)]),
      kept: Array.from(this.#kept, ([path, kept]) => [path, kept && { ...kept, packed: undefined }]),
    };
  }

  /** `undefined`: it has not been read. */
  readonly file = (task: FileTask): FileReading | undefined => this.#files.get(keyOf(task));

  /** `undefined`: it has not been read; `none`: there are no whole rows. */
  readonly kept = (path: string): Kept | 'none' | undefined =>
    this.#kept.has(path) ? (this.#kept.get(path) ?? 'none') : undefined;
}

/** The key of its rows. */
export const keyOf = ({ path, read }: FileTask): string => JSON.stringify([path, read]);

const digestOf = ({ source }: LiveTable) => (source.kind === 'file' ? source.read?.known : undefined);

function withRows(reading: FileReading, table: LiveTable | undefined): FileReading {
  if (reading.kind !== 'known' || table?.rows?.odd === undefined) return reading;
  const { digest, changedMs } = reading;
  return { kind: 'rows', rows: table.rows.packed, ...table.rows.odd, digest, changedMs };
}
