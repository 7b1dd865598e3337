/** How the files of a config differ from what was read of them, and how long a writer may need to finish what is there. */
import type { FileContent } from './file-content.ts';
import type { FilesRead } from './ready-config.ts';
import type { WatchDisk } from './watch-disk.ts';

/** Without a change for so long: editors write a file in one go, or rename a finished one. */
export const QUIET_MS = 300;

/** A text without an end to its last line may be the first half of another. */
const UNFINISHED_MS = 1000;

/** Editors move a file away or empty it before they write the new one; on a slow network disk that takes a moment. */
export const GONE_MS = 3000;

export interface Comparison {
  readonly isSame: boolean;
  /** For how long there must have been no change before this may be taken for what its writer means, in ms. */
  readonly wantedMs: number;
}

export async function compare({ files, patterns }: FilesRead, disk: WatchDisk): Promise<Comparison> {
  let isSame = true;
  let wantedMs = QUIET_MS;
  const differs = (patienceMs: number) => {
    isSame = false;
    wantedMs = Math.max(wantedMs, patienceMs);
  };
  const known = new Set<string>();
  for (const { path, as, digest } of files) {
    known.add(path);
    if ((await disk.stampOf(path)).is === 'stream') continue;
    const content = await disk.read(path);
    if (content?.digest !== digest) differs(patienceWith(content, as === 'config' || as === 'include'));
  }
  for (const { pattern, folder, found } of patterns) {
    const now = await disk.find(pattern, folder);
    if (now.length !== found.length || now.some((path, at) => path !== found[at])) differs(QUIET_MS);
    for (const path of now) if (!known.has(path)) differs(patienceWith(await disk.read(path), true));
  }
  return { isSame, wantedMs };
}

function patienceWith(content: FileContent | undefined, isText: boolean): number {
  if (content === undefined || content.size === 0) return GONE_MS;
  return isText && content.last !== LINE_FEED ? UNFINISHED_MS : QUIET_MS;
}

const LINE_FEED = 0x0a;
