/** Knowledge of the types of destinations and feeds about secrets: their shapes, and the options that hold them. */
import type { z } from 'zod';
import { clusterOptions } from '../cluster/options.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { TypePatterns } from '../destinations/type-patterns.ts';
import { feedFields } from '../feeds/index.ts';

export interface SecretKnowledge {
  readonly patterns: readonly TypePatterns[];
  /** Options that a schema marks as secret, by the section of the file. */
  readonly keys: Readonly<Record<'destinations' | 'feeds' | 'cluster', ReadonlySet<string>>>;
}

/** `feeds`: the fields of each type of feed. */
export const secretKnowledge = (
  types: DestinationRegistry,
  feeds: Readonly<Record<string, z.ZodRawShape>> = feedFields,
): SecretKnowledge => ({
  patterns: Array.from(types.values(), ({ patterns }) => patterns),
  keys: {
    destinations: new Set([...types.values()].flatMap(({ schema }) => secretKeys(schema.shape))),
    feeds: new Set(Object.values(feeds).flatMap(secretKeys)),
    cluster: new Set(secretKeys(clusterOptions.shape)),
  },
});

const secretKeys = (shape: z.ZodRawShape): string[] =>
  Object.keys(shape).filter((key) => isSecret(shape[key] as z.ZodType | undefined));

/** Marked itself, or within `optional()`, `default()`, a union and the like. */
function isSecret(schema: z.ZodType | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.meta()?.['secret'] === true) return true;
  const {
    innerType,
    in: input,
    options = [],
  } = schema.def as {
    innerType?: z.ZodType;
    in?: z.ZodType;
    options?: readonly z.ZodType[];
  };
  return [innerType, input, ...options].some(isSecret);
}
