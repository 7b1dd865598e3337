/**
 * Rows for an export, the oldest first: each call is one short look, so that neither memory nor the store's log grows with the
 * number of rows, and a bridge that runs beside is not held up.
 */
import type { DatabaseSync } from 'node:sqlite';
import type {
  AnnouncementFilter,
  DeliveryFilter,
  ExportLook,
  ExportRequest,
  ExportRow,
} from './deliveries.ts';
import type { Exported } from './exported.ts';
import {
  type Conditions,
  conditionsOfAnnouncements,
  conditionsOfDeliveries,
  type Range,
  rangeOf,
  rangeOfAnnouncement,
} from './filters.ts';
import { newsIn } from './pages.ts';
import { attemptFrom, deliveryFrom } from './rows.ts';

/** Rows that one look goes through. */
const LOOKED_THROUGH = 500;

/** A row that cannot be read is passed over. */
export function exportLook(
  database: DatabaseSync,
  { what, filter, after }: ExportRequest,
  looked = LOOKED_THROUGH,
): ExportLook {
  const table = what === 'announcements' ? 'announcements' : 'deliveries';
  const range = rangeFor(what, filter, after);
  // The row with which the look ends, if there are so many.
  const end = database
    .prepare(`SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?`)
    .get(range.first, range.beyond, looked - 1);
  const next = end === undefined ? undefined : String(end['id']);
  const all = rowsIn(
    database,
    what,
    { ...range, beyond: next === undefined ? range.beyond : `${next} ` },
    filter,
  );
  return { rows: all.flatMap((read) => orNothing(read) ?? []), next };
}

/** Behind a key comes the key with a blank. */
function rangeFor(what: Exported, filter: DeliveryFilter, after: string | undefined): Range {
  const { announcement } = filter;
  const whole = rangeOf(filter);
  const range =
    announcement === undefined
      ? whole
      : what === 'announcements'
        ? { first: announcement, beyond: `${announcement} ` }
        : rangeOfAnnouncement(announcement, whole);
  return after === undefined ? range : { ...range, first: `${after} ` };
}

function rowsIn(
  database: DatabaseSync,
  what: Exported,
  { first, beyond }: Range,
  filter: DeliveryFilter & AnnouncementFilter,
): readonly (() => ExportRow | undefined)[] {
  const where = (table: 'a' | 'd', { sql }: Conditions) =>
    [`${table}.id >= :first AND ${table}.id < :beyond`, ...sql].join(' AND ');
  if (what === 'announcements') {
    const conditions = conditionsOfAnnouncements(filter, database);
    return database
      .prepare(`SELECT a.body FROM announcements a WHERE ${where('a', conditions)} ORDER BY a.id`)
      .all({ ...conditions.values, first, beyond })
      .map(({ body }) => () => {
        const announcement = newsIn(body);
        return announcement && { announcement };
      });
  }
  const conditions = conditionsOfDeliveries(filter, database);
  const values = { ...conditions.values, first, beyond };
  const from = 'deliveries d JOIN announcements a ON a.id = d.announcement_id';
  if (what === 'deliveries')
    return database
      .prepare(`SELECT d.*, a.body FROM ${from} WHERE ${where('d', conditions)} ORDER BY d.id`)
      .all(values)
      .map((row) => () => ({ delivery: deliveryFrom(row) }));
  return database
    .prepare(
      `SELECT d.*, a.body, t.attempt, t.started_ms, t.duration_ms, t.outcome, t.status, t.detail
       FROM ${from} JOIN attempts t ON t.delivery_id = d.id
       WHERE ${where('d', conditions)} ORDER BY d.id, t.started_ms`,
    )
    .all(values)
    .map((row) => () => ({ delivery: deliveryFrom(row), attempt: attemptFrom(row) }));
}

function orNothing<Value>(read: () => Value | undefined): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
