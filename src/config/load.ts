/**
 * A config file → a typed `Config`, or every problem with it in one go, each with line and column.
 * Pure but for `readFile`. Neither problems nor warnings ever hold a secret.
 */
import { dirname, join } from 'node:path';
import { destinationTypes } from '../destinations/index.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { SecretWords } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { TableWishes } from '../tables/ahead.ts';
import { check, NOT_CHECKED, rulesIn } from './checks.ts';
import { withDefaults } from './defaults.ts';
import { type Environment, type LoadedEnvironment, storeRoot } from './environment.ts';
import { readersWith, type TableReaders } from './file-tables.ts';
import { type ConfigFile, ConfigFiles, type ConfigPattern, type FilesOptions } from './files.ts';
import { mergedFiles } from './merged-files.ts';
import type { ParsedFile } from './parsed-file.ts';
import { byPlace, type ConfigPlace, type ConfigProblem, type Finding, type Path } from './problem.ts';
import { readFiles } from './read-files.ts';
import { type Remains, remainsOf } from './remains.ts';
import { type Config, configSchema } from './schema.ts';
import type { KnownKeys } from './schema-problems.ts';
import { secretKnowledge } from './secret-knowledge.ts';
import { redactorFor } from './secret-places.ts';
import { Source, type Spot } from './source.ts';
import { Sources } from './sources.ts';
import { withStandIns } from './stand-ins.ts';
import { hintOfEmpty } from './too-much.ts';

export { type ConfigProblem, formatProblem } from './problem.ts';

export interface RequiredConfig {
  /** Absent exactly when there are problems. */
  readonly config: Config | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** Right for some people; `--strict` passes. */
  readonly notes: readonly ConfigProblem[];
  /** How many there are beside these: of thousands only the first are reported. */
  readonly more: Readonly<Record<'problems' | 'warnings' | 'notes', number>>;
  /** How many rules are known to match nothing; each is among the warnings. */
  readonly deadRules: number;
  /** Redacts every secret of the file and of the values that it refers to. */
  readonly redact: Redactor;
  /** Those that `redact` was made of. */
  readonly secretWords: SecretWords;
  /** The usable part of a config, however broken it is. */
  readonly remains: Remains;
  /**
   * Where the value at a path (`['rules', 0, 'send']`) stands, of a mapping or list its key; through an alias or `<<`,
   * where it is written. Of a default, the nearest that is written and that it belongs to; `undefined`: there is none.
   */
  readonly where: (path: Path) => ConfigPlace | undefined;
  /** SHA-256 of the file with those that it includes, hex; empty when it cannot be read. */
  readonly digest: string;
  /** Every file that takes part: when one of them changes, the config may. */
  readonly files: readonly ConfigFile[];
  /** A file that appears later and fits one of these takes part too. */
  readonly patterns: readonly ConfigPattern[];
  /** For tables: what the given readers have not read. With any, the rest says little: read it, and load again. */
  readonly unread: TableWishes;
}

export interface LoadOptions extends FilesOptions {
  readonly file: string;
  readonly env: Environment;
  /** Absent: those of the program. */
  readonly types?: DestinationRegistry | undefined;
  /** Something stands in for a variable that is not set and a file that cannot be read: for commands that send nothing. */
  readonly standsIn?: boolean;
  /** Absent: what tables need is read at once. */
  readonly tables?: TableReaders | undefined;
  /** Asked of a valid config: what else is wrong with it, here and now. `secretsInClear`: the files in which some stand. */
  readonly inspect?: (config: Config, secretsInClear: ReadonlySet<string>, redact: Redactor) => Inspected;
}

export interface Inspected {
  readonly errors: readonly Finding[];
  /** Of files as a whole, so with their places. */
  readonly warnings: readonly ConfigProblem[];
}

const NOTHING_FOUND: Inspected = { errors: [], warnings: [] };

