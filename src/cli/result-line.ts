/** One thing that was tried, and its result: mark, name, sentence. */
import { fitCells, padCells, wrapCells } from '../platform/cells.ts';
import { MARKS, paint } from '../platform/paint.ts';

export interface ResultLine {
  readonly mark: 'good' | 'bad' | 'warning';
  readonly name: string;
  /** A sentence; a code, if any, last in brackets. */
  readonly text: string;
}

export interface ResultLayout {
  /** Of the longest name among the lines that stand together. */
  readonly nameCells: number;
  /** Of the terminal; `undefined`: nothing is broken. */
  readonly columns: number | undefined;
}

/** `✗ bot  not delivered. … [unreachable; run would retry]` */
export function resultLine({ mark, name, text }: ResultLine, { nameCells, columns }: ResultLayout): string {
  const shown = padCells(fitCells(name, columns), nameCells);
  const lines = wrapCells(`${MARKS[mark]} ${shown}  ${text}`, columns, INDENT);
  const head = `${MARKS[mark]} ${shown}`;
  return lines.startsWith(head)
    ? `${paint[mark](MARKS[mark])} ${paint.name(shown)}${lines.slice(head.length)}`
    : lines;
}

const INDENT = ' '.repeat(4);
