/**
 * Looks at the files of a config without holding up the loop: a network disk may hang, and then only the next look waits.
 * No fault is thrown: a file that cannot be looked at is as good as gone.
 */
import { glob, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { contentOf, type FileContent } from './file-content.ts';

/** Behind links, whatever a path leads to at the moment. */
export type Stamp =
  | { readonly is: 'file'; readonly stamp: string }
  /** Also a folder, and what may not be looked at. */
  | { readonly is: 'gone' }
  /** A pipe or device: reading it would take something from somebody. */
  | { readonly is: 'stream' };

export interface WatchDisk {
  /** Differs when the file may have another content. */
  stampOf(path: string): Promise<Stamp>;
  /** `undefined`: it cannot be read. */
  read(path: string): Promise<FileContent | undefined>;
  /** As `FindFiles`. */
  find(pattern: string, folder: string): Promise<readonly string[]>;
}

const GONE: Stamp = { is: 'gone' };

export const watchDisk: WatchDisk = {
  async stampOf(path) {
    const seen = await stat(path, { bigint: true }).catch(() => undefined);
    if (seen === undefined || seen.isDirectory()) return GONE;
    if (!seen.isFile()) return { is: 'stream' };
    const { dev, ino, size, mtimeNs, ctimeNs } = seen;
    return { is: 'file', stamp: [dev, ino, size, mtimeNs, ctimeNs].join() };
  },
  read: contentOf,
  async find(pattern, folder) {
    const found: string[] = [];
    try {
      for await (const entry of glob(pattern, { cwd: folder, withFileTypes: true })) {
        const path = resolve(entry.parentPath, entry.name);
        if (!(entry.isSymbolicLink() ? await leadsToFolder(path) : entry.isDirectory())) found.push(path);
      }
    } catch {
      // A folder that goes while it is read: the next look sees what is left.
    }
    return found.sort();
  },
};

const leadsToFolder = (link: string) =>
  stat(link).then(
    (seen) => seen.isDirectory(),
    () => false,
  );
