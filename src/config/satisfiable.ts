/** Decides whether any announcement can pass a `match`, by testing every value that could make a difference. */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import {
  describe,
  type Tree,
  textCondition,
  tickerCondition,
  valueCondition,
} from '../matching/condition.ts';
import type { TextConditionTree } from '../matching/options.ts';
import type { TableOf } from '../matching/table.ts';
import { Pattern, Text } from '../matching/text.ts';
import type { MatchOptions } from '../routing/options.ts';
import { HAS_GLOBS, leavesOf, TEXT_FIELDS, wordsOf } from './match-words.ts';
import { findsAnything, oddPattern } from './odd-patterns.ts';
import { oddWord, type TextField } from './odd-words.ts';

export interface Contradiction {
  readonly field: keyof MatchOptions;
  readonly message: string;
}

/** Values that no config names: they stand for all the others. */
const OTHERS = ['qzxj7', 'qzxj8', 'Qzxj nine'];
const OTHER_COUNT = 999_983;

/** Results by condition: thousands of rules share theirs. */
export type KnownValues = Map<string, boolean>;

/** `undefined` when an announcement can pass, or when that cannot be decided. `tableOf`: the tables whose rows are known. */
export function contradictionIn(
  match: MatchOptions,
  known: KnownValues,
  tableOf: TableOf,
): Contradiction | undefined {
  for (const field of TEXT_FIELDS) {
    const tree = match[field];
    if (tree !== undefined && !canMatchOnce(field, tree, known, tableOf))
      return { field, message: `no ${field} can be ${describe(tree)}` };
  }
  for (const field of ['abnormal', 'redacted', 'update', 'test'] as const) {
    const tree = match[field];
    if (tree !== undefined && ![true, false].some((value) => valueCondition<boolean>(tree).test(value)))
      return { field, message: `\`${field}\` can be neither true nor false` };
  }
  const count = match.tickerCount;
  if (count === undefined) return undefined;
  const possible = [0, 1, 2, OTHER_COUNT, ...numbersIn(count)].filter((value) =>
    valueCondition<number>(count).test(value),
  );
  if (possible.length === 0) return { field: 'tickerCount', message: `no number can be ${describe(count)}` };
  if (match.ticker !== undefined && possible.every((value) => value === 0))
    return { field: 'tickerCount', message: 'a `ticker` condition needs a ticker, and tickerCount is 0' };
  return undefined;
}

function* numbersIn(tree: Tree<number>): Iterable<number> {
  if (typeof tree === 'number') yield tree;
  else if (isList(tree)) for (const inner of tree) yield* numbersIn(inner);
  else {
    if (tree.not !== undefined) yield* numbersIn(tree.not);
    if (tree.any !== undefined) yield* numbersIn(tree.any);
  }
}

/** The mistake in one text or pattern of a condition, if it has one. */
export const oddityOf = (field: TextField, kind: 'word' | 'pattern', text: string) =>
  kind === 'word' ? oddWord(field, text) : oddPattern(field, text);

function canMatchOnce(
  field: TextField,
  tree: TextConditionTree,
  known: KnownValues,
  tableOf: TableOf,
): boolean {
  if (namesWord(field, tree)) return true;
  const key = field + JSON.stringify(tree);
  const answer = known.get(key) ?? canMatch(field, tree, tableOf);
  known.set(key, answer);
  return answer;
}

/** A word, or a list with one, that an announcement can have. */
const namesWord = (field: TextField, tree: TextConditionTree): boolean =>
  typeof tree === 'string'
    ? !tree.includes('*') && oddWord(field, tree)?.never !== true
    : isList(tree) && tree.some((inner) => typeof inner === 'string' && namesWord(field, inner));

function canMatch(field: TextField, tree: TextConditionTree, tableOf: TableOf): boolean {
  const leaves = [...leavesOf(tree, [])];
  if (!isPossible(field, tree)) return false;
  const tables = leaves.filter(({ kind }) => kind === 'table').map(({ text }) => tableOf(text));
  const known = tables.filter((table) => table !== undefined);
  if (known.length < tables.length) return true;
  // The texts that a pattern finds cannot be listed; words can all be tried.
  const onlyThese = wordsOf(tree) !== undefined;
  const hasPattern = leaves.some(({ kind, text }) => kind === 'pattern' && !findsAnything(text));
  const hasGlob = leaves.some(({ kind, text }) => kind === 'word' && text.includes('*'));
  if (hasPattern && (!onlyThese || hasGlob)) return true;
  const words = leaves
    .filter(({ kind, text }) => kind === 'word' && !oddityOf(field, kind, text)?.never)
    .map(({ text }) => text);
  const compile = HAS_GLOBS.has(field) ? tickerCondition : textCondition;
  const condition = compile(tree, (source) => patternOf(source), tableOf);
  const usual: readonly string[] =
    field === 'publisher' ? PUBLISHERS : field === 'listingType' ? LISTING_TYPES : [];
  for (const word of [...words.flatMap((one) => variantsOf(field, one)), ...usual, ...OTHERS])
    if (condition.test(new Text(word))) return true;
  return known.some((table) => table.keys().some((key) => condition.test(new Text(key))));
}

/** A malformed one is reported elsewhere. */
function patternOf(source: string): Pattern {
  try {
    return new Pattern(source);
  } catch {
    return new Pattern('');
  }
}

const variantsOf = (field: TextField, word: string): readonly string[] =>
  HAS_GLOBS.has(field) && word.includes('*')
    ? ['', 'Q7', 'ZX9'].map((filling) => word.replaceAll('*', filling))
    : [word];

/** Judged by form alone: an impossible word or pattern makes every condition that requires it impossible. */
function isPossible(field: TextField, tree: TextConditionTree): boolean {
  if (typeof tree === 'string') return oddWord(field, tree)?.never !== true;
  if (isList(tree)) return tree.some((inner) => isPossible(field, inner));
  if (tree.matches !== undefined && oddPattern(field, tree.matches)?.never === true) return false;
  return tree.any === undefined || tree.any.some((inner) => isPossible(field, inner));
}

/** Array.isArray does not narrow a readonly array. */
function isList<Item>(tree: Item | readonly Item[]): tree is readonly Item[] {
  return Array.isArray(tree);
}
