/**
 * The content of a delivery: news that a feed brought, or an alert of the bridge about itself. Rules, dedupe and
 * templates know announcements only; the way to a destination takes any kind. Code that depends on the kind
 * switches over all of them, so the compiler names each place that a further kind needs. See
 * `docs/decisions/content.md`.
 */
import type { RaisedAlert } from '../alert.ts';
import type { Announcement } from '../announcement.ts';

export interface NewsContent {
  readonly kind: 'news';
  readonly announcement: Announcement;
}

export interface AlertContent {
  readonly kind: 'alert';
  readonly alert: RaisedAlert;
}

export type Content = NewsContent | AlertContent;

/** For all deliveries of one announcement: they share it. */
export const newsOf = (announcement: Announcement): NewsContent => ({ kind: 'news', announcement });

/** Where a content came from in time: its id, when it came to this process (monotonic ms) and how old it was by then. */
export type Origin = Pick<Announcement, 'id' | 'receivedMs' | 'ageAtReceiptMs'>;

export function originOf(content: Content): Origin {
  switch (content.kind) {
    case 'news':
      return content.announcement;
    case 'alert':
      return { id: content.alert.id, receivedMs: content.alert.raisedMs, ageAtReceiptMs: 0 };
    default:
      return content satisfies never;
  }
}

/**
 * When a delivery of it stops being useful, monotonic ms; `undefined` = never. The age counts from the service's own
 * stamps on, so what it had at receipt is taken off; or from `byHandMs` on, when a person has asked for it.
 */
export function expiryWith(
  maxAgeMs: number | false,
  { receivedMs, ageAtReceiptMs }: Pick<Origin, 'receivedMs' | 'ageAtReceiptMs'>,
  byHandMs?: number,
): number | undefined {
  if (maxAgeMs === false) return undefined;
  return (byHandMs ?? receivedMs - ageAtReceiptMs) + maxAgeMs;
}
