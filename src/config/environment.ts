/** Where `${…}` looks: the process environment, then the `.env` beside the config, and files. */
import { dirname, resolve } from 'node:path';
import { decodeText } from '../platform/file-text.ts';
import { nearest } from '../platform/suggest.ts';
import { type EnvFile, type EnvRemark, parseEnvFile } from './dotenv.ts';
import type { ConfigFiles } from './files.ts';
import { FirstHints } from './first-hints.ts';
import type { VariableSource } from './interpolate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why a file cannot be read, for a person. */
export const readFault = (error: unknown): string =>
  faultOfCode(error instanceof Error && 'code' in error ? error.code : undefined);

/** `code`: of the file system. */
export function faultOfCode(code: unknown): string {
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

interface ProcessRemark {
  readonly message: string;
  readonly hint: string;
}

export interface LoadedEnvironment extends VariableSource {
  /** Why the `.env` could not be used, if it is there and could not. */
  readonly fault: string | undefined;
  /** Oddities of the `.env`. */
  readonly remarks: readonly EnvRemark[];
  /** Oddities of the process variables that were read so far, without their values. */
  readonly processRemarks: ReadonlyMap<string, ProcessRemark>;
}

const NO_FILE = parseEnvFile('');

/** An empty variable of the process counts as not set when the `.env` has it (Compose passes unset ones as empty). */
export function loadEnvironment(configFile: string, env: Environment, files: ConfigFiles): LoadedEnvironment {
  const folder = dirname(resolve(configFile));
  const envFile = resolve(folder, '.env');
  let fromFile = NO_FILE;
  let fault: string | undefined;
  let isThere = true;
  try {
    fromFile = parseEnvFile(decodeText(files.read(envFile, 'env')));
  } catch (error) {
    const reason = readFault(error);
    isThere = reason !== 'it does not exist';
    if (isThere) fault = `${envFile} cannot be read: ${reason}`;
  }
  const processRemarks = new Map<string, ProcessRemark>();
  const hints = new FirstHints();
  let where: string | undefined;
  const elsewhereOnce = () => {
    where ??= elsewhere(envFile, files);
    return where;
  };
  const ofProcess = (name: string) => {
    const value = own(env, name) ?? own(env, `\ufeff${name}`);
    if (value === undefined) return undefined;
    const { text, remark } = fromProcess(value);
    if (remark !== undefined) processRemarks.set(name, remark);
    return text;
  };
  return {
    fault,
    remarks: fromFile.remarks,
    processRemarks,
    variable: (name) => ofProcess(name) || (fromFile.entries.get(name)?.value ?? own(env, name)),
    faultOf: (name) => {
      const entry = ofProcess(name) ? undefined : fromFile.entries.get(name);
      return entry?.fault === undefined ? undefined : `.env:${entry.line}: ${entry.fault}`;
    },
    placeOf: (name) => {
      if (ofProcess(name)) return 'set in the environment';
      const entry = fromFile.entries.get(name);
      return entry === undefined ? undefined : `.env:${entry.line}`;
    },
    lostAt: (name) => {
      if (fault !== undefined) return `it is not set in the environment, and ${fault}`;
      const line = fromFile.mentioned(name);
      return line === undefined
        ? undefined
        : `.env:${line} names it, but not in a line of its own that reads ${name}=…`;
    },
    file: (path) => {
      const absolute = resolve(folder, path);
      try {
        return decodeText(files.read(absolute, 'value'));
      } catch (error) {
        throw new Error(`the file ${absolute} cannot be read: ${readFault(error)}`);
      }
    },
    howToSet: (name) =>
      hints.of(name, () => whereItIs(name, fromFile, env)) ??
      `set it in the environment, or add a line ${name}=… to ${envFile}${isThere ? '' : ` (${elsewhereOnce()})`}`,
  };
}

/** Names that editors and people give it; and the folder from which the command was started. */
function elsewhere(envFile: string, files: ConfigFiles): string {
  const folder = dirname(envFile);
  const others = [
    [resolve('.env'), 'only the .env beside the config is read: move it'],
    [resolve(folder, '.env.txt'), 'rename it to .env'],
    [resolve(folder, 'env'), 'rename it to .env'],
    [resolve(folder, '.env.local'), 'rename it to .env'],
    [resolve(folder, '.env.example'), 'copy it to .env and fill it in'],
  ] as const;
  for (const [path, advice] of others)
    if (path !== envFile && files.isReadable(path)) return `there is ${path}; ${advice}`;
  return 'which does not exist yet';
}

/** Something in the `.env` that is nearly it. */
function whereItIs(name: string, { entries, commentedOut }: EnvFile, env: Environment): string | undefined {
  const empty = entries.get(name);
  if (empty !== undefined) return `write the value behind ${name}= in line ${empty.line} of .env`;
  const commented = commentedOut.get(name);
  if (commented !== undefined) return `line ${commented} of .env has it as a comment: remove the #`;
  const similar = nearest(name, entries.keys());
  if (similar !== undefined)
    return `line ${entries.get(similar)?.line} of .env has ${similar}: is that the one?`;
  const otherCase = Object.keys(env).find(
    (other) => other !== name && other.toLowerCase() === name.toLowerCase(),
  );
  return otherCase === undefined
    ? undefined
    : `the environment has ${otherCase}: upper and lower case matter`;
}

/** `docker --env-file` and some service managers hand over what a shell would take away. */
function fromProcess(value: string): { readonly text: string; readonly remark?: ProcessRemark } {
  const text = value.replace(/\r$/, '');
  const [, quote = '', inner] = /^(["'`])(.*)\1$/s.exec(text) ?? [];
  if (inner !== undefined && !inner.includes(quote))
    return {
      text: inner,
      remark: {
        message: 'has quotes around its value, because docker --env-file keeps them; they are removed',
        hint: 'write the value without quotes in the file that --env-file names',
      },
    };
  if (text !== value)
    return {
      text,
      remark: {
        message: 'ends in a carriage return, as in files with Windows line endings; it is removed',
        hint: 'save the file that sets it with Unix line endings (LF)',
      },
    };
  if (/\s#/.test(text))
    return {
      text,
      remark: {
        message: 'has a # after a space in its value: docker --env-file has no comments at the end of a line',
        hint: 'put the comment on its own line',
      },
    };
  return { text };
}

const own = (values: Environment, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
