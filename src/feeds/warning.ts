/**
 * What the feed shows that a person should know, although nothing has failed. Each warning has a code that
 * never changes, one sentence, and a row in docs/troubleshooting.md (a test holds the two together).
 */
export const WARNING_LEVELS = {
  exchanges_not_covered: 'error',
  publishers_not_covered: 'error',
  tier_redacts: 'warn',
  key_expires_soon: 'warn',
  key_used_elsewhere: 'error',
  connection_unstable: 'warn',
  detected_late: 'warn',
  clock_skew: 'warn',
  unknown_frame_type: 'warn',
  unknown_listing_type: 'warn',
  unknown_publisher: 'warn',
  unread_news: 'error',
  unreadable_frame: 'warn',
  self_test_unanswered: 'warn',
  self_test_unasked: 'warn',
  no_rule_matched: 'warn',
} as const satisfies Record<string, 'warn' | 'error'>;

export type WarningCode = keyof typeof WARNING_LEVELS;

export interface Warning {
  readonly code: WarningCode;
  readonly level: 'warn' | 'error';
  /** `undefined` for what is no single feed's matter. */
  readonly feed: string | undefined;
  /** One sentence: what was seen, and what follows from it. */
  readonly message: string;
  /** Where the row is. */
  readonly help: string;
  /** What it was seen in; plain data. */
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
}

export function warning(
  code: WarningCode,
  feed: string | undefined,
  message: string,
  details: Warning['details'] = {},
): Warning {
  return { code, level: WARNING_LEVELS[code], feed, message, help: helpFor(code), details };
}

/** For a warning's code, and for the reason of a loss. */
export function helpFor(code: string): string {
  return `docs/troubleshooting.md#${code}`;
}
