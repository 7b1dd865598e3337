/**
 * One condition of a `match`, compiled: a list is OR, the keys of an object are AND, `not`, `any` and `matches`
 * nest. Cheap parts are evaluated before regular expressions.
 */
import { NO_TABLES, type TableOf } from './table.ts';
import { fold, glob, Pattern, type Text } from './text.ts';

/** The shapes of `options.ts` in one: those for numbers and booleans have no `matches`. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | TreeObject<Leaf>;

interface TreeObject<Leaf> {
  readonly not?: Tree<Leaf> | undefined;
  readonly in?: string | readonly string[] | undefined;
  readonly matches?: string | undefined;
  readonly any?: readonly Tree<Leaf>[] | undefined;
}

export interface Condition<Value> {
  test(value: Value): boolean;
  /** 0 compares, 1 scans, `PATTERN_COST` runs a regular expression; a whole costs as its dearest part. */
  readonly cost: number;
  /** The folded texts of which the value must be one; `undefined` when others may pass too. */
  readonly literals: ReadonlySet<string> | undefined;
  /** Words of which one must be in the text (`Text.lowered`), where that is known. */
  readonly words?: readonly string[] | undefined;
}

const SCAN_COST = 1;
const PATTERN_COST = 2;

type Compile<Value, Leaf> = (leaf: Leaf) => Condition<Value>;
export type PatternOf = (source: string) => Pattern;

/** Patterns are shared by source, so that a thousand rules with one pattern run it once an announcement. */
export function sharedPatterns(): PatternOf {
  const patterns = new Map<string, Pattern>();
  return (source) => {
    const pattern = patterns.get(source) ?? new Pattern(source);
    patterns.set(source, pattern);
    return pattern;
  };
}

export function textCondition(
  tree: Tree<string>,
  patternOf: PatternOf,
  tableOf: TableOf = NO_TABLES,
): Condition<Text> {
  return compile(tree, { leaf: equals, pattern: found(patternOf), table: inTable(tableOf) });
}

/** As text, with `*` for any run of characters. */
export function tickerCondition(
  tree: Tree<string>,
  patternOf: PatternOf,
  tableOf: TableOf = NO_TABLES,
): Condition<Text> {
  const leaf = (wanted: string) => (wanted.includes('*') ? like(wanted) : equals(wanted));
  return compile(tree, { leaf, pattern: found(patternOf), table: inTable(tableOf) });
}

export function valueCondition<Value extends number | boolean>(tree: Tree<Value>): Condition<Value> {
  const leaf: Compile<Value, Value> = (wanted) => ({
    test: (value) => value === wanted,
    cost: 0,
    literals: undefined,
  });
  return compile(tree, { leaf, pattern: () => NEVER, table: () => NEVER });
}

/** `upbit or bithumb`, `not (USDT or USDC)`, `matches /KRW|원화/`, `in perps (file ./perps.csv, 412 rows, 3m old)`. */
export function describe(tree: Tree<string | number | boolean>, tableOf: TableOf = NO_TABLES): string {
  const recur = (inner: typeof tree) => describe(inner, tableOf);
  const grouped = (inner: typeof tree) => (isSimple(inner) ? recur(inner) : `(${recur(inner)})`);
  if (typeof tree !== 'object') return String(tree);
  if (isList(tree)) return tree.map(grouped).join(' or ');
  return [
    ...(tree.in === undefined ? [] : [`in ${namesOf(tree.in).map(inWords(tableOf)).join(' or ')}`]),
    ...(tree.not === undefined ? [] : [`not ${grouped(tree.not)}`]),
    ...(tree.matches === undefined ? [] : [`matches /${tree.matches}/`]),
    ...(tree.any === undefined ? [] : [grouped(tree.any)]),
  ].join(' and ');
}

const inWords = (tableOf: TableOf) => (name: string) => {
  const table = tableOf(name);
  return table === undefined ? name : `${name} (${table.describe()})`;
};

