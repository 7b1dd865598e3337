/** The OpenAPI 3.1 document, made from the schemas that read requests and describe answers. */
import { z } from 'zod';
import { type Steps, whole } from '../../platform/steps.ts';
import { EVENT_KINDS } from '../live/public-event.ts';
import type { Described, Endpoint } from './endpoint.ts';
import { refusalSchema } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiOptions {
  readonly version: string;
  /** Answers have no fields but these: for tests. Programs have to bear fields that come later. */
  readonly isClosed?: boolean;
}

/** Refusals that every endpoint can give. */
const REFUSED = {
  400: 'the query or the body is wrong',
  401: 'the token is missing or wrong',
  403: 'there is no token in the config, the bridge is read-only, or a page of another site asks',
  413: 'the body is too large',
  421: 'the bridge is not known by this host name',
  429: 'too many wrong tokens came from this address: `Retry-After` has the seconds to wait',
  503: 'the store cannot be read',
} as const;

export const openApi = (endpoints: readonly Endpoint[], options: OpenApiOptions): Json =>
  whole(writingOpenApi(endpoints, options));

/** A step is an endpoint. */
export function* writingOpenApi(
  endpoints: readonly Endpoint[],
  { version, isClosed = false }: OpenApiOptions,
): Steps<Json> {
  const schemas: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
    const {
      $schema,
      $defs = {},
      ...made
    } = z.toJSONSchema(schema, {
      ...{ io, unrepresentable: 'any', target: 'draft-2020-12' },
      override({ jsonSchema }) {
        if (!isClosed && io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
      },
    });
    for (const [name, one] of Object.entries($defs)) schemas[name] = inComponents(one);
    const id = typeof made.id === 'string' ? made.id : undefined;
    if (id === undefined) return inComponents(made);
    schemas[id] = inComponents(made);
    return { $ref: `#/components/schemas/${id}` };
  };
  const answer = ({ says, schema }: Described) => ({
    description: says,
    content: { 'application/json': { schema: schemaOf(schema, 'output') } },
  });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const one of endpoints) {
    yield;
    const refusals = Object.entries(REFUSED).filter(
      ([status]) => !(status in one.answers) && (status !== '413' || one.body !== undefined),
    );
    paths[one.path] = {
      ...paths[one.path],
      [one.method]: {
        ...{ operationId: one.name, summary: one.summary, parameters: parametersOf(one, schemaOf) },
        ...(one.body !== undefined && {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(one.body.schema, 'input') } },
          },
        }),
        responses: {
          ...Object.fromEntries(Object.entries(one.answers).map(([status, says]) => [status, answer(says)])),
          ...Object.fromEntries(
            refusals.map(([status, says]) => [status, answer({ says, schema: refusalSchema })]),
          ),
        },
        security: one.needs === 'change' ? [{ token: [] }] : [{}, { token: [] }],
      },
    };
  }
  paths['/api/events'] = { get: EVENTS };
  return {
    openapi: '3.1.0',
    info: { title: 'listing-bridge', version, description: ABOUT },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`server.token` of the config' },
      },
    },
  };
}

const ABOUT =
  'Times are RFC 3339 in UTC; spans are in ms, and their names end in `Ms`; what is absent is left out. Fields may be added, never renamed. Lists are paged by `before` and `next`. Every refusal has the form `Refusal`. On loopback reading needs no token.';

const EVENTS = {
  operationId: 'events',
  summary:
    'Events as they come (server-sent events). A viewer that comes back with `Last-Event-ID` goes on where it was; `event: reset` says that something was missed.',
  parameters: [
    {
      ...{ name: 'kinds', in: 'query', required: false, style: 'form', explode: false },
      description: 'absent: all',
      schema: { type: 'array', items: { type: 'string', enum: [...EVENT_KINDS] } },
    },
    {
      ...{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
      description: 'of the last event that was received; `?lastEventId=` does the same',
    },
  ],
  responses: {
    200: {
      description: 'a stream without end',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
  security: [{}, { token: [] }],
};

function parametersOf(
  { path, query }: Endpoint,
  schemaOf: (schema: z.ZodType, io: 'input') => unknown,
): readonly unknown[] {
  const inPath = /\{id\}/.test(path)
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...made } = schemaOf(schema as z.ZodType, 'input') as Json;
    return {
      name,
      in: 'query',
      required: false,
      ...(description !== undefined && { description }),
      schema: made,
    };
  });
  return [...inPath, ...inQuery];
}

/** Named schemas stand in one place. */
const inComponents = (schema: unknown): unknown =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ).replaceAll('"#/$defs/', '"#/components/schemas/'),
  );
