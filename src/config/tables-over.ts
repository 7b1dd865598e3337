/**
 * Tables on their way from the thread that loads a config: rows that the thread of the news has already stay there, and only their
 * outlines are known to the other.
 */

import { keyOf, type TableOutlines } from '../tables/ahead.ts';
import type { FileTask } from '../tables/file-rows.ts';
import { LiveTable, type Rows } from '../tables/live-table.ts';
import { PackedTable } from '../tables/packed.ts';
import type { TableReaders } from './file-tables.ts';

/** Rows that were not handed over, by what they were read from. */
type Reference = { readonly file: FileTask } | { readonly kept: string };

export interface HandedTable extends Pick<LiveTable, 'name' | 'source'> {
  readonly rows: (Omit<Rows, 'packed'> & { readonly packed: ArrayBuffer | Reference }) | undefined;
}

type References = ReadonlyMap<PackedTable, Reference>;

/** On the thread. `readers`: absent as the outlines are. */
export function readersOf(outlines: TableOutlines | undefined): {
  readonly readers: TableReaders | undefined;
  readonly references: References;
} {
  const references = new Map<PackedTable, Reference>();
  if (outlines === undefined) return { readers: undefined, references };
  const files = new Map(outlines.files);
  const kept = new Map(outlines.kept);
  /** Stands for rows. */
  const standIn = (reference: Reference) => {
    const packed = PackedTable.of(new Map());
    references.set(packed, reference);
    return packed;
  };
  const readers: TableReaders = {
    file: (task) => {
      const reading = files.get(keyOf(task));
      return reading?.kind === 'rows' ? { ...reading, rows: standIn({ file: task }) } : reading;
    },
    kept: (path) => {
      if (!kept.has(path)) return undefined;
      const one = kept.get(path);
      return one === undefined ? 'none' : { ...one, packed: standIn({ kept: path }) };
    },
  };
  return { readers, references };
}

export const tablesOver = (tables: ReadonlyMap<string, LiveTable>, references: References): HandedTable[] =>
  Array.from(tables.values(), ({ name, source, rows }) => ({
    ...{ name, source },
    rows: rows && { ...rows, packed: references.get(rows.packed) ?? rows.packed.bytes },
  }));

/** On the thread of the news. `readers`: those whose outlines were given. */
export function tablesOf(
  handed: readonly HandedTable[],
  readers: TableReaders | undefined,
  wallMs: () => number,
): ReadonlyMap<string, LiveTable> {
  return new Map(
    handed.map(({ name, source, rows }) => {
      const packed = rows && packedOf(rows.packed, readers);
      return [name, new LiveTable(name, source, wallMs, rows && packed && { ...rows, packed })];
    }),
  );
}

function packedOf(rows: ArrayBuffer | Reference, readers: TableReaders | undefined): PackedTable | undefined {
  if (rows instanceof ArrayBuffer) return new PackedTable(rows);
  if ('kept' in rows) {
    const kept = readers?.kept(rows.kept);
    return kept === 'none' ? undefined : kept?.packed;
  }
  const reading = readers?.file(rows.file);
  return reading?.kind === 'rows' ? reading.rows : undefined;
}
