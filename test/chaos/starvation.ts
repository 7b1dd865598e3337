/**
 * A disk that fills up on command. Where this process may mount, the store is on a small tmpfs that is
 * filled with ballast, so that a restart meets the full disk too; elsewhere the running program's
 * limit on the size of files is set to nothing (`prlimit`), which every user may do to his own.
 * `CHAOS_DISK=limit` asks for the latter.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../support/program.ts';
import { SmallDisk } from '../support/small-disk.ts';

export class Starvation implements Disposable {
  readonly #disk: SmallDisk | undefined;
  readonly how: 'a full tmpfs' | 'a limit on file sizes' | 'none';

  /** `folder`: of the store. */
  constructor(folder: { readonly path: string }) {
    const disk = process.env['CHAOS_DISK'] === 'limit' ? undefined : new SmallDisk(folder);
    if (disk === undefined) mkdirSync(join(folder.path, 'disk'));
    this.#disk = disk?.works ? disk : undefined;
    this.how = this.#disk !== undefined ? 'a full tmpfs' : hasLimits() ? 'a limit on file sizes' : 'none';
  }

  /** A new process meets the same full disk. */
  get outlivesTheProcess(): boolean {
    return this.#disk !== undefined;
  }

  begin(bridge: Program): void {
    if (this.#disk !== undefined) this.#disk.fill();
    else limit(bridge, '0:');
  }

  end(bridge: Program): void {
    if (this.#disk !== undefined) this.#disk.free();
    else limit(bridge, 'unlimited:');
  }

  [Symbol.dispose](): void {
    this.#disk?.[Symbol.dispose]();
  }
}

const limit = (bridge: Program, softLimit: string) =>
  execFileSync('prlimit', ['--pid', String(bridge.pid), `--fsize=${softLimit}`]);

function hasLimits(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
