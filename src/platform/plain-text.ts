/**
 * Nearly all texts are printable ASCII and Hangul syllables, of which only the capitals are written in two ways. By loops and not by
 * patterns: each pattern is machine code of its own, which after a silence is fetched from memory for a single use.
 */

const BLANK = 0x20;

/** Printable ASCII, a blank included, or a Hangul syllable. */
export const isPlainCode = (code: number): boolean =>
  (code >= BLANK && code <= 0x7e) || (code >= 0xac00 && code <= 0xd7a3);

export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isPlainCode(text.charCodeAt(at))) return false;
  return true;
}

/** The same, with single blanks and none outside. */
export function isPlainAndTidy(text: string): boolean {
  // As if one stood before it.
  let before = BLANK;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isPlainCode(code) || (code === BLANK && before === BLANK)) return false;
    before = code;
  }
  return before !== BLANK || text === '';
}
