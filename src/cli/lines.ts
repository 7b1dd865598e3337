/**
 * Lines that every command writes in the same form: a mark with its colour, a name, a sentence, and the code in
 * brackets last and faint. They take text of anybody, and fit a terminal of `width` cells (`undefined`: a pipe, where
 * nothing is broken or cut).
 */
import { MARK_SPANS, type MarkOf, withFaintCode } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { type Span, wrapSpans } from '../platform/spans.ts';

const INDENT = '  ';

/**
 * The mark that begins a line, on a terminal. In a pipe lines begin with their words, for those who look for them.
 */
export const markedSpans = (mark: MarkOf, width: number | undefined): Span[] =>
  width === undefined ? [] : [MARK_SPANS[mark], ' '];

/** `✓ 2 deliveries queued`: a sentence with its mark, and its code faint. */
export const markedLine = (mark: MarkOf, text: string, width: number | undefined): string =>
  wrapSpans([...markedSpans(mark, width), ...withFaintCode(text)], { cells: width, indent: INDENT });

/** `✗ bot  not delivered. Nothing listens there: start it. [unreachable]`. `name` may be empty. */
export function resultLine(mark: MarkOf, name: string, text: string, width: number | undefined): string {
  const named: Span[] = name === '' ? [] : [[name, paint.name], '  '];
  return wrapSpans([MARK_SPANS[mark], ' ', ...named, ...withFaintCode(text)], {
    cells: width,
    indent: INDENT,
  });
}

/** More about the line above, such as what to do; `depth` in steps of two cells. */
export function lineBelow(text: string, width: number | undefined, depth = 1): string {
  const indent = INDENT.repeat(depth);
  return wrapSpans([indent, ...withFaintCode(text)], { cells: width, indent });
}

/** Above a group of lines. */
export const heading = (text: string, width: number | undefined): string =>
  wrapSpans([[text, paint.faint]], { cells: width, indent: INDENT });

/**
 * A message that ends a command. On a terminal its first line has the mark, and the others stand below it; in a pipe
 * it is as it is, for those who look for its beginning.
 */
export function faultText(message: string, width: number | undefined): string {
  if (width === undefined) return message;
  const [first = '', ...rest] = message.split('\n');
  return [resultLine('bad', '', first, width), ...rest.map((line) => lineBelow(line, width))].join('\n');
}
