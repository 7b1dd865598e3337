/**
 * The filter `lookup`: a value from a table of the config. What a table does not have is nothing, as an undefined
 * variable is; but the request of one ticker (`forEach: ticker`) is then not made at all, unless the template says what
 * to take instead: an order for no symbol, or for half of one, must never leave.
 */
import type { Context, Liquid } from 'liquidjs';
import { NoSymbol } from '../delivery/message.ts';
import type { Table, TableOf, TableValue } from '../matching/table.ts';
import { fold } from '../matching/text.ts';
import { tagsIn } from './tags.ts';

/** Of a scope: its tables. No name that a template could read. */
export const TABLES: unique symbol = Symbol('tables');

export interface TableScope {
  readonly ticker?: string | undefined;
  readonly [TABLES]?: TableOf | undefined;
}

interface Filter {
  readonly context: Context;
  readonly token: { readonly input: string; readonly end: number };
}

export function registerLookup(engine: Liquid): void {
  engine.registerFilter('lookup', lookup as Parameters<Liquid['registerFilter']>[1]);
}

function lookup(this: Filter, key: unknown, name: unknown, ...[instead]: readonly unknown[]): unknown {
  const { ticker, [TABLES]: tableOf } = this.context.environments as TableScope;
  const table = tableOf?.(String(name));
  if (Array.isArray(key)) return key.map((one) => found(table, one)).filter((value) => value !== undefined);
  const value = found(table, key) ?? instead;
  if (value !== undefined || ticker === undefined || hasDefault(this.token)) return value;
  const which = table === undefined ? String(name) : `${table.name} (${table.describe()})`;
  throw new NoSymbol(`${String(key)} is not in ${which}`);
}

const found = (table: Table | undefined, key: unknown): TableValue | undefined =>
  key === undefined || key === null ? undefined : table?.get(fold(String(key)));

/** `| default:` comes next. */
const hasDefault = ({ input, end }: Filter['token']): boolean =>
  /^\s*\|\s*default\b/.test(input.slice(end, end + 40));

export interface WrittenLookup {
  /** The name of the table; `undefined`: it is not written there in quotes. */
  readonly table: string | undefined;
  /** The part of the text that names it; empty: there is none. */
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

const LOOKUP = /\|\s*lookup\b(?:\s*:\s*("[^"]*"|'[^']*'|[^\s,|}%]*))?/g;

/** Every `lookup` of a template, as it is written. */
export function* lookupsIn(template: string): Iterable<WrittenLookup> {
  if (!template.includes('lookup')) return;
  for (const tag of tagsIn(template))
    for (const { 0: whole, 1: text = '', index } of tag.text.matchAll(LOOKUP)) {
      const isQuoted = /^["']/.test(text);
      const at = tag.at + index + whole.length - text.length;
      yield { table: isQuoted ? text.slice(1, -1) : undefined, text, at };
    }
}
