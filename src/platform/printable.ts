/**
 * Text that we did not write (titles, answers of servers, config values, file names), made safe for a terminal
 * or a log file: nothing in it can move the cursor, change colours, reorder the line or start a new one.
 */

/**
 * C0, DEL and C1 controls, line and paragraph separators, marks that change the direction of the text (the "Trojan
 * source" set, CVE-2021-42574), invisible spaces, and halves of surrogate pairs. Zero-width joiners stay: emoji and
 * Indic scripts need them.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

/** The same, but for the line feed. */
const UNPRINTABLE_IN_LINES = new RegExp(
  UNPRINTABLE.source.replace('\\u0000-', '\\u0000-\\u0009\\u000b-'),
  'gu',
);

/** More marks on one letter than any script needs would climb over the lines above. */
const STACKED_MARKS = /(\p{M}{8})\p{M}+/gu;

/** The Unicode block "Control Pictures" has a symbol for each of these. */
const CONTROL_PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';
const UNKNOWN = '\ufffd';

/** On one line: a line feed is shown as `␊`, an escape as `␛`, what has no symbol as `�`. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, symbolOf).replace(STACKED_MARKS, '$1');

/** The same for text of several lines, whose line feeds are meant. */
export const printableLines = (text: string): string =>
  text.replace(UNPRINTABLE_IN_LINES, symbolOf).replace(STACKED_MARKS, '$1');

/** The same for JSON, which means afterwards what it meant before. Line feeds between values stay. */
export const printableJson = (json: string): string => json.replace(UNPRINTABLE_IN_LINES, escapeOf);

function symbolOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
  return code === 0x7f ? PICTURE_OF_DELETE : UNKNOWN;
}

const escapeOf = (character: string): string =>
  character === '\t' || character === '\r'
    ? character
    : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
