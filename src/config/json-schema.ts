/**
 * The JSON Schema for editors (`# yaml-language-server: $schema=…`), from the schema that validates. Beside what zod
 * can say: keys `x-…`, and which keys may be missing because `defaults` has them or an included file.
 */
import { z } from 'zod';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { writtenTable } from '../tables/options.ts';
import { EXTENSION } from './extensions.ts';
import { configSchema, configSchemaOf } from './schema.ts';
import { withReferences } from './schema-references.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const AS_WRITTEN = {
  io: 'input',
  unrepresentable: 'any',
  // The newest that every editor reads, and that SchemaStore takes.
  target: 'draft-7',
} as const;

/** As SchemaStore has it (https://github.com/SchemaStore/schemastore/blob/master/CONTRIBUTING.md): with the address under which it is found. */
export const publishedJsonSchema = (): Record<string, unknown> => ({
  $id: 'https://json.schemastore.org/listing-bridge.json',
  ...configJsonSchema(),
});

/** Absent `types`: those of the program. */
export function configJsonSchema(types?: DestinationRegistry): Record<string, unknown> {
  const schema = types === undefined ? configSchema : configSchemaOf(types);
  const plain: JsonSchema = z.toJSONSchema(schema, AS_WRITTEN);
  const { destinations, tables: anyTables } = plain.properties ?? {};
  const tables = typeof anyTables === 'object' ? anyTables : {};
  const branches = oneOf(destinations);
  return withReferences({
    title: 'listing-bridge',
    ...plain,
    properties: {
      ...plain.properties,
      destinations: withBranches(destinations, branches.map(onlyType)),
      tables: { ...tables, additionalProperties: tableSchema() },
    },
    patternProperties: { [EXTENSION.source]: {} },
    // Editors check included files with the same schema: they have no feeds, and bring what the config lacks.
    required: [],
    allOf: [
      when({ required: ['feeds'], not: { required: ['include'] } }, { required: plain.required ?? [] }),
      when({ required: ['include'] }, { required: ['feeds'] }),
      when(
        { not: { required: ['defaults'] } },
        { properties: { destinations: { additionalProperties: { allOf: branches.map(requiredOfType) } } } },
      ),
    ],
  });
}

const when = (condition: JsonSchema, then: JsonSchema): JsonSchema => ({ if: condition, then });

/** The program reads the form that the keys show; an editor may propose all of them. */
function tableSchema(): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(writtenTable, AS_WRITTEN);
  return schema;
}

const mapped = (schema: JsonSchema | boolean | undefined): JsonSchema =>
  typeof schema === 'object' && typeof schema.additionalProperties === 'object'
    ? schema.additionalProperties
    : {};

const oneOf = (destinations: JsonSchema | boolean | undefined): readonly JsonSchema[] =>
  mapped(destinations).oneOf ?? [];

const withBranches = (destinations: JsonSchema | boolean | undefined, branches: JsonSchema[]) => ({
  ...(typeof destinations === 'object' ? destinations : {}),
  additionalProperties: { ...mapped(destinations), oneOf: branches },
});

const onlyType = (branch: JsonSchema): JsonSchema => ({ ...branch, required: ['type'] });

const requiredOfType = ({ properties, required = [] }: JsonSchema) =>
  when({ properties: { type: properties?.['type'] ?? {} }, required: ['type'] }, { required });
