/**
 * A problem with a config, for a person: where, what, and what to do. Checks report a `Finding` by path;
 * `source.ts` turns it into a `ConfigProblem` with a place in the file. Neither ever holds a secret.
 */

import { cellsOf, fitCells } from '../platform/cells.ts';
import { printable } from '../platform/printable.ts';

/** Keys and list indexes from the root of the config. */
export type Path = readonly (string | number)[];

export interface Finding {
  readonly path: Path;
  /** Point at the value (default), at its key, or, for what is not there, at its parent. */
  readonly at?: 'value' | 'key' | 'missing';
  /** Of a text, the line and column of the fault in it, from 1. */
  readonly within?: { readonly line: number; readonly column: number } | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Another place that it is about: its line is shown. */
  readonly other?: Path;
  /** It names something that is nowhere; where not everything could be read, that may be the reason. */
  readonly absent?: boolean;
  /** The rule that `path` leads to can never match. */
  readonly never?: boolean;
  /** Right for some, so it is no warning: `--strict` passes. */
  readonly isNote?: boolean;
}

/** Offsets into the text, end exclusive. */
export type Range = readonly [start: number, end: number];

/** A problem at an offset of the text. */
export interface TextFault {
  readonly range: Range;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Where a value stands. */
export interface ConfigPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
}

/** `line 6`, or `rules/a.yaml, line 6` of a file that the config includes. */
export const placeInWords = ({ file, line }: Pick<ConfigPlace, 'file' | 'line'>, config: string) =>
  file === config ? `line ${line}` : `${file}, line ${line}`;

export interface ConfigProblem {
  /** When it is not in the config itself but in an included file or the `.env`. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The offending line with every secret redacted; empty when there is no file to show. */
  readonly sourceLine: string;
  /** `column` within `sourceLine`, where redaction has moved it. */
  readonly shownColumn?: number;
}

/** `config.yaml:LINE:COL`; `file`: the config, as it was given. */
export const placeOf = (file: string, problem: Pick<ConfigProblem, 'file' | 'line' | 'column'>) =>
  `${problem.file ?? file}:${problem.line}:${problem.column}`;

/** Longer lines are cut around the caret. In cells. */
const WIDEST = 120;

/** `config.yaml:LINE:COL: message`, then the line with a caret, then the hint. */
export function formatProblem(file: string, problem: ConfigProblem, widest = WIDEST): string {
  const { line, column, message, hint, sourceLine, shownColumn = column } = problem;
  let text = `${printable(placeOf(file, problem))}: ${message}`;
  if (sourceLine.trim() !== '') {
    const from = startOf(sourceLine, shownColumn - 1, widest);
    const shown = within(sourceLine.slice(from), widest);
    const before = ' '.repeat(cellsOf(shown.slice(0, shownColumn - 1 - from)));
    const gutter = String(line).padStart(5);
    text += `\n${gutter} | ${shown}\n${' '.repeat(gutter.length)} | ${before}^`;
  }
  return hint === undefined ? text : `${text}\n  hint: ${hint}`;
}

/** Where the shown part of a line begins, so that the caret is in it. */
function startOf(line: string, caret: number, cells: number): number {
  if (cellsOf(line.slice(0, caret)) < cells - 1) return 0;
  let from = caret;
  while (from > 0 && cellsOf(line.slice(from - 1, caret)) < cells / 2) from--;
  return from;
}

/** As long as it fits; wide characters take two cells. */
const within = (text: string, cells: number): string =>
  cellsOf(text) <= cells ? text : fitCells(text, cells);

export function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.line - b.line || a.column - b.column;
}
