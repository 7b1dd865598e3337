/** Rows that are odd, in words: each a sentence without its subject. */
import type { TableValue } from '../matching/table.ts';
import { printable } from '../platform/printable.ts';
import type { TableRows } from './rows.ts';

/** Rows that do not count, or not as they are written. */
export type OddRows = Pick<TableRows, 'duplicates' | 'unusable'>;

export function remarksOf({ duplicates, unusable }: OddRows): readonly string[] {
  const { count, examples } = duplicates;
  const [first] = examples;
  return [
    ...(first === undefined
      ? []
      : [
          `${count} ${count === 1 ? 'key comes' : 'keys come'} again with another value: the first counts (${examples
            .map(({ key, counts, ignored }) => `${shown(key)} is ${shown(counts)}, not ${shown(ignored)}`)
            .join('; ')}${count > examples.length ? '; …' : ''})`,
        ]),
    ...(unusable === 0
      ? []
      : [
          `${unusable} ${unusable === 1 ? 'row has no key or no value, and is' : 'rows have no key or no value, and are'} left out`,
        ]),
  ];
}

/** Of anybody. */
const LONGEST = 40;

const shown = (value: TableValue): string => {
  const text = printable(String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};
