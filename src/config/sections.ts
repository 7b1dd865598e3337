/**
 * A config taken apart for the checks that look across it. A broken config is checked too, so that one
 * mistake hides no other: `soundSections` leaves out what is broken, `readableSections` keeps of it what can be read.
 */
import type { z } from 'zod';
import { type AlertsOptions, alertsOptions } from '../alerts/options.ts';
import type { DestinationOptions } from '../destinations/common-options.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { type FeedOptions, feedFields, feedOptions, feedTypeNamed } from '../feeds/index.ts';
import type { Secret } from '../platform/secret.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type RuleOptions, ruleOptions } from '../routing/options.ts';
import { type RuleTest, testOptions } from '../rule-tests/options.ts';
import { type TableOptions, tableOptions } from '../tables/options.ts';
import type { TemplateOptions } from '../templates/template.ts';
import { type Located, nodeAt } from './located.ts';
import { type configSchema, destinationOptionsOf, groupOptions, templateOptions } from './schema.ts';

/** `undefined` stands for a broken part. */
export interface ConfigSections {
  readonly feeds: readonly (FeedOptions | undefined)[];
  readonly destinations: ReadonlyMap<string, DestinationOptions | undefined>;
  /** The options of a destination. */
  readonly types: DestinationRegistry;
  readonly rules: readonly (RuleOptions | undefined)[];
  readonly templates: ReadonlyMap<string, TemplateOptions | undefined>;
  readonly groups: ReadonlyMap<string, readonly string[] | undefined>;
  readonly tables: ReadonlyMap<string, TableOptions | undefined>;
  readonly alerts: AlertsOptions | undefined;
  readonly tests: readonly (RuleTest | undefined)[];
}

export function sectionsOf({
  feeds,
  destinations,
  rules,
  templates,
  groups,
  tables,
  alerts,
  tests,
  types,
}: z.output<typeof configSchema> & Pick<ConfigSections, 'types'>): ConfigSections {
  return {
    feeds,
    types,
    destinations: new Map(Object.entries(destinations)),
    rules,
    templates: new Map(Object.entries(templates)),
    groups: new Map(Object.entries(groups)),
    tables: new Map(Object.entries(tables)),
    alerts,
    tests,
  };
}

export function soundSections(root: Located, types: DestinationRegistry): ConfigSections {
  const destinationOptions = destinationOptionsOf(types);
  return {
    types,
    feeds: listed(root, 'feeds').map((value) => feedOptions.safeParse(value).data),
    destinations: named(root, 'destinations', (value) => destinationOptions.safeParse(value).data),
    rules: listed(root, 'rules').map((value, index) => {
      const rule = ruleOptions.safeParse(value).data;
      return rule && { ...rule, name: rule.name ?? `rule ${index + 1}` };
    }),
    templates: named(root, 'templates', (value) => templateOptions.safeParse(value).data),
    groups: named(root, 'groups', (value) => groupOptions.safeParse(value).data),
    tables: named(root, 'tables', (value) => tableOptions.safeParse(value).data),
    alerts: alertsOptions.safeParse(alertsOf(root)).data,
    tests: listed(root, 'tests').map((value, index) => {
      const test = testOptions.safeParse(value).data;
      return test && { ...test, name: test.name ?? `test ${index + 1}` };
    }),
  };
}

/** Of a feed its name and files, of a rule what parses of its conditions and targets, of a destination all but the broken options. */
export function readableSections(root: Located, types: DestinationRegistry): ConfigSections {
  const sound = soundSections(root, types);
  const feeds = listed(root, 'feeds');
  const rules = listed(root, 'rules');
  return {
    types,
    feeds: sound.feeds.map((feed, index) => feed ?? looseFeed(feeds[index])),
    destinations: named(
      root,
      'destinations',
      (value, name) => sound.destinations.get(name) ?? looseDestination(value, types),
    ),
    rules: sound.rules.map((rule, index) => rule ?? looseRule(rules[index], index)),
    templates: sound.templates,
    groups: sound.groups,
    tables: sound.tables,
    alerts: sound.alerts ?? looseAlerts(alertsOf(root)),
    tests: sound.tests.map((test, index) => test ?? looseTest(listed(root, 'tests')[index], index)),
  };
}

const alertsOf = (root: Located) => (isRecord(root.value) ? root.value['alerts'] : undefined);

/** Only what its names are about. */
function looseTest(value: unknown, index: number): RuleTest {
  const { name, announcement, ...expected } = fields(testOptions.shape, value);
  return { ...expected, name: name ?? `test ${index + 1}`, announcement: announcement ?? {} };
}

/** Only whom it names. */
function looseAlerts(value: unknown): AlertsOptions | undefined {
  const { send, feedDownAfter = 0, keyExpiresWithin = 0 } = fields(alertsOptions.shape, value);
  return send && { send, feedDownAfter, keyExpiresWithin };
}

function looseFeed(value: unknown): FeedOptions {
  const written = isRecord(value) ? value : {};
  const type = feedTypeNamed(written['type']);
  const shape = feedFields[type];
  const feed = fields(shape, value);
  const tls = feed.tls ?? fields(shape.tls.unwrap().shape, written['tls']);
  // Only the name and the files of a broken feed are looked at.
  return {
    ...feed,
    type,
    tls,
    name: feed.name ?? hostOf('url' in feed ? feed.url : undefined),
  } as FeedOptions;
}

const hostOf = (url: string | Secret | undefined) =>
  url === undefined ? '' : new URL(typeof url === 'string' ? url : url.reveal()).hostname;

function looseRule(value: unknown, index: number): RuleOptions {
  const { name, send } = fields(ruleOptions.shape, value);
  const match = isRecord(value) ? fields(ruleOptions.shape.match.shape, value['match']) : {};
  return { name: name ?? `rule ${index + 1}`, match, send: send ?? [], stop: false };
}

function looseDestination(value: unknown, types: DestinationRegistry): DestinationOptions | undefined {
  const type = isRecord(value) ? value['type'] : undefined;
  const schema = typeof type === 'string' ? types.get(type)?.schema : undefined;
  // Templates are compiled with it as far as it goes; nothing is ever sent.
  return schema && (fields(schema.shape, value) as unknown as DestinationOptions);
}

/** The fields that parse, each by itself, with their defaults. */
export function fields<Shape extends z.ZodRawShape>(
  shape: Shape,
  value: unknown,
): { [Key in keyof Shape]?: z.output<Shape[Key]> } {
  const record = isRecord(value) ? value : {};
  const parsed = Object.entries(shape).map(
    ([key, schema]) => [key, (schema as z.ZodType).safeParse(record[key])] as const,
  );
  const sound = parsed.filter(([, { success }]) => success).map(([key, { data }]) => [key, data]);
  // `fromEntries` loses the key types that `shape` gives.
  return Object.fromEntries(sound) as { [Key in keyof Shape]?: z.output<Shape[Key]> };
}

/** The values of a list; none where something else stands in its place. */
function listed(root: Located, name: string): readonly unknown[] {
  const { node, exact } = nodeAt(root, [name]);
  return exact && Array.isArray(node.value) ? node.value : [];
}

function named<Part>(
  root: Located,
  name: string,
  parse: (value: unknown, key: string) => Part,
): Map<string, Part> {
  const { node, exact } = nodeAt(root, [name]);
  const values = exact && isRecord(node.value) ? Object.entries(node.value) : [];
  return new Map(values.map(([key, value]) => [key, parse(value, key)]));
}
