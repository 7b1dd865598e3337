/** Where `${…}` looks: the process environment, then the `.env` beside the config, and files. */
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { VariableSource } from './interpolate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** Throws as `fs.readFileSync` does. */
export type ReadFile = (path: string) => string;

/** Why a file cannot be read, for a person. */
export function readFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return typeof code === 'string' ? code : 'it cannot be read';
  }
}

/**
 * The folder that a relative `store.path` starts from: the config's own, or `$LISTING_BRIDGE_STORE_ROOT`. The
 * image sets it to `/`, because the config is mounted read-only there and `/data` is the volume.
 */
export const storeRoot = (file: string, env: Environment): string =>
  resolve(env['LISTING_BRIDGE_STORE_ROOT'] || dirname(file));

export interface LoadedEnvironment extends VariableSource {
  /** Why the `.env` could not be used, if it is there and could not. */
  readonly fault: string | undefined;
}

/** An empty variable of the process counts as not set when the `.env` has it (Compose passes unset ones as empty). */
export function loadEnvironment(configFile: string, env: Environment, readFile: ReadFile): LoadedEnvironment {
  const folder = dirname(resolve(configFile));
  const envFile = resolve(folder, '.env');
  let fromFile: Environment = {};
  let fault: string | undefined;
  try {
    fromFile = parseEnv(readFile(envFile));
  } catch (error) {
    const reason = readFault(error);
    if (reason !== 'it does not exist') fault = `${envFile} cannot be read: ${reason}`;
  }
  return {
    fault,
    variable: (name) =>
      Object.hasOwn(env, name) && env[name] ? env[name] : (own(fromFile, name) ?? own(env, name)),
    file: (path) => {
      const absolute = resolve(folder, path);
      try {
        return readFile(absolute);
      } catch (error) {
        throw new Error(`the file ${absolute} cannot be read: ${readFault(error)}`);
      }
    },
    howToSet: (name) => `set it in the environment, or add a line ${name}=… to ${envFile}`,
  };
}

const own = (values: Environment, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
