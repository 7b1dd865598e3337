/** A text that satisfies a condition, if one is written in it. */
import { namesOf } from './condition.ts';
import type { TextConditionTree } from './options.ts';
import { NO_TABLES, type TableOf } from './table.ts';

export function literalIn(
  condition: TextConditionTree | undefined,
  tableOf: TableOf = NO_TABLES,
): string | undefined {
  if (condition === undefined || typeof condition === 'string') return condition;
  if ('length' in condition) {
    for (const one of condition) {
      const found = literalIn(one, tableOf);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const { any, in: names } = condition;
  if (any !== undefined) return literalIn(any, tableOf);
  for (const name of names === undefined ? [] : namesOf(names)) {
    const key = tableOf(name)?.someKey;
    if (key !== undefined) return key;
  }
  return undefined;
}
