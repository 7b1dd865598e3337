/** A file system of a few megabytes that can be filled up and made read-only. Needs the right to mount; says so where it has none. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SIZE_BYTES = 24 * 1024 * 1024;

export class SmallDisk implements Disposable {
  readonly path: string;
  readonly works: boolean;

  constructor({ path }: { readonly path: string }) {
    this.path = join(path, 'disk');
    mkdirSync(this.path);
    this.works = this.#mount(['-t', 'tmpfs', '-o', `size=${SIZE_BYTES}`, 'tmpfs']);
  }

  /** Not a byte is left, until `free`. */
  fill(): void {
    const chunk = Buffer.alloc(4096);
    for (let size = SIZE_BYTES; size >= chunk.length; size /= 2)
      try {
        writeFileSync(join(this.path, `ballast-${size}`), Buffer.alloc(size));
      } catch {
        // As far as it went; smaller pieces fill the rest.
      }
  }

  free(): void {
    for (let size = SIZE_BYTES; size >= 4096; size /= 2)
      rmSync(join(this.path, `ballast-${size}`), { force: true });
  }

  remount(how: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${how}`, this.path]);
  }

  [Symbol.dispose](): void {
    if (this.works) execFileSync('umount', ['--lazy', this.path]);
  }

  #mount(args: readonly string[]): boolean {
    if (process.platform !== 'linux') return false;
    try {
      execFileSync('mount', [...args, this.path], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
}
