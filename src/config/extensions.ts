/** `x-…` at the top level: for the writer of the file, as a place for YAML anchors. Nothing reads it. */
import type { Path } from './problem.ts';

export const EXTENSION = /^x-/;

export const isExtension = (key: string | number | undefined): boolean =>
  typeof key === 'string' && EXTENSION.test(key);

/** For an unknown key: `x-…` deeper in the file. */
export const extensionHint = (path: Path): string | undefined =>
  isExtension(path.at(-1)) ? 'a key of your own, x-…, stands at the top level of the file' : undefined;