export function loadConfig(options: LoadOptions): RequiredConfig {
  const { file, env, types = destinationTypes, inspect, standsIn = false } = options;
  const known: KnownKeys = { types, secrets: secretKnowledge(types) };
  const storeFolder = storeRoot(file, env);
  const files = new ConfigFiles(options);
  const { tables: readers = readersWith((path) => files.peek(path)) } = options;
  const { environment, parsed, isComplete, ...include } = readFiles(file, env, files, standsIn);
  const [main] = parsed;
  const merged = mergedFiles(parsed, file, KNOWN_KEYS);
  const { root: filled, faults: unfit } = standsIn
    ? withStandIns(merged.root, types)
    : { root: merged.root, faults: [] };
  const root = filled && withDefaults(filled, types);
  const checked =
    root === undefined || environment === undefined || main.fatal
      ? NOT_CHECKED
      : check(root, { file, storeFolder, files, known, environment, isComplete, standsIn, readers });
  const roots = parsed.flatMap(({ root: written }) => written ?? []);
  const { redact, words } = redactorFor(roots, checked.config ?? checked.parts, known.secrets);
  const sourceOf = (one: ParsedFile) => new Source(one, redact, known.secrets);
  const [first, ...others] = parsed.map(sourceOf);
  const sources = new Sources([first ?? sourceOf(main), ...others], root, file);

  const wrong: Spot[] = [];
  const add = (found: Iterable<Spot>) => {
    for (const spot of found) wrong.push(spot);
  };
  for (const [ordinal, { faults }] of parsed.entries())
    add(faults.map((fault) => sources.spotOf(fault, ordinal)));
  add([...merged.faults, ...unfit].map((fault) => sources.spotOf(fault, fault.file)));
  const ofWhole = (message: string, hint?: string) =>
    add([sources.spotOf({ range: [0, 0], message, hint }, 0)]);
  if (environment?.fault !== undefined) ofWhole(environment.fault);
  if (!main.fatal && (root === undefined || root.value === null))
    ofWhole('the file is empty', hintOfEmpty(main.text));
  const spotsOf = (found: readonly Finding[]) => found.map((finding) => sources.spotAt(finding));
  add(spotsOf([...include.errors, ...checked.errors]));
  const valid = wrong.length === 0 ? checked.config : undefined;
  const inClear = new Set(checked.exposed.map(({ path }) => sources.fileOf(path)));
  const inspected = (valid && inspect?.(valid, inClear, redact)) ?? NOTHING_FOUND;
  add(spotsOf(inspected.errors));
  const problems = sources.reported(wrong);
  const warned = sources.reported(
    spotsOf([...include.warnings, ...checked.warnings.filter(({ isNote }) => !isNote)]),
  );
  const remarks = environment === undefined ? [] : environmentRemarks(environment, file);
  const notes = sources.reported(spotsOf(checked.warnings.filter(({ isNote }) => isNote)));
  const names = parsed.map(({ name = file }) => name);
  return {
    config: wrong.length === 0 ? checked.config : undefined,
    problems: problems.some,
    warnings: inOrder([...remarks, ...inspected.warnings, ...warned.some], names),
    notes: notes.some,
    more: { problems: problems.more, warnings: warned.more, notes: notes.more },
    remains: remainsOf(root, {
      storeFolder,
      isTrusted: !main.fatal && isRecord(root?.value),
      isComplete,
      parts: checked.parts,
    }),
    deadRules: rulesIn(checked.warnings.filter(({ never }) => never)).size,
    redact,
    secretWords: words,
    where: (path) => sources.whereIs(path),
    digest: files.digest,
    files: files.taken,
    patterns: files.patterns,
    unread: checked.unread,
  };
}

/** Of the top level. */
const KNOWN_KEYS = Object.keys(configSchema.shape);

/** In the order of the files. `names`: of the files, the config itself first. */
function inOrder(problems: readonly ConfigProblem[], names: readonly string[]): ConfigProblem[] {
  const ordinals = new Map(names.map((name, ordinal) => [name, ordinal]));
  const ordinalOf = ({ file }: ConfigProblem) => (file === undefined ? 0 : (ordinals.get(file) ?? 0));
  return problems.toSorted((a, b) => ordinalOf(a) - ordinalOf(b) || byPlace(a, b));
}

/** No line of a `.env` is ever shown. */
function environmentRemarks({ remarks, processRemarks }: LoadedEnvironment, file: string): ConfigProblem[] {
  const place = { column: 1, sourceLine: '' };
  return [
    ...remarks.map((remark) => ({ ...place, ...remark, file: join(dirname(file), '.env') })),
    ...[...processRemarks].map(([name, { message, hint }]) => ({
      ...place,
      line: 1,
      message: `the variable ${name} ${message}`,
      hint,
    })),
  ];
}
