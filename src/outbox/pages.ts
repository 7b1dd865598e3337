/**
 * Pages of deliveries and announcements, newest first. Each is one bounded look: whoever looks for what is rare gets pages
 * with few rows, even none, and goes on from where the look ended.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Announcement } from '../announcement.ts';
import type { Content } from '../delivery/content.ts';
import { contentFrom } from './content-rows.ts';
import {
  type AnnouncementFilter,
  type AnnouncementPage,
  type DeliveryFilter,
  type DeliveryPage,
  limitIn,
  type PageRequest,
} from './deliveries.ts';
import {
  type Conditions,
  conditionsOfAnnouncements,
  conditionsOfDeliveries,
  type Range,
  rangeOf,
  rangeOfAnnouncement,
} from './filters.ts';
import { idAt } from './ids.ts';
import { keysOf } from './queries.ts';
import { deliveryFrom, type StoredDelivery } from './rows.ts';

/** Rows that one page looks through for those that its filter fits, in about 20 ms: by their columns, and by what their bodies say. */
export const LOOKED_THROUGH = { columns: 20_000, bodies: 5_000 } as const;

type Looked = Readonly<Record<keyof typeof LOOKED_THROUGH, number>>;

/** One bounded look, newest first. */
export function pageOf(
  database: DatabaseSync,
  request: PageRequest,
  looked: Looked = LOOKED_THROUGH,
): DeliveryPage {
  const { id, announcement, before } = request;
  const limit = limitIn(request);
  let range = rangeOf(request, before);
  if (announcement !== undefined) range = rangeOfAnnouncement(announcement, range);
  const conditions = conditionsOfDeliveries(request, database);
  if (id !== undefined) {
    const key = keysOf(database, [id]).get(id);
    if (key === undefined || key < range.first || key >= range.beyond)
      return { deliveries: [], next: undefined };
    range = { first: key, beyond: `${key} ` };
  }
  const last = endOfLook(database, 'deliveries', range, conditions, looked);
  const deliveries = database
    .prepare(
      `SELECT d.*, a.body FROM deliveries d JOIN announcements a ON a.id = d.announcement_id
       WHERE ${[IN_RANGE('d'), ...conditions.sql].join(' AND ')} ORDER BY d.id DESC LIMIT :limit`,
    )
    .all({ ...conditions.values, first: last ?? range.first, beyond: range.beyond, limit })
    .map((row) => deliveryFrom(row));
  const next = deliveries.length === limit ? deliveries.at(-1)?.delivery.key : last;
  return { deliveries, next };
}

/** Every page after the other, newest first, until `limit` are found. */
export function listDeliveries(
  database: DatabaseSync,
  filter: DeliveryFilter & { readonly limit?: number },
): StoredDelivery[] {
  const { limit = Number.POSITIVE_INFINITY } = filter;
  const found: StoredDelivery[] = [];
  let before: string | undefined;
  do {
    const page = pageOf(database, { ...filter, limit: limit - found.length, before });
    found.push(...page.deliveries);
    before = page.next;
  } while (before !== undefined && found.length < limit);
  return found;
}

/** One bounded look, newest first. A damaged one is passed over. */
export function announcementsOf(
  database: DatabaseSync,
  before?: string,
  filter: AnnouncementFilter = {},
  looked: Looked = LOOKED_THROUGH,
): AnnouncementPage {
  const limit = limitIn(filter);
  const range = rangeOf(filter, before);
  const conditions = conditionsOfAnnouncements(filter, database);
  const last = endOfLook(database, 'announcements', range, conditions, looked);
  const rows = database
    .prepare(
      `SELECT a.id, a.body FROM announcements a
       WHERE ${[IN_RANGE('a'), ...conditions.sql].join(' AND ')} ORDER BY a.id DESC LIMIT :limit`,
    )
    .all({ ...conditions.values, first: last ?? range.first, beyond: range.beyond, limit });
  const announcements = rows.flatMap(({ body }) => newsIn(body) ?? []);
  return { announcements, next: rows.length < limit ? last : String(rows.at(-1)?.['id']) };
}

const IN_RANGE = (table: 'a' | 'd') => `${table}.id < :beyond AND ${table}.id >= :first`;

/** The row after which the look ends, if there are so many; `undefined`: it goes through all. */
function endOfLook(
  database: DatabaseSync,
  table: 'deliveries' | 'announcements',
  { first, beyond }: Range,
  { sql, ofBody }: Conditions,
  looked: Looked,
): string | undefined {
  if (sql.length === 0) return undefined;
  const end = database
    .prepare(`SELECT id FROM ${table} WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1 OFFSET ?`)
    .get(beyond, first, (ofBody ? looked.bodies : looked.columns) - 1);
  return end === undefined ? undefined : String(end['id']);
}

/** The newest announcements first; alerts, and rows that cannot be read, are none. `sinceMs`: received since then, on the bridge's timeline. */
export function latestNews(
  database: DatabaseSync,
  { limit, sinceMs }: { readonly limit: number; readonly sinceMs: number },
): Announcement[] {
  const rows = database.prepare('SELECT body FROM announcements WHERE id >= ? ORDER BY id DESC');
  const found: Announcement[] = [];
  for (const { body } of rows.iterate(idAt(sinceMs))) {
    const content = readable(body);
    if (content?.kind === 'news') found.push(content.announcement);
    if (found.length === limit) break;
  }
  return found;
}

/** Real news; `undefined`: an alert, a self-test, or damaged. */
export function newsIn(body: Parameters<typeof contentFrom>[0]): Announcement | undefined {
  const content = readable(body);
  return content?.kind === 'news' && !content.announcement.test ? content.announcement : undefined;
}

function readable(body: Parameters<typeof contentFrom>[0]): Content | undefined {
  try {
    return contentFrom(body);
  } catch {
    return undefined;
  }
}
