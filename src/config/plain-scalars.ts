/** Scalars of the plain subset of YAML (`plain-yaml.ts`): each in one line, or a block text, which the library reads. */
import { isMap, isScalar, parseDocument } from 'yaml';
import type { Range } from './problem.ts';

/** Thrown at the first place that is not certain; the library reads the file then. */
export const NOT_PLAIN = new Error('not of the plain subset');

const isBreak = (character: string | undefined) =>
  character === '\n' || character === '\r' || character === undefined;
export const isSpaceOrBreak = (character: string | undefined) => character === ' ' || isBreak(character);

/** Up to a colon with a blank behind it, a comment, or the end of the line; in flow collections also to their marks. */
export const PLAIN_IN_BLOCK =
  /(?:-(?=[\w.])|[^\s\-?:,[\]{}#&*!|>'"%@`])(?:[^\n\r:# ]|:(?![ \n\r]|$)|(?<! )#| +(?![ #\n\r]|:[ \n\r]|:$|$))*/y;
export const PLAIN_IN_FLOW =
  /(?:-(?=[\w.])|[^\s\-?:,[\]{}#&*!|>'"%@`])(?:[^\n\r:# ,[\]{}]|:(?![ \n\r,[\]{}]|$)|(?<! )#| +(?![ #\n\r,[\]{}]|:[ \n\r,[\]{}]|:$|$))*/y;
/** A word of the core schema may be no text; the library has read each. */
const known = new Map<string, unknown>();
/** Of a hostile file there may be more. */
const MOST_KNOWN = 10_000;

const WHOLE_NUMBER = /^(?:0|-?[1-9]\d{0,14})$/;
const MAYBE_NO_TEXT = /^(?:[-+.\d].*|~|null|true|false)$/is;

/** Text, unless it is a number, a truth value or nothing. */
export function meaningOf(word: string): unknown {
  if (!MAYBE_NO_TEXT.test(word)) return word;
  if (WHOLE_NUMBER.test(word)) return Number(word);
  if (!known.has(word)) {
    const { contents, errors, warnings } = parseDocument(word, { logLevel: 'error' });
    if (!isScalar(contents) || errors.length + warnings.length > 0 || contents.source !== word)
      throw NOT_PLAIN;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(word, contents.value);
  }
  return known.get(word);
}

/** The end of the line is not in it. Sticky: each is tried where the reader stands. */
const SINGLE = /'(?:[^'\n\r]|'')*'/y;
const DOUBLE = /"(?:[^"\\\n\r]|\\["\\/nt])*"/y;

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

export interface QuotedText {
  readonly value: string;
  readonly end: number;
}

/** In quotes of either kind, which stand at `start`. */
export function quotedText(text: string, start: number): QuotedText {
  const isSingle = text[start] === "'";
  const form = isSingle ? SINGLE : DOUBLE;
  form.lastIndex = start;
  const whole = form.exec(text)?.[0];
  if (whole === undefined) throw NOT_PLAIN;
  const inner = whole.slice(1, -1);
  const value = isSingle
    ? inner.replaceAll("''", "'")
    : inner.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter);
  return { value, end: start + whole.length };
}

const HEADER = /[|>][-+]?(?: +#[^\n\r]*| *)\r?\n/y;
const BLANK_LINE = / *\r?(?:\n|$)/y;

export interface BlockText {
  readonly value: unknown;
  readonly source: string;
  readonly range: Range;
  /** Where the line behind it begins. */
  readonly end: number;
}

/** `|` or `>` at `start`, in a mapping or list whose entries stand at `indent`. */
export function blockText(text: string, start: number, indent: number): BlockText {
  HEADER.lastIndex = start;
  if (!HEADER.test(text)) throw NOT_PLAIN;
  let end = HEADER.lastIndex;
  const margin = new RegExp(` {${indent + 1}}[^\\n]*(?:\\n|$)`, 'y');
  for (;;) {
    BLANK_LINE.lastIndex = end;
    margin.lastIndex = end;
    if (end >= text.length) break;
    if (margin.test(text)) end = margin.lastIndex;
    else if (BLANK_LINE.test(text)) end = BLANK_LINE.lastIndex;
    else break;
  }
  const key = 'x: ';
  const { contents, errors, warnings } = parseDocument(key + text.slice(start, end), { logLevel: 'error' });
  const scalar = isMap(contents) ? contents.items[0]?.value : undefined;
  if (!isScalar(scalar) || !scalar.range || errors.length + warnings.length > 0) throw NOT_PLAIN;
  if (isMap(contents) && contents.items.length !== 1) throw NOT_PLAIN;
  const shift = start - key.length;
  const [from, to] = scalar.range;
  const { value, source = '' } = scalar;
  return { value, source, range: [from + shift, to + shift], end };
}
