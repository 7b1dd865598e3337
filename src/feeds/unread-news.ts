/** Whether a frame that cannot be read speaks of a listing all the same: then somebody should look at it. */
const NEWS = /\b(?:de)?list(?:s|ed|ing|ings)?\b|listing_?type|상장|거래\s?지원/i;

/** News is short; a flood is not searched to its end. */
const MOST_SEARCHED = 16 * 1024;
const EXCERPT = 200;
const BEFORE_HIT = 60;

/** One line around what sounds like it, or `undefined`. Total. */
export function newsIn(text: string): string | undefined {
  // JSON may write any letter as an escape.
  const plain = text
    .slice(0, MOST_SEARCHED)
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const hit = NEWS.exec(plain);
  if (hit === null) return undefined;
  const from = Math.max(0, hit.index - BEFORE_HIT);
  const line = plain.slice(from, from + EXCERPT).replace(/[\s\p{Cc}]+/gu, ' ');
  return line.trim().toWellFormed();
}
