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
  if (cells === undefined) return clean;
  return linesOf(clean, { cells, indent: indent.length, isHard: false })
    .map(([start, end], index) => (index === 0 ? '' : indent) + clean.slice(start, end))
    .join('\n');
}

/** Where a line stands in its text, end exclusive. */
type Place = readonly [start: number, end: number];

interface Breaking {
  readonly cells: number;
  /** Cells before every line but the first. */
  readonly indent: number;
  /** A word that is longer than a line is broken too; else it is left to the terminal, so that it can be copied whole. */
  readonly isHard: boolean;
}

/** The lines of a printable text. Where it breaks one space is left out; spaces that come together are never broken at. */
export function linesOf(clean: string, { cells, indent, isHard }: Breaking): Place[] {
  const lines: Place[] = [];
  const isTooLong = (start: number, end: number) =>
    cellsOf(clean.slice(start, end)) > Math.max(1, start === 0 ? cells : cells - indent);
  let line: Place = [0, 0];
  let start = 0;
  for (const word of clean.split(/(?<=[^ ]) (?=[^ ])/)) {
    const end = start + word.length;
    if (line[1] > line[0] && isTooLong(line[0], end)) {
      lines.push(line);
      line = [start, end];
    } else line = [line[0], end];
    while (isHard && isTooLong(...line)) {
      const cut = line[0] + lengthWithin(clean.slice(...line), line[0] === 0 ? cells : cells - indent);
      if (cut >= line[1]) break;
      lines.push([line[0], cut]);
      line = [cut, end];
    }
    start = end + 1;
  }
  return [...lines, line];
}

/** UTF-16 units of the longest beginning that takes at most `cells`; of one grapheme at least. */
function lengthWithin(text: string, cells: number): number {
  let used = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += cellsOf(segment);
    if (used > cells && index > 0) return index;
  }
  return text.length;
}

/** Filled with spaces on the right up to `cells`. */
export const padCells = (text: string, cells: number): string =>
  text + ' '.repeat(Math.max(0, cells - cellsOf(text)));
