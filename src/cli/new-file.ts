/** A file that takes the place of another when it is whole, and leaves nothing where it never is. Readable by its owner alone. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readFault } from '../config/environment.ts';
import { printable } from '../platform/printable.ts';
import { UserError } from './exit-codes.ts';

const OURS = 0o600;

export class NewFile implements Disposable {
  readonly #path: string;
  readonly #fresh: string;
  #fd: number | undefined;

  private constructor(path: string, fresh: string) {
    this.#path = path;
    this.#fresh = fresh;
    this.#fd = openSync(fresh, 'wx', OURS);
  }

  /** `path`: absolute; a link stays a link to the new file. Throws `UserError`. */
  static at(path: string): NewFile {
    try {
      const there = lstatSync(path, { throwIfNoEntry: false });
      const target = there?.isSymbolicLink() ? realpathSync(path) : path;
      if (there !== undefined && !lstatSync(target).isFile())
        throw new UserError(`${printable(path)} is no file: leave --output out, and redirect the output`);
      return new NewFile(target, join(dirname(target), `.${basename(target)}.${process.pid}.part`));
    } catch (error) {
      throw error instanceof UserError ? error : faultOf(path, error);
    }
  }

  async write(text: string): Promise<void> {
    this.#tried(() => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#open, bytes, at);
    });
  }

  /** On the disk, in its place. */
  finish(): void {
    this.#tried(() => {
      fsyncSync(this.#open);
      this.#close();
      renameSync(this.#fresh, this.#path);
    });
  }

  [Symbol.dispose](): void {
    this.#close();
    rmSync(this.#fresh, { force: true });
  }

  get #open(): number {
    if (this.#fd === undefined) throw new Error('the file is closed');
    return this.#fd;
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #tried(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw faultOf(this.#path, error);
    }
  }
}

const faultOf = (path: string, error: unknown): UserError =>
  new UserError(`${printable(path)} cannot be written: ${readFault(error)}`);
