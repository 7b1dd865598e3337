/**
 * Loads the modules of the pages a while after the start. They take some tens of milliseconds in which no news is read:
 * better now, behind the libraries of the chats and the rehearsal, than when somebody opens the page during a listing.
 */
import { type Clock, nextTurn, type Timer } from '../../platform/clock.ts';

/** The first seconds belong to the feeds and to what waits in the store. */
const LATER_MS = 5000;

export const loadPagesLater = (clock: Clock, load = loadPages): Timer =>
  clock.after(LATER_MS, () => void load().catch(() => undefined), false);

/** Those of the live rows first: each load gives way to others. Who opens a page before imports them as well. */
async function loadPages(): Promise<void> {
  await import('./rows.ts');
  await new Promise<void>(nextTurn);
  await import('./pages.ts');
}
