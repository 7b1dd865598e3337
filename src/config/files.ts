/**
 * The files of a config: read once, and remembered with what they were, so that a reload can tell whether one of them
 * has changed. Nothing else of the config touches the disk.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Throws as `fs.readFileSync` does. */
export type ReadFile = (path: string) => string | Uint8Array;

/** A file that takes part in a config, also one that is not there (yet). */
export interface ConfigFile {
  /** Absolute, as it was opened: behind a link another file may stand later. */
  readonly path: string;
  /** The config itself, a file that it includes, its `.env`, a value (`${file:…}`), a certificate authority, a table. */
  readonly as: 'config' | 'include' | 'env' | 'value' | 'authority' | 'table';
  /** SHA-256, hex; `undefined` when it could not be read. */
  readonly digest: string | undefined;
}

/** Of `include`: files that appear later may take part too. */
export interface ConfigPattern {
  readonly pattern: string;
  /** Absolute; the pattern is relative to it. */
  readonly folder: string;
  /** The files that fitted, as `FindFiles` gives them. */
  readonly found: readonly string[];
}

/** The files that fit a pattern, absolute, sorted by their names; links are followed. Folders are no files. */
export type FindFiles = (pattern: string, folder: string) => readonly string[];

export const findFiles: FindFiles = (pattern, folder) =>
  globSync(pattern, { cwd: folder })
    .map((name) => resolve(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    .sort();

export interface FilesOptions {
  readonly readFile?: ReadFile | undefined;
  readonly findFiles?: FindFiles | undefined;
}

export class ConfigFiles {
  readonly #readFile: ReadFile;
  readonly #findFiles: FindFiles;
  readonly #taken = new Map<string, ConfigFile>();
  readonly #patterns: ConfigPattern[] = [];

  constructor({ readFile = (path) => readFileSync(path), findFiles: find = findFiles }: FilesOptions) {
    this.#readFile = readFile;
    this.#findFiles = find;
  }

  /** Throws as `readFile` does. */
  read(path: string, as: ConfigFile['as']): string | Uint8Array {
    let content: string | Uint8Array | undefined;
    try {
      content = this.#readFile(path);
      return content;
    } finally {
      const digest = content === undefined ? undefined : createHash('sha256').update(content).digest('hex');
      this.#taken.set(path, { path, as, digest });
    }
  }

  /** It takes part, and has been read elsewhere; `digest`: as in `ConfigFile`. */
  note(path: string, as: ConfigFile['as'], digest: string | undefined): void {
    this.#taken.set(path, { path, as, digest });
  }

  /** It takes no part: what it holds is not the user's. Throws as `readFile` does. */
  peek(path: string): string | Uint8Array {
    return this.#readFile(path);
  }

  /** Only whether it is there: it takes no part. */
  isReadable(path: string): boolean {
    try {
      this.#readFile(path);
      return true;
    } catch {
      return false;
    }
  }

  /** Where it leads, if it is a link. */
  linkTarget(path: string): string | undefined {
    try {
      return readlinkSync(path);
    } catch {
      return undefined;
    }
  }

  find(pattern: string, folder: string): readonly string[] {
    const found = this.#findFiles(pattern, folder);
    this.#patterns.push({ pattern, folder, found });
    return found;
  }

  /** Only for advice: what fits takes no part. */
  look(pattern: string, folder: string): readonly string[] {
    return this.#findFiles(pattern, folder);
  }

  get taken(): readonly ConfigFile[] {
    return [...this.#taken.values()];
  }

  get patterns(): readonly ConfigPattern[] {
    return this.#patterns;
  }

  /**
   * SHA-256, hex, of the config with its included files, in their order; of one file alone, that of the file. Values
   * from elsewhere are not in it: it may be shown.
   */
  get digest(): string {
    const [config, ...included] = this.taken.filter(({ as }) => as === 'config' || as === 'include');
    if (config === undefined || included.length === 0) return config?.digest ?? '';
    const whole = createHash('sha256').update(config.digest ?? '');
    for (const { path, digest = '' } of included) whole.update(`\n${path}\n${digest}`);
    return whole.digest('hex');
  }
}

/** One file by all its names. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
