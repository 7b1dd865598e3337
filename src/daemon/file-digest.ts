/**
 * Whether files are still those that were read. The status asks every few seconds, and a config of ten thousand rules
 * takes milliseconds to read: so a file is read only when the file system says that it may have changed, and a large one
 * beside the loop: until it has been read, it counts as unchanged.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { findFiles } from '../config/files.ts';
import type { Clock } from '../platform/clock.ts';
import { contentOf } from './file-content.ts';
import type { FilesRead } from './ready-config.ts';

/** Time stamps of files may be as coarse as this (2 s on FAT): a younger file may change without another stamp. */
const COARSE_MS = 2000;

/** In a millisecond. */
const MOST_AT_ONCE_BYTES = 256_000;

const UNREADABLE = 'unreadable';

export class FileDigest {
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #read: (file: string) => Buffer;
  /** Of the files that were asked for. */
  readonly #known = new Map<string, { readonly stamp: string; readonly digest: string }>();

  readonly #beingRead = new Set<string>();

  /** `read`: for a test, which counts; not of large ones. */
  constructor(clock: Pick<Clock, 'wallMs'>, read: (file: string) => Buffer = (file) => readFileSync(file)) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Whether every file of a config is as it was, and no other fits its patterns. */
  isAsRead({ files, patterns }: FilesRead): boolean {
    // A config that has been replaced may have had others.
    if (this.#known.size > files.length) this.#known.clear();
    return (
      files.every(({ path, digest = UNREADABLE }) => (this.of(path) ?? digest) === digest) &&
      patterns.every(({ pattern, folder, found }) => sameTexts(findFiles(pattern, folder), found))
    );
  }

  /** SHA-256, hex; `unreadable` when it cannot be read; `undefined`: that is not known yet. */
  of(file: string): string | undefined {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
      const stamp = [dev, ino, size, mtimeMs, ctimeMs].join();
      const known = this.#known.get(file);
      if (known?.stamp === stamp) return known.digest;
      const isOld = this.#clock.wallMs() - Math.max(mtimeMs, ctimeMs) > COARSE_MS;
      if (size > MOST_AT_ONCE_BYTES) {
        // While it is being written it would be read again and again.
        if (isOld) void this.#readBeside(file, stamp);
        return undefined;
      }
      const digest = createHash('sha256').update(this.#read(file)).digest('hex');
      if (isOld) this.#known.set(file, { stamp, digest });
      else this.#known.delete(file);
      return digest;
    } catch {
      return UNREADABLE;
    }
  }

  async #readBeside(file: string, stamp: string): Promise<void> {
    if (this.#beingRead.has(file)) return;
    this.#beingRead.add(file);
    const { digest = UNREADABLE } = (await contentOf(file)) ?? {};
    this.#known.set(file, { stamp, digest });
    this.#beingRead.delete(file);
  }
}

const sameTexts = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((text, index) => text === other[index]);