const isSimple = (tree: Tree<string | number | boolean>): boolean =>
  typeof tree !== 'object' || (isList(tree) && tree.length === 1);

interface Compilers<Value, Leaf> {
  readonly leaf: Compile<Value, Leaf>;
  readonly pattern: Compile<Value, string>;
  readonly table: Compile<Value, string>;
}

function compile<Value, Leaf extends string | number | boolean>(
  tree: Tree<Leaf>,
  by: Compilers<Value, Leaf>,
): Condition<Value> {
  const recur = (inner: Tree<Leaf>) => compile(inner, by);
  if (typeof tree !== 'object') return by.leaf(tree);
  if (isList(tree)) return or(tree.map(recur));
  const parts: Condition<Value>[] = [];
  if (tree.any !== undefined) parts.push(or(tree.any.map(recur)));
  if (tree.in !== undefined) parts.push(or(namesOf(tree.in).map(by.table)));
  if (tree.not !== undefined) parts.push(not(recur(tree.not)));
  if (tree.matches !== undefined) parts.push(by.pattern(tree.matches));
  return and(parts);
}

/** The tables of an `in`. */
export const namesOf = (names: string | readonly string[]): readonly string[] =>
  typeof names === 'string' ? [names] : names;

const NEVER: Condition<unknown> = { test: () => false, cost: 0, literals: new Set() };

function equals(wanted: string): Condition<Text> {
  const folded = fold(wanted);
  return { test: (text) => text.folded === folded, cost: 0, literals: new Set([folded]) };
}

function like(wanted: string): Condition<Text> {
  const fits = glob(wanted);
  return { test: (text) => fits(text.folded), cost: SCAN_COST, literals: undefined };
}

function found(patternOf: PatternOf): Compile<Text, string> {
  return (source) => {
    const pattern = patternOf(source);
    const { words } = pattern;
    return { test: (text) => pattern.foundIn(text), cost: PATTERN_COST, literals: undefined, words };
  };
}

/** Its rows change while the bridge runs: no rule is filed by them. Of a name that is nowhere, nothing is in it. */
function inTable(tableOf: TableOf): Compile<Text, string> {
  return (name) => {
    const table = tableOf(name);
    return { test: (text) => table?.has(text.folded) ?? false, cost: SCAN_COST, literals: undefined };
  };
}

function not<Value>(part: Condition<Value>): Condition<Value> {
  return { test: (value) => !part.test(value), cost: part.cost, literals: undefined };
}

function or<Value>(parts: readonly Condition<Value>[]): Condition<Value> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const ordered = cheapFirst(parts);
  const literals = new Set<string>();
  let open = false;
  for (const part of parts)
    if (part.literals) for (const literal of part.literals) literals.add(literal);
    else open = true;
  return {
    test: (value) => {
      for (const part of ordered) if (part.test(value)) return true;
      return false;
    },
    cost: dearest(parts),
    literals: open ? undefined : literals,
    words: parts.every(({ words }) => words) ? parts.flatMap(({ words = [] }) => words) : undefined,
  };
}

function and<Value>(parts: readonly Condition<Value>[]): Condition<Value> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const ordered = cheapFirst(parts);
  return {
    test: (value) => {
      for (const part of ordered) if (!part.test(value)) return false;
      return true;
    },
    cost: dearest(parts),
    literals: parts.find((part) => part.literals)?.literals,
    words: parts.find((part) => part.words)?.words,
  };
}

export function cheapFirst<Part extends { readonly cost: number }>(parts: readonly Part[]): readonly Part[] {
  return parts.toSorted((a, b) => a.cost - b.cost);
}

function dearest(parts: readonly Condition<never>[]): number {
  return parts.reduce((cost, part) => Math.max(cost, part.cost), 0);
}

/** Array.isArray does not narrow a readonly array. */
function isList<Leaf>(tree: readonly Tree<Leaf>[] | TreeObject<Leaf>): tree is readonly Tree<Leaf>[] {
  return Array.isArray(tree);
}
