/** The JSON Schema for editors sees a config as it is written: wherever a form or a word is required, `${NAME}` may stand for it. */
import { isRecord } from '../platform/wire-values.ts';

type Schema = Readonly<Record<string, unknown>>;

const REFERENCE = String.raw`\$\{`;

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = ['additionalProperties', 'items', 'then'];
const SEVERAL = ['anyOf', 'oneOf', 'allOf'];
const NAMED = ['properties', 'definitions', 'patternProperties'];

export function withReferences(schema: Schema): Record<string, unknown> {
  const inner = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, within(key, part)]));
  const { pattern, enum: words, type, ...rest } = inner;
  if (typeof pattern === 'string') return { ...inner, pattern: `${pattern}|${REFERENCE}` };
  if (type !== 'string' || !Array.isArray(words)) return inner;
  return {
    ...rest,
    anyOf: [
      { type, enum: words },
      { type, pattern: REFERENCE },
    ],
  };
}

function within(keyword: string, part: unknown): unknown {
  if (ONE.includes(keyword)) return referred(part);
  if (SEVERAL.includes(keyword) && Array.isArray(part)) return part.map(referred);
  if (!NAMED.includes(keyword) || !isRecord(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, referred(one)]));
}

const referred = (schema: unknown): unknown => (isRecord(schema) ? withReferences(schema) : schema);
