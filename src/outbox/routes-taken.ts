/** The last announcements of the store, and where each went. */
import { DatabaseSync } from 'node:sqlite';
import type { Announcement } from '../announcement.ts';
import { newsIn } from './pages.ts';

export interface RouteTaken {
  readonly announcement: Announcement;
  /** In the order of its deliveries; of whatever state these are. */
  readonly destinations: readonly string[];
}

/** Rows that are looked through for as many announcements as are wanted: alerts and self-tests stand among them. */
const LOOKED_THROUGH = 5_000;

const NEWEST = 'SELECT id, body FROM announcements ORDER BY id DESC LIMIT ?';

/** Keys of deliveries begin with the id of their content, so a range of the primary key has them. */
const ITS_DESTINATIONS = `SELECT destination FROM deliveries WHERE id >= ?1 || '-' AND id < ?1 || '.' ORDER BY id`;

/**
 * Newest first, without self-tests, alerts and rows that cannot be read. Only reads: what a bridge that has died left
 * behind stays as it is. Throws SQLite's error.
 */
export function routesTaken(path: string, limit: number): RouteTaken[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const destinations = database.prepare(ITS_DESTINATIONS);
  const found: RouteTaken[] = [];
  for (const { id, body } of database.prepare(NEWEST).iterate(LOOKED_THROUGH)) {
    const announcement = newsIn(body);
    if (announcement === undefined) continue;
    const names = destinations.all(String(id)).map(({ destination }) => String(destination));
    found.push({ announcement, destinations: [...new Set(names)] });
    if (found.length === limit) break;
  }
  return found;
}
