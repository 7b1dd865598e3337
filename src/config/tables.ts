/**
 * The tables of a config, filled as far as that takes no network: lists and mappings of the config itself, files, and
 * of addresses the rows that an earlier run has kept.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TableValue } from '../matching/table.ts';
import { fold } from '../matching/text.ts';
import { systemClock } from '../platform/clock.ts';
import { TableFault } from '../tables/fault.ts';
import { keptPath, readKept } from '../tables/kept.ts';
import { LiveTable, type Rows, type Source } from '../tables/live-table.ts';
import {
  type FileTableOptions,
  type InlineTableOptions,
  isFileTable,
  isUrlTable,
  type TableOptions,
} from '../tables/options.ts';
import { PackedTable } from '../tables/packed.ts';
import { MOST_BYTES, readTable } from '../tables/read.ts';
import type { TableRows } from '../tables/rows.ts';
import { readFault } from './environment.ts';
import { decodeText } from './file-text.ts';
import type { ReadFile } from './files.ts';
import type { Finding, Path } from './problem.ts';

export interface TableSources {
  /** Files are relative to it. */
  readonly folder: string;
  readonly readFile: ReadFile;
  readonly readKept: ReadFile;
  /** Rows of addresses are kept there. */
  readonly keptIn: string;
}

export interface LoadedTables {
  readonly tables: ReadonlyMap<string, LiveTable>;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

type Written = ReadonlyMap<string, TableOptions | undefined>;

/** A broken one is there, and empty: rules that name it are right. */
export function loadTables(written: Written, sources: TableSources): LoadedTables {
  const tables = new Map<string, LiveTable>();
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  for (const [name, options] of written) {
    const loaded = options === undefined ? BROKEN : loadTable(name, options, sources);
    tables.set(name, new LiveTable(name, loaded.source, () => systemClock.wallMs(), loaded.rows));
    errors.push(...(loaded.errors ?? []));
    warnings.push(...(loaded.warnings ?? []));
  }
  return { tables, errors, warnings };
}

interface Loaded {
  readonly source: Source;
  readonly rows?: Rows | undefined;
  readonly errors?: readonly Finding[];
  readonly warnings?: readonly Finding[];
}

const BROKEN: Loaded = { source: { kind: 'inline' } };

function loadTable(name: string, options: TableOptions, sources: TableSources): Loaded {
  const path: Path = ['tables', name];
  if (isFileTable(options)) return loadFile(path, options, sources);
  if (!isUrlTable(options)) return loadInline(path, options);
  const { origin, pathname } = new URL(options.url);
  return {
    source: { kind: 'url', address: `${origin}${pathname}` },
    rows: readKept(keptPath(sources.keptIn, name, options), sources.readKept),
  };
}

function loadInline(path: Path, written: InlineTableOptions): Loaded {
  const entries = Array.isArray(written)
    ? written.map((key) => [key, key] as const)
    : Object.entries(written);
  const rows = new Map<string, TableValue>();
  const warnings: Finding[] = [];
  for (const [index, [key, value]] of entries.entries()) {
    const folded = fold(String(key));
    const place = [...path, Array.isArray(written) ? index : String(key)];
    const oddity = oddEntry(String(key));
    if (oddity !== undefined) warnings.push({ path: place, ...oddity });
    if (rows.has(folded))
      warnings.push({
        path: place,
        ...twice(String(key), Array.isArray(written) || rows.get(folded) === value),
      });
    else rows.set(folded, value);
  }
  const packed = PackedTable.of(rows);
  return { source: { kind: 'inline' }, rows: { packed, asOfMs: 0 }, warnings };
}

const twice = (key: string, isSame: boolean): Pick<Finding, 'message'> => ({
  message: isSame ? `${key} is in it twice` : `${key} is in it twice: the first value counts`,
});

/** Entries that no ticker can be. */
function oddEntry(key: string): Pick<Finding, 'message' | 'hint'> | undefined {
  if (key.includes('*'))
    return {
      message: `${key} is an entry like any other: * stands for nothing in a table`,
      hint: 'write the pattern in the rule',
    };
  const list = key.split(/[\s,;]+/).filter((word) => word !== '');
  if (/[,;]/.test(key) && list.length > 1)
    return { message: `"${key}" is one entry`, hint: `several are a list: [${list.join(', ')}]` };
  return key.startsWith('$')
    ? { message: `no ticker starts with $`, hint: `write ${key.slice(1)}` }
    : undefined;
}

function loadFile(path: Path, options: FileTableOptions, { folder, readFile }: TableSources): Loaded {
  const source: Source = { kind: 'file', file: options.file };
  const file = resolve(folder, options.file);
  let content: string | Uint8Array;
  try {
    content = readFile(file);
  } catch (error) {
    const message = `${file} cannot be read: ${readFault(error)}`;
    return { source, errors: [{ path: [...path, 'file'], message }] };
  }
  const size = content.length;
  if (size > MOST_BYTES)
    return {
      source,
      errors: [{ path: [...path, 'file'], message: `${file} is too large for a table: more than 20 MB` }],
    };
  try {
    const { packed, ...rest } = parsed(content, options);
    const rows = { packed, asOfMs: changedMs(file) };
    return { source, rows, warnings: remarks(path, file, rest) };
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    const { message, option, hint } = error;
    const isWritten = option !== undefined && options[option] !== undefined;
    const place = [...path, isWritten ? option : 'file'];
    return { source, errors: [{ path: place, message: `${file}: ${message}`, hint }] };
  }
}

/** The wall clock stands for a file that only its reader knows. */
function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? systemClock.wallMs();
}

type Parsed = Omit<TableRows, 'rows'> & { readonly packed: PackedTable };

/** Files as they were read last: a reload that changes nothing in them reads no row again. */
const known = new Map<string, Parsed>();
const MOST_KNOWN = 64;

function parsed(content: string | Uint8Array, options: FileTableOptions): Parsed {
  const key = createHash('sha256').update(content).update(JSON.stringify(options)).digest('base64');
  const before = known.get(key);
  if (before !== undefined) return before;
  const { rows, ...rest } = readTable(decodeText(content), options, options.file);
  const fresh = { packed: PackedTable.of(rows), ...rest };
  const [oldest] = known.keys();
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(key, fresh);
  return fresh;
}

function remarks(path: Path, file: string, { duplicates, unusable }: Omit<TableRows, 'rows'>): Finding[] {
  const place = [...path, 'file'];
  const found: Finding[] = [];
  if (duplicates.count > 0)
    found.push({
      path: place,
      message: `${file}: ${duplicates.count} ${duplicates.count === 1 ? 'key comes' : 'keys come'} again with another value (${duplicates.named.join(', ')}${duplicates.count > duplicates.named.length ? ', …' : ''}): the first counts`,
    });
  if (unusable > 0)
    found.push({
      path: place,
      message: `${file}: ${unusable} ${unusable === 1 ? 'row has' : 'rows have'} no key or no value, and ${unusable === 1 ? 'is' : 'are'} left out`,
    });
  return found;
}
