/**
 * Colours of a terminal, by meaning. Painting is always done; the writer of the stream keeps the colours or takes them
 * out (`paintedLines`), so that no part that makes text has to know where it goes. Paint text that is already printable
 * and already cut: the sequences take no cells, but `printable` shows them as symbols.
 */
import { styleText } from 'node:util';
import { printableLines } from './printable.ts';

type Style = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

const painter = (style: Style) => (text: string) =>
  text === '' ? '' : styleText(style, text, { validateStream: false });

export const paint = {
  /** It went well. */
  good: painter('green'),
  /** It failed, and somebody has to act. */
  bad: painter('red'),
  /** It may need somebody. */
  warning: painter('yellow'),
  /** A name that people look for: a destination, a feed, a command to type. */
  name: painter('cyan'),
  /** Details: ids, units, headings. */
  faint: painter('dim'),
  strong: painter('bold'),
} as const;

/** Marks that say the same as the colour: a state must be readable without it. Each takes one cell. */
export const MARKS = { good: '✓', bad: '✗', warning: '!', waiting: '…', none: '-' } as const;

/** The sequences that `paint` uses, and no others: an opening or closing one for each style. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/** Printable lines with nothing in them that a terminal would obey but `paint`'s own colours; those only with `hasColors`. */
export function paintedLines(text: string, hasColors: boolean): string {
  if (!text.includes('\u001b')) return printableLines(text);
  return text
    .split(SEQUENCE)
    .map((piece, index) => (index % 2 === 0 ? printableLines(piece) : hasColors ? piece : ''))
    .join('');
}
