/**
 * Whether a file is still the one that was read. The status asks every few seconds, and a config of ten thousand rules
 * takes milliseconds to read: so it is read only when the file system says that it may have changed.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';

/** Time stamps of files may be as coarse as this (2 s on FAT): a younger file may change without another stamp. */
const COARSE_MS = 2000;

export class FileDigest {
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #read: (file: string) => Buffer;
  #known: { readonly file: string; readonly stamp: string; readonly digest: string } | undefined;

  /** `read`: for a test, which counts. */
  constructor(clock: Pick<Clock, 'wallMs'>, read: (file: string) => Buffer = (file) => readFileSync(file)) {
    this.#clock = clock;
    this.#read = read;
  }

  /** SHA-256, hex; `unreadable` when it cannot be read. */
  of(file: string): string {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
      const stamp = [dev, ino, size, mtimeMs, ctimeMs].join();
      if (this.#known?.file === file && this.#known.stamp === stamp) return this.#known.digest;
      const digest = createHash('sha256').update(this.#read(file)).digest('hex');
      const isOld = this.#clock.wallMs() - Math.max(mtimeMs, ctimeMs) > COARSE_MS;
      this.#known = isOld ? { file, stamp, digest } : undefined;
      return digest;
    } catch {
      return 'unreadable';
    }
  }
}
