/** States as marks with their colour: what starts a line that says how something went. */
import { MARKS, paint } from './paint.ts';
import type { Span } from './spans.ts';

export type MarkOf = keyof typeof MARKS;

/** A mark takes one cell. */
export const MARK_SPANS: Readonly<Record<MarkOf, Span>> = {
  good: [MARKS.good, paint.good],
  bad: [MARKS.bad, paint.bad],
  warning: [MARKS.warning, paint.warning],
  waiting: [MARKS.waiting, paint.warning],
  none: [MARKS.none, paint.faint],
};

/** `… start it. [unreachable, HTTP 400]`: the code in brackets at the end is faint. */
export function withFaintCode(text: string): Span[] {
  const [code] = /\[[^[\]]*\]$/.exec(text) ?? [];
  return code === undefined ? [text] : [text.slice(0, -code.length), [code, paint.faint]];
}
