/**
 * How much work a pattern may be. The engine takes time in proportion to the text and to its own instructions, and a
 * counted repetition makes many of a few: `(a{1,31}){1,31}` is two thousand. Both are bounded, so that no text that
 * comes from elsewhere stops the loop for longer than a moment.
 */
import { RE2JS } from 're2js';
import { messageOf } from '../platform/message-of.ts';

/** The longest title seen has 196 characters. More than this is looked at no further, so that no title costs more than another. */
export const LONGEST_READ = 2000;

/** Instructions that counted repetitions may add. In titles (`LONGEST_READ`): 33 ms of work at worst, measured. */
export const MOST_REPEATED = 500;

/** The same in answers, of which 64 KiB are read: 150 ms at worst, measured. A hash (`[0-9a-f]{64}`) is below it. */
export const MOST_REPEATED_IN_ANSWERS = 100;

/** In characters: ten thousand words. The engine takes a second to make itself of a million. */
const LONGEST_PATTERN = 100_000;

/** A pattern that is well formed and too much work. */
export class TooMuchWork extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function repeatsTooMuch(instructions: number, most: number, largest: string): TooMuchWork {
  const without = /^\{0/.test(largest) ? '*' : '+';
  return new TooMuchWork(
    `repeats too much: its counts expand to ${instructions} steps, at most ${most}`,
    `write ${without} in place of ${largest}, or a smaller count`,
  );
}

/** Without case. Throws what RE2JS throws on a malformed expression, and `TooMuchWork`. */
export function compilePattern(source: string, most = MOST_REPEATED): RE2JS {
  if (source.length > LONGEST_PATTERN)
    throw new TooMuchWork(
      `is ${source.length.toLocaleString('en')} characters long, at most ${LONGEST_PATTERN.toLocaleString('en')}`,
      'split it: several patterns stand under `any`',
    );
  const counts = countsIn(source);
  // Each is at least as many instructions as it counts: what is far too much need not be compiled to know it.
  const least = counts.reduce((sum, count) => sum + mostOf(count) - 1, 0);
  if (least > 20 * most) throw repeatsTooMuch(least, most, largestOf(counts));
  const expression = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  if (counts.length === 0) return expression;
  const added = expression.programSize() - sizeWithoutCounts(source);
  if (added > most) throw repeatsTooMuch(added, most, largestOf(counts));
  return expression;
}

/** The fault of a pattern, for people. */
export interface PatternFault {
  readonly message: string;
  readonly hint: string | undefined;
}

export function patternFault(source: string, most = MOST_REPEATED): PatternFault | undefined {
  try {
    compilePattern(source.normalize('NFC'), most);
    return undefined;
  } catch (error) {
    if (error instanceof TooMuchWork) return { message: `this pattern ${error.message}`, hint: error.hint };
    // RE2JS quotes the part at fault, with the flags that it was given.
    const fault = messageOf(error)
      .replace(/^error parsing regexp: /, '')
      .replace('`(?i)', '`');
    return { message: `not a valid regular expression: ${fault}`, hint: hintFor(source) };
  }
}

function hintFor(source: string): string | undefined {
  if (/^[*?+]/.test(source))
    return `a pattern is found anywhere, without wildcards: write ${JSON.stringify(source.replace(/^[*?+]+|\*$/g, ''))}`;
  if (/\(\?<?[=!]/.test(source) || /\\[1-9]/.test(source))
    return 'the engine is linear-time (RE2): no lookahead, lookbehind or backreferences';
  return undefined;
}

/** A count such as `{2,5}`, or what only looks like one: escaped, of a character (`\x{10}`), in brackets. */
const PART = /\\(?:[xpP]\{\w*\}|.)|\[\^?\]?(?:\\.|[^\\\]])*\]?|\{\d+(?:,\d*)?\}/gs;

const isCount = (part: string) => part.startsWith('{');

const countsIn = (source: string): readonly string[] => (source.match(PART) ?? []).filter(isCount);

/** Of `{2,}`, what must be there. */
const mostOf = (count: string): number => {
  const [least = 0, most = 0] = count.slice(1, -1).split(',').map(Number);
  return Math.max(least, most);
};

const largestOf = (counts: readonly string[]): string =>
  counts.reduce((largest, count) => (mostOf(count) > mostOf(largest) ? count : largest));

/** Instructions that are written out count for nothing: a list of two hundred words is not too much. */
function sizeWithoutCounts(source: string): number {
  try {
    const plain = source.replaceAll(PART, (part) => (isCount(part) ? '' : part));
    return RE2JS.compile(plain, RE2JS.CASE_INSENSITIVE).programSize();
  } catch {
    return 0;
  }
}
