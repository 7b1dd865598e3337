/**
 * Problems of a config, as `check` and every command that needs a sound config show them: the place, the message, the
 * offending line with a caret, the hint. In a pipe a line begins with the place, for editors and scripts.
 */
import { type ConfigProblem, formatProblem } from '../config/problem.ts';
import { paint } from '../platform/paint.ts';
import { type Span, wrapSpans } from '../platform/spans.ts';
import { markedSpans } from './lines.ts';

export type Gravity = 'bad' | 'warning' | 'note';

/** Cells of `12345 | ` before the offending line. */
const GUTTER = 8;

const INDENT = '  ';

/** `width`: cells of the terminal; `undefined`: a pipe. */
export function problemText(
  file: string,
  problem: ConfigProblem,
  gravity: Gravity,
  width: number | undefined,
): string {
  const message = gravity === 'bad' ? problem.message : `${gravity}: ${problem.message}`;
  const widest = width === undefined ? undefined : Math.max(GUTTER * 2, width - GUTTER);
  const text = formatProblem(file, { ...problem, message }, widest);
  const [first = '', ...rest] = text.split('\n');
  return [headLine(first, gravity, width), ...rest.map((line) => lineBelow(line, gravity, width))].join('\n');
}

const COLOURS = { bad: paint.bad, warning: paint.warning, note: paint.faint } as const;
const MARKS_OF = { bad: 'bad', warning: 'warning', note: 'none' } as const;

/** `config.yaml:4:41: message`. */
function headLine(text: string, gravity: Gravity, width: number | undefined): string {
  const [, place = '', message = text] = /^(.*?:\d+:\d+:)( .*)$/s.exec(text) ?? [];
  const spans: Span[] = [...markedSpans(MARKS_OF[gravity], width), [place, paint.name], message];
  return wrapSpans(spans, { cells: width, indent: INDENT });
}

function lineBelow(text: string, gravity: Gravity, width: number | undefined): string {
  const [, gutter, source = ''] = /^( *\d* \| ?)(.*)$/.exec(text) ?? [];
  if (gutter === undefined) return wrapSpans([text], { cells: width, indent: INDENT.repeat(2) });
  const isCaret = /^ *\^$/.test(source) && /^ *\| ?$/.test(gutter);
  return wrapSpans([[gutter, paint.faint], isCaret ? [source, COLOURS[gravity]] : source], {
    cells: undefined,
  });
}
