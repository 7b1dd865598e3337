/**
 * `init`: on a terminal asks what is wanted, tries the answers, and writes only that; elsewhere, or with `--example`,
 * writes the commented example. Overwrites nothing, and writes nothing before the last answer.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnvFile } from '../config/dotenv.ts';
import { ENV_EXAMPLE, howToGet } from '../config/env-example.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { isUnfilled } from '../config/placeholders.ts';
import { destinationTypes } from '../destinations/index.ts';
import { findTelegramChats } from '../destinations/telegram/find-chats.ts';
import { secretBytes } from '../platform/random.ts';
import { Cancelled } from './ask.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { configText, optionsOf, SCHEMA_FILE } from './init-config.ts';
import { envText } from './init-env.ts';
import { envFileText, requireRoom, writeAll } from './init-files.ts';
import { givenIn, type InitOptions, setupOf } from './init-given.ts';
import { nextSteps, stepsAfterExample } from './init-next.ts';
import { askSetup, type Given } from './init-questions.ts';
import { NAMES, type Setup, variablesOf } from './init-setup.ts';
import type { World } from './init-world.ts';
import type { Io, Terminal } from './io.ts';
import { tryDestination } from './trial.ts';

export async function initCommand(options: InitOptions, io: Io): Promise<ExitCode> {
  const given = givenIn(options);
  const { config, example, yes, minimal } = options;
  const terminal = yes || example ? undefined : io.terminal;
  if (example || (terminal === undefined && !yes && !minimal)) {
    const { feed, exchanges } = options;
    if ((options.for ?? options.to ?? feed ?? exchanges) !== undefined)
      throw new UserError(
        'There is no terminal to ask on: add --yes to take the rest from the environment.',
        WRONG_USAGE,
      );
    return writeExample(config, io);
  }
  requireRoom(dirname(config), [config]);
  const before = envFileText(config);
  const known = knownIn(before, io);
  try {
    const setup =
      terminal === undefined
        ? setupOf(given, { known, bytes: secretBytes })
        : await converse(given, terminal, known, io);
    write(setup, config, before, io);
    return FINE;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    io.warn('Cancelled: nothing was written.');
    return NOT_FINE;
  }
}

/** Values that can be used, as the bridge would read them: the environment of this process first. */
function knownIn(envFile: string | undefined, { env }: Pick<Io, 'env'>): World['known'] {
  const { entries } = parseEnvFile(envFile ?? '');
  const usable = (value: string | undefined): value is string =>
    value !== undefined && value !== '' && !isUnfilled(value, destinationTypes);
  return (name) => {
    const own = env[name];
    if (usable(own)) return { value: own, place: 'the environment' };
    const value = entries.get(name)?.value;
    return usable(value) ? { value, place: '.env' } : undefined;
  };
}

async function converse(given: Given, terminal: Terminal, known: World['known'], io: Io): Promise<Setup> {
  const { askOn } = await import('./ask-terminal.ts');
  const { clock, signal, env } = io;
  return askSetup(given, {
    ask: askOn(terminal, signal),
    known,
    isShadowing: (name) => (env[name] ?? '') !== '',
    send: (chosen) => tryDestination(NAMES[chosen.kind], optionsOf(chosen), io),
    findChats: (botToken, apiUrl = 'https://api.telegram.org') =>
      findTelegramChats({ apiUrl, botToken }, { clock, signal }),
    bytes: secretBytes,
    isStopped: () => signal.aborted,
  });
}

function write(setup: Setup, config: string, before: string | undefined, io: Io): void {
  const folder = dirname(config);
  const schemaFile = join(folder, SCHEMA_FILE);
  const envFile = join(folder, '.env');
  // Made of this program alone: one that is there is its own, or somebody's better one.
  const schema = { path: schemaFile, text: `${JSON.stringify(configJsonSchema())}\n` };
  writeAll([
    { path: config, text: configText(setup) },
    ...(existsSync(schemaFile) ? [] : [schema]),
    { path: envFile, text: envText(before, variablesOf(setup), howToGet), isChange: before !== undefined },
  ]);
  io.print(`wrote ${config} and, for editors, ${SCHEMA_FILE}`);
  io.print(
    before === undefined ? `wrote ${envFile}, with the secrets` : `added to ${envFile} what it did not have`,
  );
  io.print('Only you can read them (mode 600).');
  for (const line of nextSteps(setup, config, envFile, io)) io.print(line);
}

function writeExample(config: string, io: Io): ExitCode {
  const folder = dirname(config);
  const envExample = join(folder, '.env.example');
  requireRoom(folder, [config, envExample]);
  const example = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
  writeAll([
    { path: config, text: example },
    { path: envExample, text: ENV_EXAMPLE },
  ]);
  io.print(`wrote ${config} and ${envExample}`);
  for (const line of stepsAfterExample({ config, envExample, env: join(folder, '.env') }, io)) io.print(line);
  return FINE;
}
