/** How people write tables: what is in them, or where they come from. */
import { z } from 'zod';
import type { TableValue } from '../matching/table.ts';
import { duration, plainUrl, text } from '../platform/fields.ts';
import { Secret } from '../platform/secret.ts';
import { wayOptions } from '../platform/way.ts';

const TABLE_FORMATS = ['csv', 'json', 'yaml', 'lines'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

const LIST_HELP = 'must be text, a number or true or false';

/** YAML reads `1INCH` as text and `0` as a number: both are symbols. */
const entry = z
  .union([text(), z.number(), z.boolean()], { error: LIST_HELP })
  .transform((value): TableValue => value);

const path = text();

/** Of what is read, whatever brings it. */
const contentShape = {
  format: z
    .enum(TABLE_FORMATS)
    .optional()
    .describe('default: by the name of the file or the type of the answer, else by what is in it'),
  rows: path
    .optional()
    .describe('path to the rows in JSON or YAML, such as `data` or `result.list`; default: the whole'),
  key: path
    .optional()
    .describe(
      'column or member that has the key; default: the first column, the entry itself, or the name in a mapping',
    ),
  value: path
    .optional()
    .describe(
      'column or member that `lookup` gives; default: the key, or what stands beside it in a mapping',
    ),
  where: z
    .record(z.string(), z.union([entry, z.array(entry).min(1)]), {
      error: 'must be a mapping: column or member, then the value that it must have, or a list of these',
    })
    .optional()
    .describe('rows that count: those in which each of these has this value, or one of these'),
};

const FILE_HELP = 'must be the path of a file; for an address write `url`';

const fileShape = {
  file: z
    .string({ error: FILE_HELP })
    .min(1, 'must not be empty')
    .describe("relative to the config's folder"),
  ...contentShape,
};

export const fileTableOptions = z.strictObject(fileShape);

const urlShape = {
  url: plainUrl('https:', 'http:').describe('address that answers a GET with the rows'),
  headers: z
    .record(
      z.string(),
      z.string().transform((value) => new Secret(value)),
    )
    .default({})
    .describe('headers of the request, a key for example'),
  refresh: duration()
    .refine((ms) => !(ms < SHORTEST_REFRESH_MS), 'must be at least 1s')
    .default(600_000)
    .describe('how often it is fetched'),
  staleAfter: duration()
    .optional()
    .describe('older rows than this are reported; default: three times `refresh`'),
  timeout: duration().default(30_000).describe('for one fetch'),
  ...contentShape,
  ...wayOptions,
};

const SHORTEST_REFRESH_MS = 1000;

export const urlTableOptions = z.strictObject(urlShape);

/** An inline mapping. */
const mapping = z.record(z.string().min(1, 'must not be empty'), entry, {
  error: 'must be a list, a mapping, or one with `file` or `url`',
});

const list = z.array(entry);

/** Rows that a test gives. */
export const rowsOfTest = z.union([list, z.record(z.string().min(1, 'must not be empty'), entry)], {
  error: 'must be a list of entries, or a mapping of entries with their values',
});

export type FileTableOptions = z.output<typeof fileTableOptions>;
export type UrlTableOptions = z.output<typeof urlTableOptions>;
export type InlineTableOptions = z.output<typeof mapping> | z.output<typeof list>;
export type TableOptions = InlineTableOptions | FileTableOptions | UrlTableOptions;

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isUrlTable = (options: TableOptions): options is UrlTableOptions =>
  isMapping(options) && 'refresh' in options && typeof options['refresh'] === 'number' && 'url' in options;

export const isFileTable = (options: TableOptions): options is FileTableOptions =>
  isMapping(options) && !isUrlTable(options) && typeof options['file'] === 'string';

/** For editors, and for the reference of the config. */
export const writtenTable = z.union([list, fileTableOptions, urlTableOptions, mapping]);

/** The form that is meant, by its keys: a mistake in one key must not make a mapping of an address. */
function meant(value: unknown): z.ZodType<TableOptions> {
  if (Array.isArray(value)) return list;
  if (!isMapping(value)) return mapping;
  const keys = Object.keys(value);
  if (keys.includes('url')) return urlTableOptions;
  return keys.some((key) => OF_SOURCES.has(key)) ? fileTableOptions : mapping;
}

const OF_SOURCES: ReadonlySet<string> = new Set(Object.keys({ ...fileShape, ...urlShape }));

export const tableOptions = z.unknown().transform((value, { issues }): TableOptions => {
  // Not `safeParse`: the words for what is wrong are those of the whole config.
  const parsed = meant(value)._zod.run({ value, issues: [] }, { async: false });
  if (parsed instanceof Promise) throw new Error('the options of tables are read at once');
  issues.push(...parsed.issues);
  // With issues it is not looked at.
  return parsed.value as TableOptions;
});
