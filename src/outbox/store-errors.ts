/** The faults of a store, and how they show. The numbers are SQLite's: https://sqlite.org/rescode.html */
import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** A fault that a person has to fix before the bridge can start. */
export class StoreError extends Error {
  readonly code = 'STORE';
}

/** The files under the open database are not what they were. `gone`: the database; `log`: only a file beside it; `damaged`: its bytes. */
export class FileFault extends Error {
  readonly kind: 'gone' | 'log' | 'damaged';

  constructor(kind: 'gone' | 'log' | 'damaged', message: string) {
    super(message);
    this.kind = kind;
  }
}

const BUSY = [5, 6];
const READ_ONLY = [8];
const IO = [10];
const CORRUPT = [11, 26];
const FULL = [13];
const CANNOT_OPEN = [14];
const TOO_BIG = [18];
const CONSTRAINT = [19];
const MISMATCH = [20];

/** Below this much free space SQLite cannot make the files that it needs beside the database. */
const LEAST_FREE_BYTES = 64 * 1024;

function hasCode(error: unknown, codes: readonly number[]): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  // The low byte is the primary code, the rest says more.
  return typeof error.errcode === 'number' && codes.includes(error.errcode & 0xff);
}

/** Somebody else is writing: it passes. */
export const isBusy = (error: unknown): boolean => hasCode(error, BUSY);

export const isFull = (error: unknown): boolean => hasCode(error, FULL);

/** The fault of what was to be written, not of the store: it would be refused again each time. */
export const isRefused = (error: unknown): boolean =>
  hasCode(error, [...CONSTRAINT, ...TOO_BIG, ...MISMATCH]) ||
  // Before SQLite was called: no column takes it, or it is not JSON.
  error instanceof TypeError ||
  error instanceof RangeError;

/** The fault of the row, not of the store. */
export const isConstraint = (error: unknown): boolean => hasCode(error, CONSTRAINT);

/** A `SyntaxError` comes of a row that was JSON. */
export const isCorrupt = (error: unknown): boolean =>
  hasCode(error, CORRUPT) ||
  error instanceof SyntaxError ||
  (error instanceof FileFault && error.kind === 'damaged');

/** A disk that broke, not a setting that is wrong: the bridge works without it until it is repaired. */
export function isDiskFault(error: unknown, path: string): boolean {
  if (hasCode(error, [...BUSY, ...IO, ...FULL])) return true;
  if (!hasCode(error, [...READ_ONLY, ...CANNOT_OPEN])) return false;
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch (problem) {
    return problem instanceof Error && 'code' in problem && problem.code === 'EROFS';
  }
}
