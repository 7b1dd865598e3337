/** The files of `init`: what is there, and what is written, readable by their owner alone. Overwrites nothing. */
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFault } from '../config/environment.ts';
import { decodeText } from '../platform/file-text.ts';
import { printable } from '../platform/printable.ts';
import { UserError } from './exit-codes.ts';

/** For the owner alone: keys and tokens stand in the `.env`, and sooner or later somebody writes one into the config. */
const OURS = 0o600;

/** Throws `UserError` for files that are there, and for a folder that cannot be written: before a person is asked anything. */
export function requireRoom(folder: string, files: readonly string[]): void {
  for (const file of files)
    if (existsSync(file))
      throw new UserError(
        `${printable(file)} exists and is not overwritten; move it away, or name another file with -c`,
      );
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UserError(`cannot write into the folder ${printable(folder)}: ${readFault(error)}`);
  }
}

/** `undefined`: there is none. Throws `UserError`. */
export function envFileText(config: string): string | undefined {
  const file = join(dirname(config), '.env');
  if (!existsSync(file)) return undefined;
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    throw new UserError(`${printable(file)} cannot be read: ${readFault(error)}`);
  }
}

export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** It is there, and this is its text with more in it. */
  readonly isChange?: boolean;
}

/** All of them, or none. Throws `UserError`. */
export function writeAll(files: readonly NewFile[]): void {
  const made: string[] = [];
  try {
    for (const { path, text, isChange = false } of files) {
      // Before the secrets are in it.
      if (isChange) chmodSync(path, OURS);
      writeFileSync(path, text, isChange ? {} : { flag: 'wx', mode: OURS });
      if (!isChange) made.push(path);
    }
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    throw new UserError(
      `cannot write into the folder ${printable(dirname(files[0]?.path ?? ''))}: ${readFault(error)}`,
    );
  }
}
