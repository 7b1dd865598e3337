/**
 * The whole config file, composed from each part's own options. The one source of validation, types,
 * defaults and the JSON Schema for editors.
 */
import { z } from 'zod';
import { alertsOptions } from '../alerts/options.ts';
import { clusterOptions } from '../cluster/options.ts';
import type { DestinationOptions } from '../destinations/common-options.ts';
import { destinationTypes } from '../destinations/index.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { feedOptions } from '../feeds/index.ts';
import type { TableOf } from '../matching/table.ts';
import {
  DURATION_HELP,
  duration,
  EVEN_IF_WRONG,
  flag,
  hostName,
  integer,
  secret,
  text,
} from '../platform/fields.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../platform/log.ts';
import { isLoopback } from '../platform/loopback.ts';
import { extractsOptions, rulesOptions } from '../routing/options.ts';
import { testsOptions } from '../rule-tests/options.ts';
import type { LiveTable } from '../tables/live-table.ts';
import { tableOptions } from '../tables/options.ts';
import type { TemplateOptions } from '../templates/template.ts';
import { fragmentOf } from './option-groups.ts';

const NAME_HELP = 'must be 1 to 40 letters, digits, dots, dashes or underscores';
const name = () => z.string().regex(/^[\w.-]{1,40}$/, NAME_HELP);

export type DestinationShape = Readonly<Record<string, z.core.$ZodType>>;

/** By `type`; a missing or unknown one is explained by `schema-problems.ts`. */
export function destinationOptionsOf(types: DestinationRegistry): z.ZodType<DestinationOptions> {
  // They are objects with a literal `type`, of which a union wants to know that there is one.
  const schemas = Array.from(types.values(), ({ schema }) => schema as z.ZodType as z.ZodObject);
  const union = z.discriminatedUnion('type', schemas as [z.ZodObject, ...z.ZodObject[]]);
  return union as z.ZodType as z.ZodType<DestinationOptions>;
}

/** Options below those of each destination of the type; which are missing is judged of the destination. */
const defaultsOptionsOf = (types: DestinationRegistry) =>
  z.strictObject(
    Object.fromEntries(
      Array.from(types, ([type, { schema }]) => {
        const { type: _, ...shape } = schema.shape;
        const meaning = `options of every ${type} destination that does not set them itself`;
        return [type, fragmentOf(shape).optional().describe(meaning)];
      }),
    ),
    { error: ({ code }) => (code === 'invalid_type' ? DEFAULTS_HELP : undefined) },
  );

const DEFAULTS_HELP = 'must be a mapping: a type of destination, then options for all of that type';

const INCLUDE_HELP = 'must be a list of files or of patterns such as rules/*.yaml';

const GROUP_HELP = 'must be a list of names of destinations, groups or patterns such as sub-*';

export const groupOptions = z
  .union([text().transform((member) => [member]), z.array(text(), { error: GROUP_HELP })], {
    error: GROUP_HELP,
  })
  .refine((members) => members.length > 0, 'must name at least one destination')
  .transform((members): readonly string[] => members);

export const templateOptions = z
  .strictObject({
    text: text().optional().describe('Liquid, for chats and plain-text webhooks'),
    body: z.unknown().optional().describe('a tree of JSON with Liquid leaves, for webhooks'),
  })
  .refine(
    (template): template is TemplateOptions => template.text !== undefined || template.body !== undefined,
    'must have text, body or both',
  );

const retentionByKind = z.strictObject({
  announcements: duration()
    .default(30 * 86_400_000)
    .describe('the longest: what was read, and what the rules said'),
  deliveries: duration()
    .optional()
    .describe(
      'where it went, and what became of it; at most as long as `announcements`, which is the default',
    ),
  attempts: duration()
    .optional()
    .describe(
      'each request with its answer; at most as long as `deliveries`, which is the default. One that leaves a doubt whether it arrived is kept as long as its delivery',
    ),
  figures: duration()
    .optional()
    .describe(
      'the counts and latencies of `stats` and the page, which outlive the rows that they are made of; at least as long as `announcements`; absent: `400d`, or as long as those',
    ),
});

export const storeOptions = z.strictObject({
  path: text()
    .refine(
      (path) => !path.startsWith('~'),
      'must not begin with ~, which only shells know: it would become a folder of that name',
    )
    .default('./data/listing-bridge.db')
    .describe("relative to the config's folder; in the image, to `/`"),
  retention: z
    .union([duration(), retentionByKind], { error: DURATION_HELP })
    .default(30 * 86_400_000)
    .describe('how long deliveries and announcements are kept: all of them, or by kind'),
});

