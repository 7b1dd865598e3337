/** The schema for editors: a text to hover over at every key, in a form that SchemaStore takes. */
import { expect, test } from 'vitest';
import { publishedJsonSchema } from '../../src/config/json-schema.ts';
import { isRecord } from '../../src/platform/wire-values.ts';

/** Keys without a text, by their place; not in conditions, which repeat keys from elsewhere. */
function* withoutText(schema: unknown, place: string): Iterable<string> {
  if (Array.isArray(schema))
    for (const [index, part] of schema.entries()) yield* withoutText(part, `${place}/${index}`);
  if (!isRecord(schema)) return;
  const { properties } = schema;
  if (isRecord(properties))
    for (const [key, one] of Object.entries(properties))
      if (isRecord(one) && !('description' in one) && !('const' in one)) yield `${place}.${key}`;
  for (const [key, part] of Object.entries(schema)) yield* withoutText(part, `${place}/${key}`);
}

test('every key has a text', () => {
  const { allOf: _, ...schema } = publishedJsonSchema();
  expect([...withoutText(schema, '')]).toEqual([]);
});

test('it is one that SchemaStore takes', () => {
  const schema = publishedJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://json.schemastore.org/listing-bridge.json',
    title: 'listing-bridge',
    type: 'object',
  });
  // Words of later drafts would be ignored there without a word.
  expect(JSON.stringify(schema)).not.toMatch(
    /"(\$defs|prefixItems|unevaluatedProperties|dependentRequired)":/,
  );
});
