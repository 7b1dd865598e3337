/**
 * Detects whether a free tier hid the news. Such an announcement shows that something happened but not what, so it
 * must never become an order, and its words do not distinguish it from others like it.
 */
export interface RedactionEvidence {
  readonly title: string;
  readonly tickers: readonly string[];
  readonly listingType: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** The service masks with U+2588. No exchange writes it. */
const MASK = '█';

/**
 * The notice that replaces a title. Its wording is not documented and may change, so this asks for
 * words of selling access, never for "upgrade", "tier" or "plan" alone: exchanges write about network
 * upgrades and margin tiers. Missing it costs more than a false hit (which has no ticker anyway):
 * notices share one text, and unflagged ones would be deduplicated into one.
 */
const UPGRADE_NOTICE = new RegExp(
  [
    String.raw`\bupgrade\s+(?:to|your|now|for|required|plan|here|at)\b`,
    String.raw`\bupgrade\b(?:(?!\bupgrade\b).)*\b(?:subscription|api key|paid|premium|pro|full (?:access|details|title))\b`,
    String.raw`\b(?:paid|free|premium|pro|basic|higher) (?:tier|plan|subscription|key|users?|members?)\b`,
    String.raw`\b(?:tier|plan|subscription) (?:required|only|needed)\b`,
    String.raw`\bto (?:see|view|unlock|reveal|receive) (?:the |this |full |all )`,
    String.raw`\b(?:redacted|cryptolisting)\b`,
  ].join('|'),
  'i',
);

export function isRedacted({ title, tickers, listingType, extra }: RedactionEvidence): boolean {
  if (title.includes(MASK) || tickers.some((ticker) => ticker.includes(MASK))) return true;
  if (extra['redacted'] === true || extra['redacted'] === 'true') return true;
  // Free tiers leave `not_listing` as it is (docs/feed-protocol.md, "Tiers").
  return tickers.length === 0 && listingType !== 'not_listing' && UPGRADE_NOTICE.test(title);
}
