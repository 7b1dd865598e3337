/**
 * Warnings of a feed: worth knowing for a person, although nothing has failed. Each warning has a code that never
 * changes; its words and severity stand in `conditions/of-feeds.ts`, its row in docs/troubleshooting.md.
 */
export const WARNING_CODES = [
  'exchanges_not_covered',
  'publishers_not_covered',
  'tier_redacts',
  'key_expires_soon',
  'key_used_elsewhere',
  'connection_unstable',
  'detected_late',
  'clock_skew',
  'unknown_frame_type',
  'unknown_listing_type',
  'unknown_publisher',
  'unread_news',
  'unreadable_frame',
  'unread_field',
  'self_test_unanswered',
  'self_test_unasked',
  'no_rule_matched',
] as const;

export type WarningCode = (typeof WARNING_CODES)[number];

export interface Warning {
  readonly code: WarningCode;
  /** `undefined` for what is no single feed's matter. */
  readonly feed: string | undefined;
  /** The observation, in a few words; the code says the rest. May be empty. */
  readonly message: string;
  /** The data that it was seen in; plain data. */
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
  /** It was raised before and has not been otherwise since: it counts, and is not logged again. */
  readonly again: boolean;
}

export function warning(
  code: WarningCode,
  feed: string | undefined,
  message: string,
  details: Warning['details'] = {},
  again = false,
): Warning {
  return { code, feed, message, details, again };
}

/** For a warning's code, the code of any other condition, and the reason of a loss. */
export function helpFor(code: string): string {
  return `docs/troubleshooting.md#${code}`;
}
