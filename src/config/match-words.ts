/** Walks over the conditions of a `match`, for the checks that look into them. */

import { namesOf } from '../matching/condition.ts';
import type { TextConditionNode, TextConditionTree } from '../matching/options.ts';
import type { MatchOptions } from '../routing/options.ts';
import type { Path } from './problem.ts';

type Kind = 'word' | 'pattern' | 'table';
type Leaf = { readonly kind: Kind; readonly text: string; readonly path: Path };
type Wanted = (kind: Kind, text: string) => boolean;

const NONE: readonly Leaf[] = [];

export const TEXT_FIELDS = [
  'publisher',
  'listingType',
  'ticker',
  'market',
  'title',
  'feed',
] as const satisfies readonly (keyof MatchOptions)[];

/** Fields in which `*` stands for anything. */
export const HAS_GLOBS: ReadonlySet<(typeof TEXT_FIELDS)[number]> = new Set(['ticker', 'market']);

/** Every text, pattern and table in a condition, also under `not`. */
export const leavesOf = (condition: TextConditionTree, path: Path): readonly Leaf[] =>
  leavesWhere(condition, () => true, path);

/** Those that are wanted. Ten thousand rules have 100,000, and nearly all are as they should be: only the others get a path. */
export function leavesWhere(condition: TextConditionTree, isWanted: Wanted, path: Path): readonly Leaf[] {
  if (!hasLeaf(condition, isWanted)) return NONE;
  const found: Leaf[] = [];
  look(condition, [], (kind, text, steps) => {
    if (isWanted(kind, text)) found.push({ kind, text, path: [...path, ...steps] });
  });
  return found;
}

/** Whether there is one that is wanted. */
export function hasLeaf(condition: TextConditionTree, isWanted: Wanted): boolean {
  if (typeof condition === 'string') return isWanted('word', condition);
  if (isList(condition)) return condition.some((inner) => hasLeaf(inner, isWanted));
  const { matches, in: tables, not, any } = condition;
  return (
    (matches !== undefined && isWanted('pattern', matches)) ||
    (tables !== undefined && namesOf(tables).some((table) => isWanted('table', table))) ||
    (not !== undefined && hasLeaf(not, isWanted)) ||
    (any?.some((inner) => hasLeaf(inner, isWanted)) ?? false)
  );
}

type Take = (kind: Kind, text: string, steps: Path) => void;

/** `steps`: from the condition to this part of it; the list is the same in each call of `take`. */
function look(condition: TextConditionTree, steps: (string | number)[], take: Take): void {
  if (typeof condition === 'string') take('word', condition, steps);
  else if (isList(condition)) lookInEach(condition, steps, take);
  else {
    const { matches, in: tables, not, any } = condition;
    if (matches !== undefined) takeAt('matches', 'pattern', matches, steps, take);
    if (typeof tables === 'string') takeAt('in', 'table', tables, steps, take);
    else if (tables !== undefined) {
      steps.push('in');
      for (const [at, table] of tables.entries()) takeAt(at, 'table', table, steps, take);
      steps.pop();
    }
    if (not !== undefined) lookAt('not', not, steps, take);
    if (any !== undefined) {
      steps.push('any');
      lookInEach(any, steps, take);
      steps.pop();
    }
  }
}

function lookInEach(list: readonly TextConditionTree[], steps: (string | number)[], take: Take): void {
  for (let at = 0; at < list.length; at++) {
    const inner = list[at];
    if (inner !== undefined) lookAt(at, inner, steps, take);
  }
}

function lookAt(
  step: string | number,
  inner: TextConditionTree,
  steps: (string | number)[],
  take: Take,
): void {
  steps.push(step);
  look(inner, steps, take);
  steps.pop();
}

function takeAt(
  step: string | number,
  kind: Kind,
  text: string,
  steps: (string | number)[],
  take: Take,
): void {
  steps.push(step);
  take(kind, text, steps);
  steps.pop();
}

/** The words of which the value must be one, lower case; `undefined` when others may pass. */
export function wordsOf(condition: TextConditionTree): ReadonlySet<string> | undefined {
  if (typeof condition === 'string') return new Set([condition.toLowerCase()]);
  if (!isList(condition)) return condition.any === undefined ? undefined : wordsOf(condition.any);
  const words = new Set<string>();
  for (const inner of condition) {
    const some = wordsOf(inner);
    if (some === undefined) return undefined;
    for (const word of some) words.add(word);
  }
  return words;
}

/** Array.isArray does not narrow a readonly array. */
function isList(
  condition: readonly TextConditionTree[] | TextConditionNode,
): condition is readonly TextConditionTree[] {
  return Array.isArray(condition);
}
