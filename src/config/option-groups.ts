/** The options of a part as mappings in mappings: which of them merge key by key, and the same options with none required. */
import { z } from 'zod';

type Schema = z.core.$ZodType;

/** Without defaults and `optional`: what a person writes. */
function coreOf(schema: Schema): Schema {
  if (
    schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodPrefault ||
    schema instanceof z.core.$ZodOptional
  )
    return coreOf(schema._zod.def.innerType);
  return schema;
}

/** The options in a mapping, by key: `retry`, `rateLimit`. `undefined` for what is replaced as a whole: a value, a list, a tree (`body`). */
export function optionsIn(schema: Schema | undefined): ((key: string) => Schema | undefined) | undefined {
  if (schema === undefined) return undefined;
  const core = coreOf(schema);
  if (core instanceof z.core.$ZodObject) return (key) => core._zod.def.shape[key];
  return core instanceof z.core.$ZodRecord ? () => core._zod.def.valueType : undefined;
}

/** The names of headers: `X-Source` and `x-source` are one key. */
export const ignoresCase = (key: string) => key === 'headers';

/** The same options, of which any may be left out, on every level. What only the whole can have wrong is not looked at. */
export function fragmentOf(shape: Readonly<Record<string, Schema>>): z.ZodObject {
  const parts = Object.entries(shape).map(([key, schema]) => {
    const core = coreOf(schema);
    if (!(core instanceof z.core.$ZodObject)) return [key, z.optional(schema)] as const;
    const description = z.globalRegistry.get(schema)?.description;
    const fragment = fragmentOf(core._zod.def.shape).optional();
    return [key, description === undefined ? fragment : fragment.describe(description)] as const;
  });
  return z.strictObject(Object.fromEntries(parts));
}
