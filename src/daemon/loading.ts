/**
 * Loads a config without reading rows of tables on the thread of the news: those of the files in force are read on
 * theirs before the config is loaded, and if it turns out to need others, these before it is loaded again.
 */
import type { TableReaders } from '../config/file-tables.ts';
import { hasWishes, NO_WISHES, type TablesAhead, type TableWishes } from '../tables/ahead.ts';
import type { FilesRead, SoundConfig } from './ready-config.ts';

export type Loaded = SoundConfig | ({ readonly problems: readonly string[] } & Partial<FilesRead>);

/**
 * Reads the files; what tables need is read at once, or with `tables`. Gives one line for each problem when the config
 * is not sound, with the files that were read so far. `unread`: what `tables` had not read, so that another load is
 * needed.
 */
export type Load = (tables?: TableReaders) => Loaded & { readonly unread?: TableWishes };

/** A config that changes while it is read may need other tables each time; in the end these are read as it is loaded. */
const MOST_LOADS = 4;

/** `undefined`: it has been stopped. */
export async function loadAhead(
  load: Load,
  ahead: TablesAhead,
  stop: AbortSignal,
): Promise<Loaded | undefined> {
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
  let wishes = ahead.likely;
  for (let loads = 1; !stop.aborted; loads++) {
    if (hasWishes(wishes)) await Promise.race([ahead.read(wishes), stopped]);
    if (stop.aborted) break;
    const loaded = load(loads < MOST_LOADS ? ahead : undefined);
    wishes = loaded.unread ?? NO_WISHES;
    if (!hasWishes(wishes)) return loaded;
  }
  return undefined;
}
