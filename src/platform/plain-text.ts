/**
 * Nearly all texts are printable ASCII and Hangul syllables, of which only the capitals are written in two ways. By loops and not by
 * patterns: each pattern is machine code of its own, which after a silence is fetched from memory for a single use. Nothing is called in
 * them, so that they are near the speed of machine code before the engine has compiled them.
 */

const BLANK = 0x20;
const LAST_ASCII = 0x7e;
const FIRST_HANGUL = 0xac00;
const LAST_HANGUL = 0xd7a3;

/** Printable ASCII, a blank included, and Hangul syllables. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || (code > LAST_ASCII && (code < FIRST_HANGUL || code > LAST_HANGUL))) return false;
  }
  return true;
}

/** The same, with single blanks and none outside. */
export function isPlainAndTidy(text: string): boolean {
  // As if one stood before it.
  let before = BLANK;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || (code > LAST_ASCII && (code < FIRST_HANGUL || code > LAST_HANGUL))) return false;
    if (code === BLANK && before === BLANK) return false;
    before = code;
  }
  return before !== BLANK || text === '';
}
