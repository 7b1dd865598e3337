/** Walks over the conditions of a `match`, for the checks that look into them. */

import { namesOf } from '../matching/condition.ts';
import type { TextConditionNode, TextConditionTree } from '../matching/options.ts';
import type { MatchOptions } from '../routing/options.ts';
import type { Path } from './problem.ts';

type Leaf = { readonly kind: 'word' | 'pattern' | 'table'; readonly text: string; readonly path: Path };

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
export function* leavesOf(condition: TextConditionTree, path: Path): Iterable<Leaf> {
  if (typeof condition === 'string') yield { kind: 'word', text: condition, path };
  else if (isList(condition))
    for (const [index, inner] of condition.entries()) yield* leavesOf(inner, [...path, index]);
  else {
    if (condition.matches !== undefined)
      yield { kind: 'pattern', text: condition.matches, path: [...path, 'matches'] };
    if (condition.in !== undefined)
      for (const [index, text] of namesOf(condition.in).entries())
        yield {
          kind: 'table',
          text,
          path: [...path, 'in', ...(typeof condition.in === 'string' ? [] : [index])],
        };
    if (condition.not !== undefined) yield* leavesOf(condition.not, [...path, 'not']);
    if (condition.any !== undefined) yield* leavesOf(condition.any, [...path, 'any']);
  }
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
