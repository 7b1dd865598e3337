/** Reads the config for a command: whole, or (for commands that must work in an incident) what can be used of it. */
import { existsSync } from 'node:fs';
import { type RequiredConfig as LoadedFile, loadConfig } from '../config/load.ts';
import { placeOf } from '../config/problem.ts';
import type { Remains } from '../config/remains.ts';
import type { Config } from '../config/schema.ts';
import { moreText, someOf } from '../config/some-problems.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { Redactor } from '../platform/secret.ts';
import { ProblemList } from './exit-codes.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';
import { problemText } from './problem-text.ts';

export interface LoadedConfig
  extends Pick<LoadedFile, 'redact' | 'digest' | 'warnings' | 'more' | 'where' | 'files' | 'patterns'> {
  readonly config: Config;
}

/** Throws `ProblemList` with every problem, one below the other. */
export function requireConfig(
  file: string,
  io: Pick<Io, 'env' | 'destinationTypes' | 'columns'>,
  { standsIn = false }: { readonly standsIn?: boolean } = {},
): LoadedConfig {
  const { config, problems, more: beside, ...loaded } = load(file, io, standsIn);
  if (config !== undefined) return { config, more: beside, ...loaded };
  const { columns } = io;
  const { some, more } = someOf(problems, beside.problems);
  const list = some.map((problem) => `${problemText(file, problem, 'bad', columns)}\n\n`).join('');
  const rest = more === 0 ? '' : `${moreText(more)}\n\n`;
  throw new ProblemList(
    list + rest + markedLine('bad', `${counted(problems.length + beside.problems)} in ${file}`, columns),
  );
}

export interface UsableConfig extends Remains {
  readonly redact: Redactor;
  /** The file has no problems. */
  readonly isSound: boolean;
  /** All of it, when it has none. */
  readonly whole: Config | undefined;
  /** That its destinations were read with; absent: those of the program. */
  readonly types: DestinationRegistry | undefined;
}

type Need = 'store' | 'server' | 'destinations';

/**
 * Never throws for what is wrong with the file: reports it, and which value the command goes on with. `given`: the
 * command line has the value, so that a file that is not there is no fault.
 */
export function usableConfig(
  file: string,
  need: Need,
  { given }: { readonly given: string | undefined },
  io: Io,
): UsableConfig {
  const { config, problems, more, remains, redact } = load(file, io);
  const [first] = problems;
  // Without any, the command reports all problems itself.
  const hasNothing = need === 'destinations' && ![...remains.destinations.values()].some((one) => one);
  if (first !== undefined && !hasNothing && (given === undefined || existsSync(file))) {
    const { line, column, message } = first;
    const at = first.file === undefined ? `${line}:${column}` : placeOf(file, first);
    io.warn(
      markedLine(
        'warning',
        `${file} has ${counted(problems.length + more.problems)}, which \`listing-bridge check\` shows; the first is at ${at}: ${message}`,
        io.columns,
      ),
    );
    const rest = given?.replace(CREDENTIALS, '') ?? inWords(need, remains);
    io.warn(markedLine('warning', `Going on with ${rest}.`, io.columns));
  }
  // Of a sound file with what the environment and other files add to them: a proxy, an authority.
  const destinations =
    config === undefined ? remains.destinations : new Map(Object.entries(config.destinations));
  const isSound = config !== undefined;
  return { ...remains, destinations, redact, isSound, whole: config, types: io.destinationTypes };
}

/** `user:password@` of an address. */
const CREDENTIALS = /(?<=^|\/\/)[^/:@\s]*:[^/@\s]*@/;

function inWords(need: Need, { storePath, server, unread }: Remains): string {
  const isDefault = (key: Remains['unread'][number]) => unread.includes(key);
  if (need === 'destinations') return 'its destinations that have no problem';
  if (need === 'store')
    return isDefault('store.path')
      ? `the default store.path, ${storePath} (give another with --store)`
      : `its store.path, ${storePath}`;
  const address = server === false ? 'false' : `${server.host}:${server.port}`;
  return isDefault('server')
    ? `the default server, ${address} (give another with --url)`
    : `its server, ${address}`;
}

const load = (
  file: string,
  { env, destinationTypes: types }: Pick<Io, 'env' | 'destinationTypes'>,
  standsIn = false,
) => loadConfig({ file, env, types, standsIn });

const counted = (problems: number) => (problems === 1 ? '1 problem' : `${problems} problems`);