export const serverOptions = z
  .strictObject({
    host: text().default('127.0.0.1').describe('address to listen on; any but loopback needs a token'),
    port: integer(0, 65_535).default(8787).describe('0 takes a free one and logs it'),
    token: secret()
      .optional()
      .describe(
        'shown as `Authorization: Bearer …` or at `/login`: required for whatever changes something, and for reading as well when host is not loopback or `hosts` has names',
      ),
    hosts: z
      .array(hostName(), { error: 'must be a list of host names, without scheme and port' })
      .default([])
      .describe(
        'other names that a browser calls the bridge by, such as the public name of a proxy in front of it; needs a token',
      ),
    readOnly: flag()
      .default(false)
      .describe('nothing can be changed over HTTP, with or without a token: see and export only'),
  })
  .superRefine(({ host, hosts, token }, context) => {
    if (Array.isArray(hosts) && hosts.length > 0 && token === undefined)
      context.addIssue({
        code: 'custom',
        path: ['hosts'],
        message: 'needs server.token: whoever can reach the bridge by these names could read it',
      });
    if (typeof host === 'string' && !isLoopback(host) && token === undefined)
      context.addIssue({
        code: 'custom',
        path: ['host'],
        message: 'must be 127.0.0.1, ::1 or localhost, unless server.token is set: anyone could reach it',
      });
  }, EVEN_IF_WRONG);

const log = z.strictObject({
  level: z.enum(LOG_LEVELS).default('info').describe('lowest level that is written'),
  format: z
    .enum(LOG_FORMATS)
    .default('auto')
    .describe('auto = pretty on a terminal (lines for people), else json'),
});

export const configSchemaOf = (types: DestinationRegistry) =>
  z.strictObject({
    version: z
      .literal(1, { error: 'must be 1, without quotes: there is no other form of this file' })
      .optional()
      .describe('version of the form of this file'),
    include: z
      .union([text().transform((one) => [one]), z.array(text(), { error: INCLUDE_HELP })], {
        error: INCLUDE_HELP,
      })
      .default([])
      .describe(
        'files, or patterns such as rules/*.yaml, with more destinations, rules, templates and groups',
      ),
    defaults: defaultsOptionsOf(types)
      .optional()
      .describe('options of destinations, by type, below those that a destination sets itself'),
    groups: z
      .record(name(), groupOptions, { error: 'must be a mapping: name, then a list of destinations' })
      .default({})
      .describe('names for several destinations; `*` stands for anything'),
    feeds: z
      .array(feedOptions, { error: 'must be a list of feeds, each starting with a dash' })
      .min(1, 'must name at least one feed')
      .describe('where news comes from; the same news of several feeds is sent once'),
    destinations: z
      .record(name(), destinationOptionsOf(types), { error: 'must be a mapping: name, then its options' })
      .refine((destinations) => Object.keys(destinations).length > 0, 'must name at least one destination')
      .describe('chats and programs, each with a name of your own'),
    rules: rulesOptions
      .refine((rules) => rules.length > 0, 'must have at least one rule: nothing would be sent')
      .describe(
        'which news goes to which destinations; evaluated from the top, each destination gets news once',
      ),
    extract: extractsOptions,
    templates: z
      .record(name(), templateOptions, { error: 'must be a mapping: name, then text or body' })
      .default({})
      .describe('forms of a message of your own, by name; a rule names one beside a destination'),
    tables: z
      .record(name(), tableOptions, {
        error: 'must be a mapping: name, then a list, a mapping, or one with file or url',
      })
      .default({})
      .describe('named sets and maps, for `in` and `lookup`'),
    alerts: alertsOptions
      .optional()
      .describe(
        'alerts about the bridge itself; without it, only the log and the HTTP endpoints report problems',
      ),
    tests: testsOptions
      .default([])
      .describe('announcements with the destinations that they must reach; run by `test` and `check`'),
    store: storeOptions.prefault({}).describe('the file in which deliveries and announcements are kept'),
    cluster: clusterOptions
      .optional()
      .describe(
        'several bridges as one, on a PostgreSQL that they share (docs/cluster.md); absent: this one alone',
      ),
    server: z
      .union([z.literal(false), serverOptions], {
        error: 'must be a mapping with host, port and token, or false',
      })
      .prefault({})
      .describe('the page, the API, /metrics, /healthz and /readyz; false = off'),
    log: log.prefault({}).describe('what is written to the terminal or to the journal'),
    watch: flag()
      .default(true)
      .describe(
        'a change of this file, or of any other that takes part, is taken up by itself; false = only by a reload',
      ),
    dedupeWindow: duration()
      .default(3_600_000)
      .describe('a repeat of an announcement within this time is a duplicate'),
    shutdownTimeout: duration()
      .default(10_000)
      .describe('how long requests in flight may take to finish when the bridge stops'),
  });

type ConfigSchema = ReturnType<typeof configSchemaOf>;

/** With the types of the program. */
export const configSchema: ConfigSchema = configSchemaOf(destinationTypes);

/** A valid config: every default applied, every path absolute, every duration in ms. */
export interface Config extends z.output<ConfigSchema> {
  /** The file that it was read from, as given. */
  readonly file: string;
  /** The destination types that it was read with. */
  readonly types: DestinationRegistry;
  /** Those of `tables`, filled as far as that takes no network. */
  readonly liveTables: ReadonlyMap<string, LiveTable>;
  readonly tableOf: TableOf;
}
