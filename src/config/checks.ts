/** Everything that is checked of a config whose YAML parses: its form by the schema, and each check that looks across it. */

import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { destinationTypes } from '../destinations/index.ts';
import type { TableOf } from '../matching/table.ts';
import { isRecord } from '../platform/wire-values.ts';
import { NO_WISHES, type TableWishes } from '../tables/ahead.ts';
import { folderOfTables } from '../tables/kept.ts';
import { clearText } from './clear-text.ts';
import { unheardAlerts, unused, unusualKeys, unusualWords } from './config-warnings.ts';
import { cooldownWarnings } from './cooldown-warnings.ts';
import { deadRules } from './dead-rules.ts';
import { onceForAll } from './defaults.ts';
import type { LoadedEnvironment } from './environment.ts';
import { exposedSecrets } from './exposed-secrets.ts';
import { isExtension } from './extensions.ts';
import { extractFaults, extractWarnings } from './extracts.ts';
import type { TableReaders } from './file-tables.ts';
import type { ConfigFiles, ReadFile } from './files.ts';
import { foreignFile } from './foreign-files.ts';
import { foreignVariables } from './foreign-variables.ts';
import { gluedTickers } from './glued-tickers.ts';
import { groupFaults, unusedGroups } from './groups.ts';
import { foreignPlaceholders, literalTemplates } from './literal-templates.ts';
import type { Located } from './located.ts';
import { mannerFaults } from './manner-faults.ts';
import { checkNames } from './names.ts';
import { oddChats } from './odd-chats.ts';
import { oddAnswers, oddConditions } from './odd-conditions.ts';
import { ownForms } from './own-forms.ts';
import { isWebPage } from './pasted.ts';
import { placeholders, withoutUnfilled } from './placeholders.ts';
import type { Finding, Path } from './problem.ts';
import { retentionFaults } from './retention-faults.ts';
import { type Config, configSchema, configSchemaOf, storeOptions } from './schema.ts';
import { issueMessage, type KnownKeys, schemaProblems } from './schema-problems.ts';
import { type ConfigSections, readableSections, sectionsOf, soundSections } from './sections.ts';
import { shortRetries } from './short-retries.ts';
import { tableFaults, unusedTables } from './table-names.ts';
import { loadTables } from './tables.ts';
import { alertFaults, emptyTargets, targetFaults, withTargets } from './targets.ts';
import { checkTemplates } from './template-checks.ts';
import { testFaults, untimedTests } from './test-faults.ts';
import { checkWays, withWays } from './ways.ts';
import { weakToken } from './weak-token.ts';
import { whenWarnings } from './when-warnings.ts';

export interface Checked {
  readonly config: Config | undefined;
  readonly parts: ConfigSections | undefined;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Secrets in clear; also among the warnings. */
  readonly exposed: readonly Finding[];
  /** Of tables that the readers have not read. */
  readonly unread: TableWishes;
}

export const NOT_CHECKED: Checked = {
  config: undefined,
  parts: undefined,
  errors: [],
  warnings: [],
  exposed: [],
  unread: NO_WISHES,
};

export interface CheckContext {
  /** The config, as it was given. */
  readonly file: string;
  readonly storeFolder: string;
  readonly files: ConfigFiles;
  readonly known: KnownKeys;
  readonly environment: LoadedEnvironment;
  /** False: a file that is included could not be read, so that nothing counts as missing. */
  readonly isComplete: boolean;
  /** Nothing is sent: values need not be real, and files beside the config need not be there. */
  readonly standsIn: boolean;
  /** Of tables. */
  readonly readers: TableReaders;
}

