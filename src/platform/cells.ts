/**
 * Text in the cells of a terminal: Hangul, Han and emoji take two, combining marks none. All of it takes text that
 * `printable` has been through, or passes it through.
 */
import stringWidth from 'string-width';
import { printable } from './printable.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const ELLIPSIS = '…';

/** UTF-16 units of the longest emoji and syllables, with room; a text of n cells needs no more than n of these. */
const LONGEST_GRAPHEME = 50;

/** How many cells the text takes. */
export const cellsOf = (text: string): number => stringWidth(text);

/**
 * Printable on one line, and at most `cells` (≥ 1) wide, ending in `…` when something is missing; the rest of a long text
 * is not looked at. `undefined` (the output is piped) cuts nothing.
 */
export function fitCells(text: string, cells: number | undefined): string {
  if (cells === undefined) return printable(text);
  const head = text.slice(0, (cells + 1) * LONGEST_GRAPHEME);
  const clean = printable(head);
  if (head.length === text.length && cellsOf(clean) <= cells) return clean;
  let used = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(clean)) {
    const width = cellsOf(segment);
    if (used + width > cells - 1) break;
    used += width;
    end = index + segment.length;
  }
  return clean.slice(0, end) + ELLIPSIS;
}

/**
 * Printable, in lines of at most `cells` that break between words; all but the first begin with `indent`. A longer word
 * is left to the terminal. `undefined` (the output is piped) breaks nothing.
 */
export function wrapCells(text: string, cells: number | undefined, indent: string): string {
  const clean = printable(text);
  return cells === undefined ? clean : brokenBetweenWords(clean, cells, indent).join('\n');
}

/**
 * The lines of a printable text. Each is a piece of it; between two of them one space is left out, and all but the
 * first begin with `indent`. Spaces that come together are never broken at.
 */
export function brokenBetweenWords(clean: string, cells: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean.split(/(?<=[^ ]) (?=[^ ])/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || cellsOf(longer) <= cells) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}

/** Filled with spaces on the right up to `cells`. */
export const padCells = (text: string, cells: number): string =>
  text + ' '.repeat(Math.max(0, cells - cellsOf(text)));
