/**
 * Where Node keeps compiled code between starts. Who may write there decides what runs, so only a folder that
 * belongs to this user, and that nobody else can write to, is ever used: the first such of systemd's `CacheDirectory=`,
 * beside the program (a checkout), and beside the store (a service, which may write nowhere else). Without one the
 * program only starts more slowly. `NODE_COMPILE_CACHE` goes before all of them, by Node itself.
 */
import { lstatSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface CompileCacheSearch {
  /** Of the command line. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the running file. */
  readonly program: string;
}

/** The folder, made if need be; `undefined` where there is no safe one. */
export function compileCacheFolder({ args, env, program }: CompileCacheSearch): string | undefined {
  const bySystemd = env['CACHE_DIRECTORY']?.split(':')[0];
  if (bySystemd) {
    const folder = ours(join(bySystemd, 'compiled'), WRITABLE_BY_OTHERS);
    if (folder !== undefined) return folder;
  }
  // Who is of the program's group can change the program itself.
  return (
    ours(join(dirname(program), '.cache'), WRITABLE_BY_ALL) ??
    ours(join(storeFolder(configFile(args, env)), '.compiled'), WRITABLE_BY_OTHERS)
  );
}

/** The bits of a file's mode, as in `man 7 inode`. */
const WRITABLE_BY_ALL = 0o002;
const WRITABLE_BY_OTHERS = 0o022;

function ours(folder: string, forbidden: number): string | undefined {
  return isOurs(parentOf(folder), forbidden) && make(folder) && isOurs(folder, forbidden)
    ? folder
    : undefined;
}

/** The parent itself may be a link (a mounted volume); it counts as what it leads to. */
function parentOf(folder: string): string {
  try {
    return realpathSync(dirname(folder));
  } catch {
    return dirname(folder);
  }
}

function make(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EEXIST';
  }
}

function isOurs(folder: string, forbidden: number): boolean {
  try {
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & forbidden) === 0;
  } catch {
    return false;
  }
}

function configFile(args: readonly string[], env: CompileCacheSearch['env']): string {
  const at = args.findIndex((word) => word === '-c' || word === '--config');
  const joined = args.find((word) => word.startsWith('--config='))?.slice('--config='.length);
  return (at === -1 ? joined : args[at + 1]) ?? env['LISTING_BRIDGE_CONFIG'] ?? 'config.yaml';
}

/** `path` directly under `store`, in either form of YAML. */
const STORE_PATH = /^store:\s*(?:\{[^}]*?|(?:#.*)?\n(?:[ \t].*\n)*?[ \t]+)\bpath:\s*["']?([^"'\s,}]+)/m;
const LONGEST_STORE = 2000;

/** A guess, because the config is read much later: a wrong one is a folder that is ours alone all the same, or none. */
function storeFolder(config: string): string {
  const base = dirname(resolve(config));
  try {
    const text = readFileSync(config, 'utf8');
    const at = text.search(/^store:/m);
    const path = at === -1 ? undefined : STORE_PATH.exec(text.slice(at, at + LONGEST_STORE))?.[1];
    if (path !== undefined && !path.includes('$')) return dirname(resolve(base, path));
  } catch {
    // Its absence is reported by the command.
  }
  return join(base, 'data');
}
