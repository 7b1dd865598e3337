/**
 * The rows of an export as records with stable names, the same in JSON Lines, in CSV and in the API: names may be added at the
 * end, never renamed or moved. Pure.
 */
import type { Announcement } from '../../announcement.ts';
import { storedBody } from '../../outbox/content-rows.ts';
import type { ExportRow } from '../../outbox/deliveries.ts';
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
    ...['detectedAt', 'dispatchedAt', 'ageAtReceiptMs', 'redacted', 'abnormal', 'test', 'update', 'node'],
  ],
  deliveries: [
    ...['id', 'announcement', 'receivedAt', 'feed', 'publisher', 'listingType', 'tickers', 'title'],
    ...['destination', 'ticker', 'rule', 'template', 'state', 'reason', 'attempts', 'expiresAt', 'byHandAt'],
    ...['settledAt', 'tookMs', 'node'],
  ],
  attempts: [
    ...['delivery', 'announcement', 'receivedAt', 'feed', 'publisher', 'listingType', 'tickers', 'title'],
    ...[
      'destination',
      'ticker',
      'rule',
      'attempt',
      'startedAt',
      'tookMs',
      'outcome',
      'status',
      'detail',
      'node',
    ],
  ],
};

/** Before the first row; empty where there is nothing to say. */
export const exportHead = (what: Exported, format: ExportFormat): string =>
  format === 'csv' ? csvRecord(EXPORT_COLUMNS[what]) : '';

/** Texts of others, which may quote a secret; the rest are ids, times and names of the bridge. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  'publisher',
  'listingType',
  'tickers',
  'ticker',
  'title',
  'detail',
]);

/** Rows as text, each with its end of line, without secrets. To look for these is most of the work, and the rows of one announcement follow each other. */
export function exportTexts(
  what: Exported,
  format: ExportFormat,
  redact: Redactor,
): (row: ExportRow) => string {
  const columns = EXPORT_COLUMNS[what];
  const last = new Map<string, { readonly given: string; readonly safe: unknown }>();
  const safeOf = (name: string, value: unknown) => {
    const given = JSON.stringify(value);
    const known = last.get(name);
    if (known?.given === given) return known.safe;
    const safe = redactValues(value, redact);
    last.set(name, { given, safe });
    return safe;
  };
  return (row) => {
    const shown: Record<string, unknown> = { ...recordOf(row) };
    for (const name of OF_OTHERS) if (shown[name] !== undefined) shown[name] = safeOf(name, shown[name]);
    if (format === 'csv') return csvRecord(columns.map((name) => cellOf(shown[name])));
    const record = Object.fromEntries(columns.map((name) => [name, shown[name]]));
    return `${printableJson(JSON.stringify(record))}\n`;
  };
}

/** `node`: of a cluster, the one whose row it is. */
function recordOf({ node, ...row }: ExportRow & { readonly node?: string }): object {
  if ('announcement' in row) return { ...shownAnnouncement(row.announcement), node };
  const { delivery, attempt } = row;
  const known = { ...newsOf(delivery), ...shownDelivery(delivery), node };
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
