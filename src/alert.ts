/**
 * An alert: a message of the bridge about itself, as words for people and as data for programs. See
 * `docs/decisions/alerts.md`.
 */

/** Plain text that may quote a receiver: escaping is up to the form. */
export interface Alert {
  /** `good`: something is over, or the daily sign of life. */
  readonly severity: 'critical' | 'warning' | 'good';
  /** One line, with its emoji. */
  readonly headline: string;
  readonly paragraphs: readonly string[];
  /** For programs: part of the JSON of a webhook. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An alert on its way. */
export interface RaisedAlert extends Alert {
  /** Time-ordered and unique, from the same source as the ids of announcements. */
  readonly id: string;
  /** Monotonic ms. */
  readonly raisedMs: number;
}

/** The `type` of an alert where announcements have theirs: in the JSON of a webhook, and in the store. */
export const ALERT_TYPE = 'alert';
