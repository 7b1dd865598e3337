/**
 * Loads a config without reading rows of tables on the thread of the news: those of the files in force are read on
 * theirs before the config is loaded, and if it turns out to need others, these before it is loaded again.
 */
import type { TableReaders } from '../config/file-tables.ts';
import type { TableOutlines } from '../tables/ahead.ts';
import { hasWishes, NO_WISHES, type TablesAhead, type TableWishes } from '../tables/ahead.ts';
import type { FilesRead, SoundConfig } from './ready-config.ts';

export type Loaded = SoundConfig | ({ readonly problems: readonly string[] } & Partial<FilesRead>);

/** `unread`: the tables that had not been read, so that another load is needed. */
export type LoadResult = Loaded & { readonly unread?: TableWishes };

/** Tables that have been read; where the config is loaded on another thread, that one gets their outlines. */
export interface KnownTables extends TableReaders {
  readonly outlines: TableOutlines;
}

/**
 * Reads the files; what tables need is read at once, or with `tables`. Gives one line for each problem when the config
 * is not sound, with the files that were read so far. Its result counts for nothing once `stop` has aborted.
 */
export type Load = (tables: KnownTables | undefined, stop: AbortSignal) => LoadResult | Promise<LoadResult>;

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
    const loaded = await Promise.race([load(loads < MOST_LOADS ? ahead : undefined, stop), stopped]);
    if (stop.aborted || loaded === undefined) break;
    wishes = loaded.unread ?? NO_WISHES;
    if (!hasWishes(wishes)) return loaded;
  }
  return undefined;
}