/** `root`: of all files, with the defaults in its destinations. */
export function check(root: Located, context: CheckContext): Checked {
  const { file, storeFolder, files, known, environment } = context;
  if (root.value === null) return NOT_CHECKED;
  if (!isRecord(root.value)) {
    return { ...NOT_CHECKED, errors: [noMapping(root.value)] };
  }
  const ofOther = foreignFile(root);
  if (ofOther !== undefined) return { ...NOT_CHECKED, errors: [ofOther] };
  const { types, secrets } = known;
  const readFile: ReadFile = (path) => files.read(path, 'authority');
  const ways = { folder: dirname(resolve(file)), readFile, variable: environment.variable };
  const schema = types === destinationTypes ? configSchema : configSchemaOf(types);
  const parsed = schema.safeParse(withoutExtensions(root.value), { error: issueMessage });
  const written = parsed.success ? sectionsOf({ ...parsed.data, types }) : soundSections(root, types);
  const readable = parsed.success ? written : readableSections(root, types);
  const parts = withTargets(written);
  // A name that is nowhere may be one of a section that cannot be read.
  const isComplete =
    context.isComplete && NAMING.every((section) => isRecord(root.children.get(section)?.value ?? {}));
  const isCertain = ({ absent = false }: Finding) => !absent || isComplete;
  const misnamed = [
    ...groupFaults(readable),
    ...targetFaults(readable),
    ...alertFaults(readable),
    ...mannerFaults(readable),
    ...tableFaults(readable, root),
  ].filter(isCertain);
  // A broken rule or group, or a misspelled name, may be the one that means what seems to be unused.
  const isNamed = isComplete && misnamed.length === 0 && written.rules.length > 0 && !hasBroken(written);
  const loaded = loadTables(readable.tables, {
    ...{ folder: ways.folder, files, readers: context.readers },
    keptIn: folderOfTables(resolve(storeFolder, parsed.data?.store.path ?? STORE)),
  });
  const inline = new Map(
    [...loaded.tables].filter(([name, { source }]) => source.kind === 'inline' && written.tables.get(name)),
  );
  const knownTable: TableOf = (name) => inline.get(name);
  const foreign = [...foreignVariables(root, secrets, (name) => environment.variable(name) !== undefined)];
  const issues = parsed.success ? [] : schemaProblems(parsed.error.issues, root, known);
  const elsewhere = [...foreign, ...issues.filter(({ at }) => at === 'key')].map(({ path }) => path);
  const literal = [...literalTemplates(root, types)].filter(
    ({ path }) => !elsewhere.some((above) => above.every((step, index) => path[index] === step)),
  );
  const unfilled = context.standsIn
    ? []
    : [
        ...foreign,
        ...placeholders(root, { types, secrets, variables: environment }, [...literal, ...foreign]),
      ];
  const isExplained = new Set([...literal, ...unfilled].map(({ path }) => JSON.stringify(path)));
  const errors = [
    ...issues.filter(({ path, at }) => context.isComplete || !isAboutWhole(path, at)),
    ...misnamed,
    ...checkNames(readable),
    ...extractFaults(readable, root),
    ...loaded.errors,
    ...[...testFaults(readable)].filter(isCertain),
    ...(parsed.success ? retentionFaults(parsed.data) : []),
    ...(context.standsIn ? [] : checkWays(readable, ways)),
    ...checkTemplates(withTargets(readable), parts),
  ].filter(
    ({ path }) =>
      !isExplained.has(JSON.stringify(path)) && !isExplained.has(JSON.stringify(path.slice(0, -1))),
  );
  const ended = (config: Config) => (context.standsIn ? config : withWays(config, types, ways));
  const odd = [...oddConditions(parts.rules, knownTable)];
  const exposed = [...exposedSecrets(root, secrets)].filter(
    ({ path }) => !isExplained.has(JSON.stringify(path)),
  );
  const ready = { types, liveTables: loaded.tables, tableOf: lookingIn(loaded.tables) };
  return {
    config:
      parsed.success && errors.length === 0
        ? ended(absolute(resolved({ ...parsed.data, ...ready }, parts), file, storeFolder))
        : undefined,
    parts: withoutUnfilled(parts, unfilled),
    unread: loaded.unread,
    exposed,
    errors: onceForAll([...literal, ...unfilled, ...errors], root),
    warnings: onceForAll(
      [
        ...(isNamed ? [...unused(parts), ...emptyTargets(written)] : []),
        ...(isNamed && parsed.success ? unusedGroups(written) : []),
        ...(isNamed && parsed.success ? unusedTables(written, root) : []),
        ...loaded.warnings,
        ...unheardAlerts(written),
        ...untimedTests(parts),
        ...unusualWords(parts),
        ...unusualKeys(parts),
        ...clearText(parts),
        ...shortRetries(parts, root),
        ...oddChats(parts, root),
        ...ownForms(parts),
        ...weakToken(root, context),
        ...odd,
        ...oddAnswers(parts),
        ...deadRules(parts, rulesIn(odd.filter(({ never }) => never)), knownTable),
        ...whenWarnings(parts),
        ...cooldownWarnings(parts, plainRetention(parsed.data)),
        ...foreignPlaceholders(root, types),
        ...gluedTickers(parts, root),
        ...extractWarnings(parts, root),
        ...exposed,
      ].filter(({ path, isNote }) => isNote || !isExplained.has(JSON.stringify(path))),
      root,
    ),
  };
}

function noMapping(value: unknown): Finding {
  if (isWebPage(value))
    return {
      path: [],
      message: 'this is a web page, not a config',
      hint: 'download the file itself: on GitHub it is behind "Raw"',
    };
  const [first] = Array.isArray(value) ? value : [];
  const isRules = isRecord(first) && ('match' in first || 'send' in first);
  return {
    path: [],
    message: 'the config must be a mapping with feeds, destinations and rules',
    hint: isRules ? 'this list belongs under `rules:`' : 'make one with: listing-bridge init',
  };
}

/** A section that is missing or empty, which another file may bring. */
const isAboutWhole = ([section, ...rest]: Path, at: Finding['at']) =>
  rest.length === 0 && (at === 'missing' || section === 'destinations' || section === 'rules');

/** Made here, so that whoever keeps it keeps nothing of the file. */
const lookingIn =
  (tables: Config['liveTables']): TableOf =>
  (name) =>
    tables.get(name);

/** By kind, a cooldown that is longer is an error. */
function plainRetention(config: z.output<typeof configSchema> | undefined): number | undefined {
  const retention = config?.store.retention;
  return typeof retention === 'number' ? retention : undefined;
}

const STORE = storeOptions.parse({}).path;

const NAMING = ['destinations', 'groups', 'templates', 'tables'];

const hasBroken = ({ rules, groups }: ConfigSections) =>
  rules.includes(undefined) || [...groups.values()].includes(undefined);

/** The rules that they are about. */
export const rulesIn = (findings: readonly Finding[]): ReadonlySet<number> =>
  new Set(
    findings.flatMap(({ path: [section, index] }) =>
      section === 'rules' && typeof index === 'number' ? [index] : [],
    ),
  );

const withoutExtensions = (config: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !isExtension(key)));

/** With the destinations that rules and alerts come down to. */
const resolved = (config: Omit<Config, 'file'>, { rules, alerts }: ConfigSections): Omit<Config, 'file'> => ({
  ...config,
  rules: rules.filter((rule) => rule !== undefined),
  alerts,
});

/** Files are relative to the config's folder, wherever the bridge is started from. */
const absolute = (config: Omit<Config, 'file'>, file: string, storeFolder: string): Config => ({
  ...config,
  file,
  store: { ...config.store, path: resolve(storeFolder, config.store.path) },
});
