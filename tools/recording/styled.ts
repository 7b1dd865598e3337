/** A line of a terminal as pieces of one style and one place. Pure. */
import { cellsOf } from '../../src/platform/cells.ts';

export interface Piece {
  readonly text: string;
  /** Cells to the left of it, and its own. */
  readonly column: number;
  readonly cells: number;
  /** Every character takes one cell. */
  readonly isNarrow: boolean;
  /** Classes of the picture: `bold`, `dim`, and a colour such as `green`. */
  readonly style: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** ECMA-48 "select graphic rendition", and every other control sequence, which a picture ignores. */
const SEQUENCE = /\p{Cc}\[([\d;]*)m|\p{Cc}\[[\d;?]*[A-Za-ln-z]|\p{Cc}/gu;

export function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let column = 0;
  let style: readonly string[] = [];
  let from = 0;
  const add = (text: string) => {
    // Two spaces and more are a gap: the next piece has its own place.
    for (const part of text.split(/( {2,})/)) {
      if (part.trim() !== '') pieces.push(...placed(part, column, style.join(' ')));
      column += cellsOf(part);
    }
  };
  for (const found of line.matchAll(SEQUENCE)) {
    add(line.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[1] !== undefined) style = styleAfter(style, found[1]);
  }
  add(line.slice(from));
  return pieces;
}

/** Cut where narrow and wide characters meet: fonts do not agree on how wide the wide ones are. */
function placed(text: string, from: number, style: string): Piece[] {
  const segments = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)];
  const pieces: Piece[] = [];
  let column = from;
  for (const { segment } of segments) {
    const cells = cellsOf(segment);
    const isNarrow = cells === 1;
    const last = pieces.at(-1);
    if (last !== undefined && (last.isNarrow === isNarrow || segment === ' '))
      pieces[pieces.length - 1] = { ...last, text: last.text + segment, cells: last.cells + cells };
    else pieces.push({ text: segment, column, cells, isNarrow, style });
    column += cells;
  }
  return pieces;
}

function styleAfter(style: readonly string[], codes: string): readonly string[] {
  let names = style;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) names = [];
    else if (code === 1) names = [...names, 'bold'];
    else if (code === 2) names = [...names, 'dim'];
    else if (code === 22) names = names.filter((name) => name !== 'bold' && name !== 'dim');
    else if (code === 39) names = names.filter((name) => !COLOURS.includes(name));
    else {
      const colour = COLOURS[code >= 90 ? code - 90 : code - 30];
      if (colour !== undefined) names = [...names.filter((name) => !COLOURS.includes(name)), colour];
    }
  }
  return names;
}
