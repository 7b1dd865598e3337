/** Makes the folder of a file. Node's own `recursive` never returns for a folder that can never be made (`/proc/x/y`). */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FOLDER } from './rights.ts';

/** Throws the file system's error. */
export function makeFolderOf(path: string): void {
  makeFolder(dirname(path));
}

function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, FOLDER);
  } catch (error) {
    // Somebody else may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
