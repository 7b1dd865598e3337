/**
 * Rows as aligned columns, for a terminal of a given width or for a pipe. Cells may hold text of others: it is made
 * printable here, measured in the cells of a terminal, cut with `…` where a terminal has no room for it, and then
 * painted. Headings are faint.
 */
import { cellsOf, fitCells, padCells } from '../platform/cells.ts';
import { paint } from '../platform/paint.ts';
import type { Painter, Span } from '../platform/spans.ts';

export interface TableLayout {
  /** Cells of the terminal; `undefined` when the output is piped, and then nothing is cut. */
  readonly width: number | undefined;
  /** Headings of columns that are never cut, because people copy from them. */
  readonly whole?: readonly string[];
}

const GAP = 2;

/** A column is not cut to less than this. */
const NARROWEST = 8;

/** The last column (a title, a detail) goes to lines of its own when it would have less than this. */
const NARROWEST_LAST = 20;

/** One longer cell in a piped column is not what the others are aligned to. */
const WIDEST_PIPED = 60;

const INDENT = ' '.repeat(4);

export function table(
  header: readonly string[],
  rows: readonly (readonly Span[])[],
  { width, whole = [] }: TableLayout,
): string[] {
  const most = width ?? Number.POSITIVE_INFINITY;
  const shown = rows.map((row) => header.map((_, column) => cellOf(row[column] ?? '', width)));
  const head = header.map((title): Cell => ({ text: title, painter: paint.faint }));
  const natural = header.map((title, column) =>
    Math.max(title.length, ...shown.map((row) => cellsOf(row[column]?.text ?? ''))),
  );
  const least = natural.map((cells, column) => {
    const title = header[column] ?? '';
    if (whole.includes(title)) return cells;
    const narrowest = column === header.length - 1 ? NARROWEST_LAST : NARROWEST;
    return Math.min(cells, Math.max(title.length, narrowest));
  });
  if (total(least) <= most || header.length === 1) {
    const widths = width === undefined ? natural.map(pipedWidth) : shrink(natural, least, most);
    return [head, ...shown].map((row) => line(row, widths, width));
  }
  const widths = shrink(natural.slice(0, -1), least.slice(0, -1), most);
  return [head, ...shown].flatMap((row) => {
    const first = line(row.slice(0, -1), widths, width);
    const last = row.at(-1);
    if (last === undefined || last.text === '') return [first];
    return [first, INDENT + fitted(last, Math.max(1, most - INDENT.length))];
  });
}

/** Printable. */
interface Cell {
  readonly text: string;
  readonly painter: Painter;
}

const unpainted: Painter = (text) => text;

function cellOf(span: Span, width: number | undefined): Cell {
  const [text, painter] = typeof span === 'string' ? [span, unpainted] : span;
  return { text: fitCells(text, width), painter };
}

const fitted = ({ text, painter }: Cell, cells: number | undefined): string => painter(fitCells(text, cells));

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, cells) => sum + cells, GAP * (widths.length - 1));

const pipedWidth = (cells: number): number => Math.min(cells, WIDEST_PIPED);

/** Takes from the last column first, and then from whichever is the widest, until the line fits. */
function shrink(natural: readonly number[], least: readonly number[], most: number): number[] {
  const widths = [...natural];
  const last = widths.length - 1;
  const take = (column: number, cells: number) => {
    const width = widths[column] ?? 0;
    widths[column] = Math.max(least[column] ?? width, width - cells);
  };
  take(last, total(widths) - most);
  while (total(widths) > most) {
    const candidates = widths.keys().filter((column) => (widths[column] ?? 0) > (least[column] ?? 0));
    const widest = [...candidates].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
    take(widest, 1);
  }
  return widths;
}

function line(cells: readonly Cell[], widths: readonly number[], width: number | undefined): string {
  return cells
    .map((cell, column) => {
      const room = widths[column] ?? 0;
      const text = fitted(cell, width === undefined ? undefined : Math.max(1, room));
      return column === cells.length - 1 ? text : padCells(text, room);
    })
    .join(' '.repeat(GAP))
    .trimEnd();
}
