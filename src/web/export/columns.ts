/**
 * The rows of an export as records with stable names, the same in JSON Lines, in CSV and in the API: names may be added at the
 * end, never renamed or moved. Pure.
 */
import type { Announcement } from '../../announcement.ts';
import { storedBody } from '../../outbox/content-rows.ts';
import type { ExportRow } from '../../outbox/export-rows.ts';
import type { Exported, ExportFormat } from '../../outbox/exported.ts';
import type { StoredDelivery } from '../../outbox/rows.ts';
import { type Cell, csvRecord } from '../../platform/csv.ts';
import { printableJson } from '../../platform/printable.ts';
import { redactValues } from '../../platform/redactor.ts';
import type { Redactor } from '../../platform/secret.ts';
import { shownAnnouncement, shownAttempt, shownDelivery } from '../api/shown.ts';

/** In their order. */
export const EXPORT_COLUMNS: Readonly<Record<Exported, readonly string[]>> = {
  announcements: [
    ...['id', 'receivedAt', 'feed', 'publisher', 'listingType', 'tickers', 'title', 'publishedAt'],
    ...['detectedAt', 'dispatchedAt', 'ageAtReceiptMs', 'redacted', 'abnormal', 'test', 'update'],
  ],
  deliveries: [
    ...['id', 'announcement', 'receivedAt', 'feed', 'publisher', 'listingType', 'tickers', 'title'],
    ...['destination', 'ticker', 'rule', 'template', 'state', 'reason', 'attempts', 'expiresAt', 'byHandAt'],
    ...['settledAt', 'tookMs'],
  ],
  attempts: [
    ...['delivery', 'announcement', 'receivedAt', 'feed', 'publisher', 'listingType', 'tickers', 'title'],
    ...['destination', 'ticker', 'rule', 'attempt', 'startedAt', 'tookMs', 'outcome', 'status', 'detail'],
  ],
};

/** Before the first row; empty where there is nothing to say. */
export const exportHead = (what: Exported, format: ExportFormat): string =>
  format === 'csv' ? csvRecord(EXPORT_COLUMNS[what]) : '';

/** A row as text with its end of line, without secrets. */
export function exportText(row: ExportRow, what: Exported, format: ExportFormat, redact: Redactor): string {
  const shown = redactValues(recordOf(row), redact) as Readonly<Record<string, unknown>>;
  const columns = EXPORT_COLUMNS[what];
  if (format === 'csv') return csvRecord(columns.map((name) => cellOf(shown[name])));
  const record = Object.fromEntries(columns.map((name) => [name, shown[name]]));
  return `${printableJson(JSON.stringify(record))}\n`;
}

function recordOf(row: ExportRow): object {
  if ('announcement' in row) return shownAnnouncement(row.announcement);
  const { delivery, attempt } = row;
  const known = { ...newsOf(delivery), ...shownDelivery(delivery) };
  return attempt === undefined ? known : { ...known, ...shownAttempt(attempt), delivery: known.id };
}

function newsOf({ delivery }: StoredDelivery): Pick<Announcement, 'feed' | 'publisher' | 'listingType'> {
  const { feed, publisher, listingType } = storedBody(delivery.content);
  return { feed, publisher, listingType };
}

function cellOf(value: unknown): Cell {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
