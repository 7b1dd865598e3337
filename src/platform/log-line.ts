/**
 * The form of a log line for people: time, mark, a sentence, what the sentence does not say as `key=value`, and the
 * event in brackets last; what to do stands below. Pure. What an event means is known to `ops/log-forms.ts`.
 */
import { itemsOf, type LogFields, valueText } from './log-values.ts';
import { MARK_SPANS, type MarkOf } from './marks.ts';
import { paint } from './paint.ts';
import { cellsOfSpans, fitSpans, type Span, wrapSpans } from './spans.ts';
import { clockText } from './time-text.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** `timeMs`: epoch ms. `width`: cells of the terminal; `undefined`: it is none, and no line is broken or cut. */
export type LogForm = (
  fields: LogFields,
  event: string,
  level: LogLevel,
  timeMs: number,
  width: number | undefined,
) => string;

export interface EventLine {
  readonly mark: MarkOf;
  readonly sentence: readonly Span[];
  /** Shown where they have a value that the sentence does not have. */
  readonly more?: LogFields;
  /** Words that scripts and docs/troubleshooting.md know: the event, and its reason. */
  readonly code: string;
  /** Advice, and where more is written; each on lines of its own. */
  readonly below?: readonly string[];
}

/** Time and offset, two spaces, mark, space. */
const INDENT = 18;

/** A terminal that is narrower gets lines for this width, and breaks them itself. */
const NARROWEST = 40;

/** A sentence with its fields takes no more lines than these; what to do is never cut. */
const MOST_LINES = 3;

export const timeSpan = (timeMs: number): Span => [clockText(timeMs), paint.faint];

/** Cells to write in, and the indent of everything but the first line. */
export function layoutOf(width: number | undefined): {
  readonly cells: number | undefined;
  readonly indent: string;
} {
  const cells = width === undefined ? undefined : Math.max(NARROWEST, width);
  return { cells, indent: ' '.repeat(cells === undefined || cells >= 2 * NARROWEST ? INDENT + 2 : 4) };
}

export function eventLine(line: EventLine, timeMs: number, width: number | undefined): string {
  const { cells, indent } = layoutOf(width);
  const code: Span = [` [${line.code}]`, paint.faint];
  const room = cells && MOST_LINES * (cells - indent.length) - cellsOfSpans([code]);
  const sentence = fitSpans(line.sentence, room && Math.max(1, room));
  const head = [timeSpan(timeMs), '  ', MARK_SPANS[line.mark], ' ', ...sentence];
  const wrapped = (pairs: readonly Span[]) =>
    wrapSpans([...head, ...pairs, code], { cells, indent, isHard: true });
  const least = linesOf(wrapped([]));
  // More than the sentence is for those who look for a fault, or where a line has room for it.
  const most = line.mark === 'bad' || line.mark === 'warning' ? MOST_LINES : least;
  let first = wrapped([]);
  let pairs: readonly Span[] = [];
  for (const pair of pairsOf(line)) {
    const longer = wrapped([...pairs, ...pair]);
    if (cells !== undefined && linesOf(longer) > Math.max(most, least)) continue;
    pairs = [...pairs, ...pair];
    first = longer;
  }
  return [first, ...belowLines(line.below ?? [], width)].join('\n');
}

const linesOf = (text: string): number => text.split('\n').length;

/** Advice, indented below its line. Never cut. */
export function belowLines(texts: readonly Span[], width: number | undefined): string[] {
  const { cells, indent } = layoutOf(width);
  return texts
    .filter((text) => text !== '')
    .map((text) => wrapSpans([indent, text], { cells, indent, isHard: true }));
}

/** Those whose value is not in the sentence. */
function pairsOf({ sentence, more = {} }: EventLine): Span[][] {
  const said = sentence.map((span) => (typeof span === 'string' ? span : span[0])).join('');
  return Object.entries(more).flatMap(([key, value]): Span[][] => {
    const text = valueText(value);
    if (text === '' || said.includes(text)) return [];
    return [[' ', [`${key}=`, paint.faint], text.includes(' ') ? JSON.stringify(text) : text]];
  });
}

const MARK_OF_LEVEL = { debug: 'none', info: 'none', warn: 'warning', error: 'bad' } as const;

export const markOfLevel = (level: LogLevel): MarkOf => MARK_OF_LEVEL[level];

/** Keys with a place of their own in the form of an event that nobody has given one. */
interface Known extends LogFields {
  readonly says?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly problems?: unknown;
  readonly reason?: unknown;
  readonly advice?: unknown;
  readonly hint?: unknown;
  readonly help?: unknown;
}

/** For every event: its own sentence, where it has one (`says`, `message`), else its name. */
export const plainForm: LogForm = (fields, event, level, timeMs, width) =>
  eventLine(plainLine(fields, event, level), timeMs, width);

export function plainLine(fields: LogFields, event: string, level: LogLevel): EventLine {
  const { says, message, detail, problems, reason, advice, hint, help, ...more }: Known = fields;
  const todo = adviceOf({ advice: advice ?? hint, help, reason });
  const [title = event.replace(/[._]/g, ' '), ...details] = [says, message, detail]
    .map(valueText)
    .filter((text) => text !== '' && !todo.some((line) => line.includes(text)));
  return {
    mark: markOfLevel(level),
    sentence: [
      [title, title === valueText(says) ? paint.strong : (text) => text],
      ...details.map((text) => `: ${text}`),
    ],
    more,
    code: [event, valueText(reason)].filter((text) => text !== '').join(', '),
    below: [...itemsOf(problems), ...todo],
  };
}

/** Advice, and the page that has more about it; a code stays last, if the line above does not have its word. */
export function adviceOf({ advice, help, reason }: LogFields): string[] {
  const [, text = '', code = ''] = /^(.*?)(\[[^[\]]*\])?$/s.exec(valueText(advice)) ?? [];
  const page = valueText(help);
  const isSaid = reason !== undefined && code.startsWith(`[${valueText(reason)}`);
  const parts = [text.trim(), page === '' ? '' : `See ${page}`, isSaid ? '' : code];
  return [parts.filter((part) => part !== '').join(' ')];
}
