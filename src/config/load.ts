/**
 * A config file → a typed `Config`, or every problem with it in one go, each with line and column.
 * Pure but for `readFile`. Neither problems nor warnings ever hold a secret.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { destinationTypes } from '../destinations/index.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { Redactor } from '../platform/secret.ts';
import { isRecord } from '../platform/wire-values.ts';
import { check, NOT_CHECKED, rulesIn } from './checks.ts';
import { withDefaults } from './defaults.ts';
import { readDocument } from './document.ts';
import {
  type Environment,
  type LoadedEnvironment,
  loadEnvironment,
  type ReadFile,
  readFault,
  storeRoot,
} from './environment.ts';
import { decodeText } from './file-text.ts';
import { byPlace, type ConfigPlace, type ConfigProblem, type Finding, type Path } from './problem.ts';
import { type Remains, remainsOf } from './remains.ts';
import type { Config } from './schema.ts';
import type { KnownKeys } from './schema-problems.ts';
import { secretKnowledge } from './secret-knowledge.ts';
import { redactorFor } from './secret-places.ts';
import { Source } from './source.ts';

export { type ConfigProblem, formatProblem } from './problem.ts';

export interface RequiredConfig {
  /** Absent exactly when there are problems. */
  readonly config: Config | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** How many rules are known to match nothing; each is among the warnings. */
  readonly deadRules: number;
  /** Redacts every secret of the file and of the values that it refers to. */
  readonly redact: Redactor;
  /** The usable part of a config, however broken it is. */
  readonly remains: Remains;
  /**
   * Where the value at a path (`['rules', 0, 'send']`) stands, of a mapping or list its key; through an alias or `<<`,
   * where it is written. Of a default, the nearest that is written and that it belongs to; `undefined`: there is none.
   */
  readonly where: (path: Path) => ConfigPlace | undefined;
  /** SHA-256 of the file, hex; empty when it cannot be read. */
  readonly digest: string;
}

export interface LoadOptions {
  readonly file: string;
  readonly env: Environment;
  readonly readFile?: ReadFile;
  /** Absent: those of the program. */
  readonly types?: DestinationRegistry | undefined;
  /** Asked of a valid config: what else is wrong with it, here and now. */
  readonly inspect?: (config: Config, hasSecretsInClear: boolean) => Inspected;
}

export interface Inspected {
  readonly errors: readonly Finding[];
  /** Of files as a whole, so with their places. */
  readonly warnings: readonly ConfigProblem[];
}

/** Ten thousand rules take 1.5 MB (docs/performance.md); this keeps a wrong path (a log, a disk image) from being parsed. */
const LONGEST_FILE = 10_000_000;

/** U+FFFD is what becomes of bytes that are not UTF-8; a NUL is every second byte of UTF-16. */
const NOT_UTF8 = /[\0\uFFFD]/;

const NOTHING_FOUND: Inspected = { errors: [], warnings: [] };

const readBytes: ReadFile = (path) => readFileSync(path);

export function loadConfig({
  file,
  env,
  readFile = readBytes,
  types = destinationTypes,
  inspect,
}: LoadOptions): RequiredConfig {
  const known: KnownKeys = { types, secrets: secretKnowledge(types) };
  const storeFolder = storeRoot(file, env);
  let raw: string | Uint8Array;
  try {
    raw = readFile(resolve(file));
  } catch (error) {
    const fault = readFault(error);
    return unusable(storeFolder, `the file cannot be read: ${fault}`, adviceFor(fault));
  }
  const digest = createHash('sha256').update(raw).digest('hex');
  if (raw.length > LONGEST_FILE)
    return unusable(storeFolder, 'the file is too large to be a config', undefined, digest);
  const text = decodeText(raw);
  const [sound = ''] = text.split(NOT_UTF8, 1);
  if (sound.length < text.length)
    return unusable(storeFolder, 'this is not UTF-8 text', 'save the file as UTF-8', digest, sound);

  const environment = loadEnvironment(file, env, readFile);
  const { root: written, faults, fatal, lines } = readDocument(text, environment);
  const root = written && withDefaults(written, types);
  const checked =
    root !== undefined && !fatal ? check(root, file, storeFolder, readFile, known, environment) : NOT_CHECKED;
  const redact = redactorFor(written, checked.config ?? checked.parts, known.secrets);
  const source = new Source(text, lines, { written, root }, fatal, redact, known.secrets);

  const problems = faults.map((fault) => source.problemOf(fault));
  if (environment.fault !== undefined)
    problems.push(source.problemOf({ range: [0, 0], message: environment.fault }));
  if (!fatal && (root === undefined || root.value === null))
    problems.push(
      source.problemOf({
        range: [0, 0],
        message: 'the file is empty',
        hint: 'make one with: listing-bridge init',
      }),
    );
  problems.push(...checked.errors.map((finding) => source.problemAt(finding)));
  const valid = problems.length === 0 ? checked.config : undefined;
  const inspected = (valid && inspect?.(valid, checked.hasSecretsInClear)) ?? NOTHING_FOUND;
  problems.push(...inspected.errors.map((finding) => source.problemAt(finding)));
  const warnings = [
    ...environmentRemarks(environment, file),
    ...inspected.warnings,
    ...checked.warnings.map((finding) => source.problemAt(finding)),
  ];
  return {
    config: problems.length === 0 ? checked.config : undefined,
    problems: tidy(problems),
    warnings: tidy(warnings),
    remains: remainsOf(root, {
      storeFolder,
      isTrusted: !fatal && isRecord(root?.value),
      parts: checked.parts,
    }),
    deadRules: rulesIn(checked.warnings.filter(({ never }) => never)).size,
    redact,
    where: (path) => {
      const place = source.whereIs(path);
      return place && { file, ...place };
    },
    digest,
  };
}

/** In the order of the file, nothing twice. */
function tidy(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>();
  return problems.toSorted(byPlace).filter(({ file, line, column, message }) => {
    const key = `${file}:${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
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

function adviceFor(fault: ReturnType<typeof readFault>): string {
  if (fault === 'it does not exist') return 'make one with: listing-bridge init';
  return fault === 'it is a folder'
    ? 'name the file in it, with -c'
    : 'let the user who runs this read it, or name another file with -c';
}

/** The line itself is not shown: nobody can tell where in it a secret stands. */
function unusable(
  storeFolder: string,
  message: string,
  hint?: string,
  digest = '',
  before = '',
): RequiredConfig {
  const lines = before.split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return {
    config: undefined,
    problems: [{ line: lines.length, column, message, hint, sourceLine: '' }],
    warnings: [],
    remains: remainsOf(undefined, { storeFolder, isTrusted: false, parts: undefined }),
    deadRules: 0,
    redact: (text) => text,
    where: () => undefined,
    digest,
  };
}
