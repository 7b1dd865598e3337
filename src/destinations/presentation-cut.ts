/** Shortening text by UTF-16 units (how Telegram counts, and never less than Discord counts) without breaking a character. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A "character" longer than this is a joke made of combining marks: cut it between code points. */
const LONGEST_GRAPHEME = 64;

export const ELLIPSIS = '…';

/** The last place at or before `limit` where `text` can be cut. */
export function boundaryBefore(text: string, limit: number): number {
  if (limit >= text.length) return text.length;
  if (limit <= 0) return 0;
  const start = graphemes.segment(text.slice(0, limit + LONGEST_GRAPHEME)).containing(limit)?.index ?? limit;
  if (limit - start < LONGEST_GRAPHEME) return start;
  const splitsPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(limit - 1, limit + 1));
  return splitsPair ? limit - 1 : limit;
}

/** At most `limit` (≥ 1) units, ending in `…` when something is missing. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, boundaryBefore(text, limit - 1)) + ELLIPSIS;
}
