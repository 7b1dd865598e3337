/** A text that satisfies a condition, if one is written in it. */
import type { TextConditionTree } from './options.ts';

export function literalIn(condition: TextConditionTree | undefined): string | undefined {
  if (condition === undefined || typeof condition === 'string') return condition;
  if ('length' in condition) {
    for (const one of condition) {
      const found = literalIn(one);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return 'any' in condition ? literalIn(condition.any) : undefined;
}
