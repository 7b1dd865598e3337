/**
 * The tables of a config, filled as far as that takes no network: lists and mappings of the config itself, files, and
 * of addresses the rows that an earlier run has kept.
 */
import type { TableValue } from '../matching/table.ts';
import { fold } from '../matching/text.ts';
import { systemClock } from '../platform/clock.ts';
import type { TableWishes } from '../tables/ahead.ts';
import type { FileTask } from '../tables/file-rows.ts';
import { inlineEntries, inlineRows } from '../tables/inline.ts';
import { keptPath } from '../tables/kept.ts';
import { LiveTable, type Rows, type Source } from '../tables/live-table.ts';
import { type InlineTableOptions, isFileTable, isUrlTable, type TableOptions } from '../tables/options.ts';
import { PackedTable } from '../tables/packed.ts';
import { loadFileTable, type TableSources } from './file-tables.ts';
import type { Finding, Path } from './problem.ts';

export interface AllTableSources extends TableSources {
  /** Rows of addresses are kept there. */
  readonly keptIn: string;
}

export interface LoadedTables {
  readonly tables: ReadonlyMap<string, LiveTable>;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Missing in it, because it has not been read. */
  readonly unread: TableWishes;
}

type Written = ReadonlyMap<string, TableOptions | undefined>;

/** A broken one is there, and empty: rules that name it are right. */
export function loadTables(written: Written, sources: AllTableSources): LoadedTables {
  const tables = new Map<string, LiveTable>();
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const unread = { files: [] as FileTask[], kept: [] as string[] };
  for (const [name, options] of written) {
    const loaded: Loaded = options === undefined ? BROKEN : loadTable(name, options, sources);
    tables.set(name, new LiveTable(name, loaded.source, () => systemClock.wallMs(), loaded.rows));
    errors.push(...(loaded.errors ?? []));
    warnings.push(...(loaded.warnings ?? []));
    if (loaded.unread !== undefined) unread.files.push(loaded.unread);
    if (loaded.unreadKept !== undefined) unread.kept.push(loaded.unreadKept);
  }
  return { tables, errors, warnings, unread };
}

interface Loaded {
  readonly source: Source;
  readonly rows?: Rows | undefined;
  readonly errors?: readonly Finding[];
  readonly warnings?: readonly Finding[];
  readonly unread?: FileTask;
  readonly unreadKept?: string;
}

const BROKEN: Loaded = { source: { kind: 'inline' } };

function loadTable(name: string, options: TableOptions, sources: AllTableSources): Loaded {
  const path: Path = ['tables', name];
  if (isFileTable(options)) return loadFileTable(path, options, sources);
  if (!isUrlTable(options)) return loadInline(path, options);
  const { origin, pathname } = new URL(options.url);
  const source: Source = { kind: 'url', address: `${origin}${pathname}` };
  const keptAt = keptPath(sources.keptIn, name, options);
  const kept = sources.readers.kept(keptAt);
  if (kept === undefined) return { source, unreadKept: keptAt };
  return kept === 'none' ? { source } : { source, rows: kept };
}

function loadInline(path: Path, written: InlineTableOptions): Loaded {
  const entries = inlineEntries(written);
  const rows = new Map<string, TableValue>();
  const warnings: Finding[] = [];
  const [only, ...more] = Array.isArray(written) ? [] : Object.keys(written);
  if (only !== undefined && more.length === 0 && LIKE_A_SOURCE.test(only))
    warnings.push({
      path: [...path, only],
      at: 'key',
      message: `this is a table with the single entry ${only}`,
      hint: 'rows of a file are named by `file`, of an address by `url`',
    });
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
  const packed = PackedTable.of(inlineRows(written));
  return { source: { kind: 'inline' }, rows: { packed, asOfMs: 0 }, warnings };
}

/** As other programs name a file or an address. */
const LIKE_A_SOURCE = /^(path|filename|source|src|link|href|uri|csv|json|address|endpoint)$/i;

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
