/** Every key of a schema as a row: its path, what may be written there, its default and its meaning. Pure. */
import { z } from 'zod';
import { formatDuration } from '../../src/platform/duration.ts';

export interface Key {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
  readonly required: boolean;
}

type Schema = z.core.$ZodType;

/** The keys of a mapping and, below each, the keys of the mappings inside it. */
export function keysOf(schema: Schema, prefix = ''): Key[] {
  const object = mappingIn(schema)?.object;
  return Object.entries(object?._zod.def.shape ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const inner = mappingIn(field);
    return [
      keyOf(path, field),
      ...(inner === undefined ? [] : keysOf(inner.object, `${path}${inner.list}.`)),
    ];
  });
}

function keyOf(path: string, field: Schema): Key {
  const { meaning, fallback, optional, secret } = peel(field);
  const type = typeName(field);
  return {
    path,
    type: secret ? `${type}, secret` : type,
    fallback: defaultText(fallback, type),
    meaning,
    required: !optional,
  };
}

/** Downwards through defaults, `optional` and transforms to what a person writes; the outermost meaning and default win. */
function peel(schema: Schema) {
  let core = schema;
  let meaning = '';
  let optional = false;
  let secret = false;
  let fallback: unknown;
  for (;;) {
    const meta = z.globalRegistry.get(core);
    secret ||= meta?.['secret'] === true;
    if (!isDurationText(meta?.description)) meaning ||= meta?.description ?? '';
    if (isDuration(core)) break;
    if (core instanceof z.core.$ZodDefault || core instanceof z.core.$ZodPrefault) {
      fallback ??= core._zod.def.defaultValue;
      optional = true;
      core = core._zod.def.innerType;
    } else if (core instanceof z.core.$ZodOptional) {
      optional = true;
      core = core._zod.def.innerType;
    } else if (core instanceof z.core.$ZodPipe) core = core._zod.def.in;
    else break;
  }
  if (core instanceof z.core.$ZodUnion) secret ||= core._zod.def.options.some(isSecret);
  return { core, meaning, fallback, optional, secret };
}

const isSecret = (schema: Schema): boolean => peel(schema).secret;

const isDurationText = (description: string | undefined) => description?.startsWith('a duration:') === true;

/** As `platform/fields.ts` marks it, also when it has been given a meaning since. */
function isDuration(schema: Schema): boolean {
  for (let at: Schema | undefined = schema; at !== undefined; at = at._zod.parent)
    if (isDurationText(z.globalRegistry.get(at)?.description)) return true;
  return false;
}

function typeName(schema: Schema): string {
  const { core } = peel(schema);
  if (isDuration(core)) return 'duration';
  if (core instanceof z.core.$ZodLazy) return 'condition';
  if (core instanceof z.core.$ZodEnum) return oneOf(Object.values(core._zod.def.entries));
  if (core instanceof z.core.$ZodLiteral) return oneOf(core._zod.def.values);
  if (core instanceof z.core.$ZodBoolean) return '`true` or `false`';
  if (core instanceof z.core.$ZodNumber) return 'whole number';
  if (core instanceof z.core.$ZodString) return 'text';
  if (core instanceof z.core.$ZodArray) return `list of: ${typeName(core._zod.def.element)}`;
  if (core instanceof z.core.$ZodUnion) return unionName(core);
  if (core instanceof z.core.$ZodObject || core instanceof z.core.$ZodRecord) return 'mapping';
  return 'anything';
}

const oneOf = (values: readonly unknown[]) => values.map((value) => `\`${String(value)}\``).join(', ');

function unionName(schema: z.core.$ZodUnion): string {
  const { options } = schema._zod.def;
  const names = options.map(typeName);
  const single = names.find((name) => names.includes(`list of: ${name}`));
  if (single !== undefined) return `${single}; or a list of those`;
  if (names.includes('`true` or `false`')) return '`true` or `false`';
  // A number as text is only there because a `${NAME}` is always text.
  if (names.includes('whole number') && options.some((option) => option instanceof z.core.$ZodPipe))
    return 'whole number';
  return [...new Set(names)].join(' or ');
}

function defaultText(fallback: unknown, type: string): string {
  if (fallback === undefined || (typeof fallback === 'object' && fallback !== null)) return '';
  return `\`${typeof fallback === 'number' && type.includes('duration') ? formatDuration(fallback) : String(fallback)}\``;
}

/** The mapping that a field is, or is a list of, or may be. */
function mappingIn(
  schema: Schema,
): { readonly object: z.core.$ZodObject; readonly list: string } | undefined {
  const { core } = peel(schema);
  if (core instanceof z.core.$ZodObject) return { object: core, list: '' };
  if (core instanceof z.core.$ZodArray) {
    const inner = mappingIn(core._zod.def.element);
    return inner && { object: inner.object, list: '[]' };
  }
  if (core instanceof z.core.$ZodUnion)
    for (const option of core._zod.def.options) {
      const inner = mappingIn(option);
      if (inner !== undefined) return inner;
    }
  return undefined;
}
