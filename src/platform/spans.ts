/**
 * Lines whose parts have colours of their own. A part is text of anybody; it is made printable here, then the line is
 * broken or cut in the cells of a terminal, and only then painted: a colour takes no cells and is never cut in two.
 */
import { cellsOf, fitCells, linesOf } from './cells.ts';
import { printable } from './printable.ts';

/** One of `paint`. */
export type Painter = (text: string) => string;

/** Part of a line: text, or text with its colour. */
export type Span = string | readonly [text: string, painter: Painter];

interface Run {
  /** Printable. */
  readonly text: string;
  readonly painter: Painter | undefined;
}

const runOf = (span: Span): Run =>
  typeof span === 'string'
    ? { text: printable(span), painter: undefined }
    : { text: printable(span[0]), painter: span[1] };

/** Cells of all of them. */
export const cellsOfSpans = (spans: readonly Span[]): number =>
  cellsOf(spans.map((span) => runOf(span).text).join(''));

export interface Wrapping {
  /** `undefined` (the output is piped) breaks nothing. */
  readonly cells: number | undefined;
  /** Before every line but the first. */
  readonly indent?: string;
  /** Words that are longer than a line are broken too. */
  readonly isHard?: boolean;
}

/** The parts one after the other, in lines that break between words. */
export function wrapSpans(spans: readonly Span[], { cells, indent = '', isHard = false }: Wrapping): string {
  const runs = spans.map(runOf);
  const text = runs.map((run) => run.text).join('');
  if (cells === undefined) return painted(runs, 0, text.length);
  return linesOf(text, { cells, indent: indent.length, isHard })
    .map(([start, end], index) => (index === 0 ? '' : indent) + painted(runs, start, end))
    .join('\n');
}

/** As much of the parts as fits, ending in `…` when something is missing. `undefined` cuts nothing. */
export function fitSpans(spans: readonly Span[], cells: number | undefined): Span[] {
  if (cells === undefined) return [...spans];
  const fitting: Span[] = [];
  let left = cells;
  for (const span of spans) {
    const [text, ...painter] = typeof span === 'string' ? [span] : span;
    const fitted = left > 0 ? fitCells(text, left) : '';
    const [only] = painter;
    fitting.push(only === undefined ? fitted : [fitted, only]);
    left = fitted === printable(text) ? left - cellsOf(fitted) : 0;
  }
  return fitting;
}

/** From `start` to `end` of the text that the runs make together. */
function painted(runs: readonly Run[], start: number, end: number): string {
  let at = 0;
  let line = '';
  for (const { text, painter } of runs) {
    const piece = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    line += painter === undefined ? piece : painter(piece);
    at += text.length;
  }
  return line;
}
