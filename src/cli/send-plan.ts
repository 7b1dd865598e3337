/** `send`: which destinations get the sample, in which form, and which do not get it, and why. */
import { ownBudgetKey } from '../delivery/budget-book.ts';
import { type PreparedDestination, prepareDestinations } from '../destinations/prepared.ts';
import { openStoreFile } from '../outbox/open.ts';
import { pausedUntilMs } from '../outbox/queries.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import { orNearest } from '../platform/suggest.ts';
import { TemplateProblem } from '../templates/problem.ts';
import { type LoadedConfig, requireConfig, type UsableConfig, usableConfig } from './config-file.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { leftOut } from './store-file.ts';

export interface SendRequest {
  readonly config: string;
  readonly destinations: readonly string[];
  readonly all?: boolean | undefined;
  /** Of the rule whose template the sample is rendered with. */
  readonly rule?: string | undefined;
}

export interface PlannedSample {
  readonly prepared: PreparedDestination;
  readonly rule: string;
  readonly template: string | undefined;
}

export interface SendPlan {
  readonly samples: readonly PlannedSample[];
  readonly redact: Redactor;
  readonly storePath: string;
}

/** Throws `UserError` for a name that is not there, and with every problem of the config when a destination that is wanted has one. */
export function planSend(wanted: SendRequest, io: Io): SendPlan {
  const { config: file, destinations, all = false, rule } = wanted;
  const isNamed = destinations.length > 0;
  if (isNamed ? all : !all && rule === undefined)
    throw new UserError(
      'Nothing to send to: name destinations, or give --all, or --rule for all destinations of a rule.',
      WRONG_USAGE,
    );
  if (all || rule !== undefined) return ofSoundConfig(requireConfig(file, io), wanted);
  const config = usableConfig(file, 'destinations', { given: undefined }, io);
  const names = [...new Set(destinations)];
  // A name that is not there, or is broken, is best explained with all the problems of the file.
  if (!names.every((name) => config.destinations.get(name))) {
    if (config.isTrusted) for (const name of names) requireName(name, [...config.destinations.keys()]);
    return ofSoundConfig(requireConfig(file, io), wanted);
  }
  return ofUsableConfig(config, names, () => requireConfig(file, io));
}

function ofUsableConfig(
  { destinations, templates, types, redact, storePath }: UsableConfig,
  names: readonly string[],
  explain: () => unknown,
): SendPlan {
  const found = (entries: ReadonlyMap<string, unknown>) =>
    Object.fromEntries([...entries].filter(([, options]) => options !== undefined));
  const one = (name: string) => new Map([[name, destinations.get(name)]]);
  try {
    const prepared = names.flatMap((name) =>
      prepareDestinations({
        destinations: found(one(name)) as Parameters<typeof prepareDestinations>[0]['destinations'],
        templates: found(templates) as Parameters<typeof prepareDestinations>[0]['templates'],
        rules: [],
        types,
      }),
    );
    const samples = prepared.map((destination) => ({
      prepared: destination,
      rule: 'sample',
      template: undefined,
    }));
    return { samples, redact, storePath };
  } catch (error) {
    if (error instanceof TemplateProblem) explain();
    throw error;
  }
}

function ofSoundConfig({ config, redact }: LoadedConfig, { destinations, all, rule }: SendRequest): SendPlan {
  const known = Object.keys(config.destinations);
  for (const name of destinations) requireName(name, known);
  const chosen = rule === undefined ? undefined : config.rules.find(({ name }) => name === rule);
  if (rule !== undefined && chosen === undefined) {
    const names = config.rules.map(({ name }) => name);
    throw new UserError(
      `No rule ${printable(rule)} in the config${orNearest(rule, names)}; there is: ${names.map(printable).join(', ')}`,
    );
  }
  const named = all ? known : destinations.length > 0 ? [...new Set(destinations)] : undefined;
  const targets = chosen?.send ?? known.map((to) => ({ to, template: undefined }));
  for (const name of named ?? [])
    if (!all && !targets.some(({ to }) => to === name))
      throw new UserError(
        `The rule ${printable(rule ?? '')} does not send to ${name}; it sends to: ${targets.map(({ to }) => to).join(', ')}`,
      );
  const byName = new Map(prepareDestinations(config).map((prepared) => [prepared.name, prepared]));
  const samples = targets.flatMap(({ to, template }): PlannedSample[] => {
    const prepared = byName.get(to);
    if (prepared === undefined || named?.includes(to) === false) return [];
    return [{ prepared, rule: chosen?.name ?? 'sample', template }];
  });
  return { samples, redact, storePath: config.store.path };
}

function requireName(name: string, known: readonly string[]): void {
  if (!known.includes(name))
    throw new UserError(
      `No destination ${printable(name)} in the config${orNearest(name, known)}; there is: ${known.join(', ')}`,
    );
}

/** Why a destination should not get a sample now; `undefined` when it may. */
export function reasonNotToSend(
  { prepared }: PlannedSample,
  { storePath }: SendPlan,
  io: Io,
): { readonly sentence: string; readonly code: string } | undefined {
  const { name, options, limits } = prepared;
  if (options.dryRun)
    return {
      sentence:
        'It has `dryRun: true`, so the bridge sends nothing there; --force sends the sample for real.',
      code: 'dry_run',
    };
  const keys = [ownBudgetKey(name, limits.farEnd), ...limits.shared.map(({ key }) => key)];
  const pausedMs = storedPause(storePath, keys, io) - io.clock.wallMs();
  if (pausedMs > 0)
    return {
      sentence: `The bridge has paused it for another ${formatDuration(pausedMs)}, as the platform requested; --force sends the sample now, which may extend the pause.`,
      code: 'paused',
    };
  return undefined;
}

/** Without a store there is no pause to know of. */
function storedPause(path: string, keys: readonly string[], io: Io): number {
  try {
    using database = openStoreFile(path, true, leftOut(io));
    return pausedUntilMs(database, keys);
  } catch {
    return 0;
  }
}
