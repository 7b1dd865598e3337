/** Rows of whatever form → keys and values. Pure. Throws `TableFault`. */
import type { TableValue } from '../matching/table.ts';
import { fold } from '../matching/text.ts';
import { didYouMean } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import { TableFault } from './fault.ts';
import type { FileTableOptions } from './options.ts';

export type RowOptions = Pick<FileTableOptions, 'rows' | 'key' | 'value' | 'where'>;

/** More would take long to read, and is no list of symbols. */
export const MOST_ROWS = 1_000_000;

export interface TableRows {
  /** By folded key. */
  readonly rows: ReadonlyMap<string, TableValue>;
  /** Keys that come again with another value; the first counts. At most `MOST_EXAMPLES` are given. */
  readonly duplicates: { readonly count: number; readonly examples: readonly Duplicate[] };
  /** Rows without a key or a value, and those that `where` leaves out. */
  readonly unusable: number;
  readonly leftOut: number;
}

const MOST_EXAMPLES = 3;

export interface Duplicate {
  readonly key: string;
  readonly counts: TableValue;
  readonly ignored: TableValue;
}

/** A row as it was read: a text, a mapping, or an entry of a mapping with its name. */
type Row = { readonly name?: string; readonly it: unknown };

export function rowsOf(data: unknown, options: RowOptions): TableRows {
  const source = options.rows === undefined ? data : at(data, options.rows);
  if (source === undefined) throw noRows(data, options.rows ?? '');
  const written = [...rowsIn(source, options)];
  if (written.length > MOST_ROWS)
    throw new TableFault(`has ${written.length} rows, at most ${MOST_ROWS} are read`);
  const gathered = new Gathered();
  for (const row of written) gathered.add(row, options);
  const { rows } = gathered;
  if (rows.size === 0 && written.length > 0) throw nothingUsable(written, options);
  return gathered;
}

class Gathered implements TableRows {
  readonly rows = new Map<string, TableValue>();
  readonly duplicates = { count: 0, examples: [] as Duplicate[] };
  unusable = 0;
  leftOut = 0;

  add(row: Row, options: RowOptions): void {
    if (options.where !== undefined && !counts(row, options.where)) {
      this.leftOut++;
      return;
    }
    const key = keyOf(row, options);
    const value = valueIn(row, options, key);
    const folded = key === undefined ? '' : fold(String(key));
    if (folded === '' || value === undefined) {
      this.unusable++;
      return;
    }
    const before = this.rows.get(folded);
    if (before === undefined) this.rows.set(folded, value);
    else if (before !== value) this.#again({ key: String(key), counts: before, ignored: value });
  }

  #again(duplicate: Duplicate): void {
    this.duplicates.count++;
    if (this.duplicates.examples.length < MOST_EXAMPLES) this.duplicates.examples.push(duplicate);
  }
}

function* rowsIn(source: unknown, { rows }: RowOptions): Iterable<Row> {
  if (Array.isArray(source)) for (const it of source) yield { it };
  else if (isRecord(source)) for (const [name, it] of Object.entries(source)) yield { name, it };
  else
    throw new TableFault(
      `${rows === undefined ? 'it' : `\`${rows}\``} is neither a list nor a mapping`,
      'rows',
    );
}

/** `a.b.c`; a name with dots in it is found too. */
function at(data: unknown, path: string): unknown {
  if (isRecord(data) && Object.hasOwn(data, path)) return data[path];
  let value = data;
  for (const step of path.split('.')) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

const isValue = (value: unknown): value is TableValue =>
  (typeof value === 'string' && value.trim() !== '') ||
  typeof value === 'number' ||
  typeof value === 'boolean';

const usable = (value: unknown): TableValue | undefined =>
  isValue(value) ? (typeof value === 'string' ? value.trim() : value) : undefined;

function keyOf({ name, it }: Row, { key }: RowOptions): TableValue | undefined {
  if (key !== undefined) return usable(at(it, key));
  return name ?? usable(it);
}

function valueIn(
  { name, it }: Row,
  { value }: RowOptions,
  key: TableValue | undefined,
): TableValue | undefined {
  if (value !== undefined) return usable(at(it, value));
  // `{ BTC: XBTUSDTM }`: what stands beside the name.
  return name !== undefined && isValue(it) ? usable(it) : key;
}

function counts({ it }: Row, where: NonNullable<RowOptions['where']>): boolean {
  return Object.entries(where).every(([path, wanted]) => {
    const value = at(it, path);
    const list = Array.isArray(wanted) ? wanted : [wanted];
    return isValue(value) && list.some((one) => fold(String(one)) === fold(String(value)));
  });
}

function noRows(data: unknown, path: string): TableFault {
  const there = isRecord(data) ? Object.keys(data) : [];
  const message = `there is no \`${path}\` in it`;
  return new TableFault(message, 'rows', didYouMean(path, there) ?? listed('at the top there is', there));
}

/** The first row tells. */
function nothingUsable([first]: readonly Row[], options: RowOptions): TableFault {
  const it = first?.it;
  const members = isRecord(it) ? Object.keys(it) : [];
  for (const option of ['key', 'value'] as const) {
    const path = options[option];
    if (path !== undefined && usable(at(it, path)) === undefined) {
      const hint = didYouMean(path, members) ?? listed('a row has', members);
      return new TableFault(`no row has a \`${path}\``, option, hint);
    }
  }
  if (options.where !== undefined)
    return new TableFault('no row is as `where` wants it', 'where', listed('a row has', members));
  const needsKey = members.length > 0 && options.key === undefined;
  return needsKey
    ? new TableFault(
        'its rows are mappings: name the member that is the key',
        'key',
        listed('a row has', members),
      )
    : new TableFault('no row has a text or a number in it', 'key');
}

const MOST_LISTED = 12;

const listed = (words: string, names: readonly string[]): string | undefined =>
  names.length === 0
    ? undefined
    : `${words}: ${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ', …' : ''}`;
