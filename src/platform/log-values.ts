/** Fields of a log line as text for people. They may hold anything, also text of others; none of this throws. */
import { formatDuration } from './duration.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Longer values are cut; the JSON form has all of them. In UTF-16 units. */
const LONGEST = 1000;

/** So many of a list are shown: more than any list of names that the bridge itself has cut. */
const MOST_ITEMS = 24;

/** A value as text; `''` for one that is not there. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'function') return '';
  if (typeof value === 'string') return shortened(value);
  if (Array.isArray(value)) return shortened(itemsOf(value).join(', '));
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => [key, valueText(inner)] as const);
  return shortened(pairs.flatMap(([key, text]) => (text === '' ? [] : [`${key} ${text}`])).join(', '));
}

/** The items of a list as text, the first of many; those of anything else: none. */
export function itemsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const shown = value.slice(0, MOST_ITEMS).map(valueText);
  const rest = value.length - shown.length;
  return rest === 0 ? shown : [...shown, `… and ${rest} more`];
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** `3.2 ms`; from a second on `1.2s`, `5m`. */
export const msText = (ms: number): string =>
  Math.abs(ms) < 1000 ? `${ms.toFixed(Math.abs(ms) < 100 ? 1 : 0)} ms` : formatDuration(ms);

/** Two spans with names or a sign between: the unit stands once where both have the same. */
export function twoMsText(
  first: number,
  second: number,
  join: (first: string, second: string) => string,
): string {
  const isShort = Math.abs(first) < 1000 && Math.abs(second) < 1000;
  return join(isShort ? msText(first).replace(/ ms$/, '') : msText(first), msText(second));
}

const shortened = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
