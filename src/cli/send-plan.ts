/** `send`: which destinations get the sample, and in which form. */
import { type DestinationNames, destinationNames } from '../config/destination-names.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import type { Withheld } from '../dry-run.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import { orNearest } from '../platform/suggest.ts';
import type { RuleOptions } from '../routing/options.ts';
import { TemplateProblem } from '../templates/problem.ts';
import { plainSample } from './announcement-input.ts';
import { type LoadedConfig, requireConfig, type UsableConfig, usableConfig } from './config-file.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type Sample, sampleFor } from './sample.ts';

export interface SendRequest {
  readonly config: string;
  readonly destinations: readonly string[];
  readonly all?: boolean | undefined;
  /** Of the rule whose template the sample is rendered with; with `as`, the only one that is evaluated. */
  readonly rule?: string | undefined;
  /** `upbit/spot_listing`: the rules choose the destinations. */
  readonly as?: string | undefined;
  /** Of the announcement of `as`. */
  readonly ticker?: string | undefined;
  readonly title?: string | undefined;
  readonly feed?: string | undefined;
}

export interface PlannedSample extends Sample {
  /** The destination, and under `forEach` its ticker. */
  readonly label: string;
  readonly delivery: Delivery;
}

export interface SendPlan {
  readonly samples: readonly PlannedSample[];
  readonly redact: Redactor;
  readonly storePath: string;
  /** For people: what the rules were given, and which of them match. */
  readonly heading?: string;
  /** Chosen by a rule, and yet gets nothing. */
  readonly withheld: readonly Withheld[];
}

/** Throws `UserError` for a name that is not there, and with every problem of the config when a destination that is wanted has one. */
export function planSend(wanted: SendRequest, io: Io): SendPlan {
  const { config: file, destinations, all = false, rule } = wanted;
  if (all || rule !== undefined) return ofSoundConfig(requireConfig(file, io), wanted, io);
  const config = usableConfig(file, 'destinations', { given: undefined }, io);
  const names = namedDestinations(destinations, config.names);
  // A name that is not there, or is broken, is best explained with all the problems of the file.
  if (!names.every((name) => config.destinations.get(name))) {
    if (config.isTrusted) for (const name of names) requireName(name, [...config.destinations.keys()]);
    return ofSoundConfig(requireConfig(file, io), wanted, io);
  }
  return ofUsableConfig(config, names, () => requireConfig(file, io), io);
}

/** Throws `UserError` for options that do not go together. */
export function requireUsage({
  destinations,
  all = false,
  rule,
  as,
  ticker,
  title,
  feed,
}: SendRequest): void {
  const isNamed = destinations.length > 0;
  if (as === undefined && (isNamed ? all : !all && rule === undefined))
    throw new UserError(
      'Nothing to send to: name destinations, or give --all, or --rule for all destinations of a rule, or --as for those that the rules choose.',
      WRONG_USAGE,
    );
  if (as !== undefined && all)
    throw new UserError(
      'With --as the rules choose the destinations: leave --all out, or name some of them.',
      WRONG_USAGE,
    );
  if (as === undefined && (ticker ?? title ?? feed) !== undefined)
    throw new UserError(
      '--ticker, --title and --feed are of the announcement that --as makes: add --as, such as --as upbit/spot_listing.',
      WRONG_USAGE,
    );
}

function ofUsableConfig(
  { destinations, templates, types, redact, storePath }: UsableConfig,
  names: readonly string[],
  explain: () => unknown,
  io: Io,
): SendPlan {
  const found = (entries: ReadonlyMap<string, unknown>) =>
    Object.fromEntries([...entries].filter(([, options]) => options !== undefined));
  const one = (name: string) => new Map([[name, destinations.get(name)]]);
  const announcement = plainSample(io);
  try {
    const prepared = names.flatMap((name) =>
      prepareDestinations({
        destinations: found(one(name)) as Parameters<typeof prepareDestinations>[0]['destinations'],
        templates: found(templates) as Parameters<typeof prepareDestinations>[0]['templates'],
        rules: [],
        types,
      }),
    );
    const samples = prepared.map((destination, ordinal) => ({
      label: destination.name,
      ...sampleFor(destination, announcement, { ordinal }),
    }));
    return { samples, redact, storePath, withheld: [] };
  } catch (error) {
    if (error instanceof TemplateProblem) explain();
    throw error;
  }
}

function ofSoundConfig(
  { config, redact }: LoadedConfig,
  { all, rule, ...wanted }: SendRequest,
  io: Io,
): SendPlan {
  const known = Object.keys(config.destinations);
  const destinations = namedDestinations(wanted.destinations, destinationNames(config));
  for (const name of destinations) requireName(name, known);
  const chosen = rule === undefined ? undefined : chosenRule(config, rule);
  const named = all ? known : destinations.length > 0 ? destinations : undefined;
  const targets = chosen?.send ?? known.map((to) => ({ to, template: undefined }));
  for (const name of named ?? [])
    if (!all && !targets.some(({ to }) => to === name))
      throw new UserError(
        `The rule ${printable(rule ?? '')} does not send to ${name}; it sends to: ${targets.map(({ to }) => to).join(', ')}`,
      );
  const byName = new Map(prepareDestinations(config).map((prepared) => [prepared.name, prepared]));
  const announcement = plainSample(io);
  const samples = targets.flatMap(({ to, template }, ordinal): PlannedSample[] => {
    const prepared = byName.get(to);
    if (prepared === undefined || named?.includes(to) === false) return [];
    const form = { rule: chosen?.name ?? 'sample', template, ordinal };
    return [{ label: to, ...sampleFor(prepared, announcement, form) }];
  });
  return { samples, redact, storePath: config.store.path, withheld: [] };
}

/** Throws `UserError`. */
export function chosenRule({ rules }: LoadedConfig['config'], name: string): RuleOptions {
  const chosen = rules.find((rule) => rule.name === name);
  if (chosen !== undefined) return chosen;
  const names = rules.map((rule) => rule.name);
  throw new UserError(
    `No rule ${printable(name)} in the config${orNearest(name, names)}; there is: ${names.map(printable).join(', ')}`,
  );
}

/** Each once, also of groups and patterns; an unknown name as it is. Throws `UserError` for one that stands for none. */
export function namedDestinations(written: readonly string[], names: DestinationNames): readonly string[] {
  const found = written.flatMap((name) => {
    const meant = names.find(name) ?? [name];
    if (meant.length > 0) return meant;
    throw new UserError(`${printable(name)} stands for no destination; there is: ${names.all.join(', ')}`);
  });
  return [...new Set(found)];
}

/** Throws `UserError`. */
export function requireName(name: string, known: readonly string[]): void {
  if (!known.includes(name))
    throw new UserError(
      `No destination ${printable(name)} in the config${orNearest(name, known)}; there is: ${known.join(', ')}`,
    );
}
