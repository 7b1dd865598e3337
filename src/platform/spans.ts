/**
 * Lines whose parts have colours of their own. A part is text of anybody; it is made printable here, then the line is
 * broken or cut in the cells of a terminal, and only then painted: a colour takes no cells and is never cut in two.
 */
import { brokenBetweenWords, cellsOf } from './cells.ts';
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

/**
 * The parts one after the other, in lines of at most `cells` that break between words; all but the first begin with
 * `indent`. `undefined` (the output is piped) breaks nothing.
 */
export function wrapSpans(spans: readonly Span[], cells: number | undefined, indent = ''): string {
  const runs = spans.map(runOf);
  const text = runs.map((run) => run.text).join('');
  if (cells === undefined) return painted(runs, 0, text.length);
  let start = 0;
  const lines = brokenBetweenWords(text, cells, indent).map((line, index) => {
    const end = start + line.length - (index === 0 ? 0 : indent.length);
    const shown = painted(runs, start, end);
    // The space at which it breaks.
    start = end + 1;
    return index === 0 ? shown : indent + shown;
  });
  return lines.join('\n');
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
