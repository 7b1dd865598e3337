/** The text of a table, in any of its formats → its rows. Pure. Throws `TableFault`. */
import { parse } from 'yaml';
import { messageOf } from '../platform/message-of.ts';
import { didYouMean } from '../platform/suggest.ts';
import { csvRecords } from './csv.ts';
import { TableFault } from './fault.ts';
import type { TableFormat } from './options.ts';
import { type RowOptions, rowsOf, type TableRows } from './rows.ts';

export interface ReadOptions extends RowOptions {
  readonly format?: TableFormat | undefined;
}

/** As a person reads it, for where a file is too large to be a table. */
export const MOST_BYTES = 20_000_000;

/** `name`: of the file, or the path of the address; `type`: of the answer. */
export function readTable(text: string, options: ReadOptions, name: string, type = ''): TableRows {
  const bare = text.replace(/^\ufeff/, '');
  const format = options.format ?? formatOf(bare, options, name, type);
  if (format !== 'json' && format !== 'yaml' && options.rows !== undefined)
    throw new TableFault(`\`rows\` is a path in JSON or YAML, and this is ${NAMES[format]}`, 'rows');
  refuseMarkup(bare, NAMES[format]);
  const { rows, ...rest } = format === 'csv' ? rowsOfCsv(bare, options) : rowsOf(DATA[format](bare), options);
  if (rows.size === 0) throw new TableFault('it has no rows');
  return { rows, ...rest };
}

const NAMES: Readonly<Record<TableFormat, string>> = {
  csv: 'CSV',
  json: 'JSON',
  yaml: 'YAML',
  lines: 'a list of lines',
};

const ENDINGS: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  txt: 'lines',
  list: 'lines',
};

function formatOf(text: string, { key, value }: RowOptions, name: string, type: string): TableFormat {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const byName = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (byName !== undefined && (byName !== 'lines' || key === undefined)) return byName;
  if (/json/.test(type)) return 'json';
  if (/csv|tab-separated/.test(type)) return 'csv';
  if (/yaml/.test(type)) return 'yaml';
  if (/^\s*[[{]/.test(text)) return 'json';
  return key === undefined && value === undefined ? 'lines' : 'csv';
}

const DATA: Readonly<Record<Exclude<TableFormat, 'csv'>, (text: string) => unknown>> = {
  json: (text) => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new TableFault(`it is not valid JSON: ${messageOf(error)}`, 'format');
    }
  },
  yaml: (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new TableFault(`it is not valid YAML: ${messageOf(error).split('\n', 1)[0]}`, 'format');
    }
  },
  lines: (text) =>
    text
      .split(/\r\n|\r|\n/)
      .map((line) => line.replace(/(?:^|\s)#.*/s, '').trim())
      .filter((line) => line !== ''),
};

/** The first line names the columns; without `key` the first column is meant. */
function rowsOfCsv(text: string, options: ReadOptions): TableRows {
  const [header, ...records] = csvRecords(text);
  if (header === undefined) throw new TableFault('it is empty');
  const columns = header.fields;
  const { key = columns[0] ?? '', value, where = {} } = options;
  const check = (option: 'key' | 'value' | 'where', column: string) => {
    if (!columns.includes(column)) throw noColumn(option, column, columns);
  };
  check('key', key);
  if (value !== undefined) check('value', value);
  for (const column of Object.keys(where)) check('where', column);
  return rowsOf(
    records.map(({ fields }) => recordOf(columns, fields)),
    { ...options, key },
  );
}

const recordOf = (columns: readonly string[], fields: readonly string[]) =>
  Object.fromEntries(columns.map((column, index) => [column, fields[index]]));

function noColumn(option: 'key' | 'value' | 'where', column: string, columns: readonly string[]): TableFault {
  const hint = didYouMean(column, columns) ?? `its columns are: ${columns.slice(0, 12).join(', ')}`;
  return new TableFault(`there is no column \`${column}\` in it`, option, hint);
}

/** A page that says that something is wrong, or wants a login. */
function refuseMarkup(text: string, wanted: string): void {
  if (/^\s*<(!doctype|html|\?xml|head|body)\b/i.test(text))
    throw new TableFault(`it is a web page, not ${wanted}`);
}
