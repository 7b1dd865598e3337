/**
 * What the bridge says about itself, as far as the way to a destination is concerned: words for people and
 * the same as data for programs. It is carried as an announcement, which is what lanes and outbox carry; the
 * field `alert` is what makes it one, and no frame of a feed can bring that field.
 * See `docs/decisions/alerts.md`.
 */
import type { Announcement } from './announcement.ts';

/** Plain text that may quote a far end: escaping is up to the form. */
export interface Alert {
  /** `good`: something is over, or the daily sign of life. */
  readonly severity: 'critical' | 'warning' | 'good';
  /** One line, with its emoji. */
  readonly headline: string;
  readonly paragraphs: readonly string[];
  /** For programs: part of the JSON of a webhook. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The `type` of the announcement that carries an alert, and of the JSON of a webhook. */
export const ALERT_TYPE = 'alert';

/** `nowMs` is monotonic, `nowUs` the wall clock. */
export function carrierOf(alert: Alert, id: string, nowMs: number, nowUs: number): Announcement {
  return {
    id,
    type: ALERT_TYPE,
    feed: 'none',
    publisher: 'listing-bridge',
    listingType: ALERT_TYPE,
    tickers: [],
    title: alert.headline,
    publishTimestampUs: undefined,
    detectedTimestampUs: undefined,
    dispatchTimestampUs: undefined,
    receivedTimestampUs: nowUs,
    receivedMs: nowMs,
    ageAtReceiptMs: 0,
    abnormal: false,
    redacted: false,
    test: false,
    extra: {},
    alert,
  };
}
