/** Knowledge of the destination types about secrets: their shapes, and the options that hold them. */
import type { z } from 'zod';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { TypePatterns } from '../destinations/type-patterns.ts';

export interface SecretKnowledge {
  readonly patterns: readonly TypePatterns[];
  /** Options of destinations that a schema marks as secret. */
  readonly keys: ReadonlySet<string>;
}

export const secretKnowledge = (types: DestinationRegistry): SecretKnowledge => ({
  patterns: Array.from(types.values(), ({ patterns }) => patterns),
  keys: new Set([...types.values()].flatMap(({ schema }) => secretKeys(schema.shape))),
});

const secretKeys = (shape: z.ZodRawShape): string[] =>
  Object.keys(shape).filter((key) => isSecret(shape[key] as z.ZodType | undefined));

/** Marked itself, or within `optional()`, `default()` and the like. */
function isSecret(schema: z.ZodType | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.meta()?.['secret'] === true) return true;
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  return isSecret(innerType) || isSecret(input);
}
