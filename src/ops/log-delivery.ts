/**
 * A delivery, or the sum of many, as one indented line for people, with its id last. Where the line is too long its
 * figures lose their words; then the id moves to a line of its own, whole.
 */
import { describeReason } from '../delivery/describe.ts';
import { AMBIGUOUS_REASONS, REJECT_REASONS, RETRY_REASONS } from '../delivery/outcome.ts';
import { formatDuration } from '../platform/duration.ts';
import { adviceOf, belowLines, type LogForm, layoutOf, markOfLevel } from '../platform/log-line.ts';
import { itemsOf, type LogFields, msText, numberOf, twoMsText, valueText } from '../platform/log-values.ts';
import { MARK_SPANS, type MarkOf } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { cellsOfSpans, fitSpans, type Span, wrapSpans } from '../platform/spans.ts';
import { clockText } from '../platform/time-text.ts';
import { spaced } from './log-announcement.ts';

/** Where ids end, so that they stand below each other, if the terminal is wide enough. */
const ID_END = 100;

const NAME_CELLS = 9;

/** Of a terminal's width, the most for a name. */
const NAME_SHARE = 1 / 3;

interface DeliveryLine {
  readonly mark: MarkOf;
  readonly name: string;
  /** Between name and id: in words, and shorter. */
  readonly long: readonly Span[];
  readonly short: readonly Span[];
  readonly code: string;
  readonly id: string;
  readonly below: readonly string[];
}

function deliveryLine(line: DeliveryLine, timeMs: number, width: number | undefined): string {
  const { cells, indent } = layoutOf(width);
  const name = fitSpans([[line.name, paint.name]], cells && Math.floor(cells * NAME_SHARE));
  const [time = ''] = clockText(timeMs).split(' ');
  const begin = [
    [time.padEnd(Math.max(indent.length, time.length + 2)), paint.faint] as const,
    MARK_SPANS[line.mark],
    ' ',
    ...name,
  ];
  const column = ' '.repeat(Math.max(0, NAME_CELLS - cellsOfSpans(name)));
  const code: Span = line.code === '' ? '' : [`[${line.code}]`, paint.faint];
  const candidates = [line.long, line.short].flatMap((middle) =>
    [column, ''].map((gap) => [...begin, gap, ...spaced([...middle, code])]),
  );
  const id: Span = [line.id, paint.faint];
  const fitting = (room: number) => candidates.find((spans) => cellsOfSpans(spans) <= room);
  const most = cells ?? Number.POSITIVE_INFINITY;
  const beside = fitting(most - cellsOfSpans(['  ', id]));
  const spans = beside ?? fitting(most) ?? [...begin, ...spaced([...line.short, code])];
  const end = Math.min(ID_END, cells ?? ID_END) - cellsOfSpans([...spans, id]);
  const isAlone = beside === undefined || line.id === '';
  const first = wrapSpans(isAlone ? spans : [...spans, ' '.repeat(Math.max(2, end)), id], {
    ...{ cells, indent, isHard: true },
  });
  const below = isAlone && line.id !== '' ? [id, ...line.below] : line.below;
  return [first, ...belowLines(below, width)].join('\n');
}

const nameOf = ({ destination, ticker }: LogFields): string =>
  [valueText(destination), valueText(ticker)].filter((text) => text !== '').join(' ');

/** `3.0 ms to send, 3.2 ms answer`, and the same in figures. */
function timesOf({ dispatchMs, durationMs, connected }: LogFields): readonly [long: string, short: string] {
  const send = numberOf(dispatchMs);
  const answer = numberOf(durationMs);
  if (answer === undefined) return ['', ''];
  const fresh = connected === true ? ' (connected first)' : '';
  if (send === undefined) return [`failed after ${msText(answer)}`, `after ${msText(answer)}`];
  return [
    `${msText(send)} to send${fresh}, ${msText(answer)} answer`,
    twoMsText(send, answer, (a, b) => `${a}+${b}`),
  ];
}

interface Next {
  readonly mark: MarkOf;
  readonly words: string;
  /** Where there is less room. */
  readonly brief?: string;
}

/** The fate of a delivery after an attempt, by the decision or by the state in which it ends. */
function nextOf({ next, retryMs }: LogFields): Next {
  const pause = numberOf(retryMs);
  switch (next) {
    case 'delivered':
      return { mark: 'good', words: '' };
    case 'again':
      return { mark: 'waiting', words: pause === undefined ? 'again' : `again in ${formatDuration(pause)}` };
    case 'keep':
      return { mark: 'waiting', words: 'waits until it recovers', brief: 'waits' };
    default:
      return { mark: 'bad', words: 'not sent again', brief: 'final' };
  }
}

export const attemptForm: LogForm = (fields, _event, _level, timeMs, width) => {
  const { mark, words, brief = words } = nextOf(fields);
  const [long, short] = timesOf(fields);
  const attempt = numberOf(fields['attempt']) ?? 1;
  const status = valueText(fields['status']);
  const advice = valueText(fields['advice']);
  const detail = valueText(fields['detail']);
  const quoted = detail === '' || advice.includes(detail) ? advice : `${advice} (${detail})`.trim();
  const painter = mark === 'bad' ? paint.bad : paint.warning;
  const parts = (times: string, again: string, next: string): Span[] =>
    present([
      status,
      times,
      attempt > 1 ? `${again} ${attempt}` : '',
      fields['byHand'] === true ? 'by hand' : '',
      [next, painter],
    ]);
  const line = {
    mark,
    name: nameOf(fields),
    code: valueText(fields['reason']),
    id: valueText(fields['delivery']),
  };
  const below = mark === 'good' ? [] : adviceOf({ advice: quoted, help: fields['help'] });
  return deliveryLine(
    { ...line, long: parts(long, 'attempt', words), short: parts(short, 'try', brief), below },
    timeMs,
    width,
  );
};

const present = (spans: readonly Span[]): Span[] =>
  spans.filter((span) => (typeof span === 'string' ? span : span[0]) !== '');

/** An attempt with such an answer has its own line, with advice that knows more. */
const OF_ATTEMPTS: ReadonlySet<string> = new Set([...RETRY_REASONS, ...REJECT_REASONS, ...AMBIGUOUS_REASONS]);

const ENDED: Readonly<Record<string, readonly [MarkOf, string]>> = {
  'delivery.dead': ['bad', 'given up'],
  'delivery.expired': ['bad', 'expired, not sent'],
  'delivery.skipped': ['none', 'skipped'],
};

export const endedForm: LogForm = (fields, event, level, timeMs, width) => {
  const [mark, words] = ENDED[event] ?? [markOfLevel(level), event];
  const reason = valueText(fields['reason']);
  const id = valueText(fields['delivery']);
  const many = numberOf(fields['deliveries']);
  const name = many === undefined ? nameOf(fields) : `${many} ${many === 1 ? 'delivery' : 'deliveries'}`;
  const detail = valueText(fields['detail']);
  const after = `\`listing-bridge deliveries show ${id}\` has the attempts; \`deliveries retry ${id}\` sends it again.`;
  const known = { ...fields, advice: fields['advice'] ?? describeReason(reason) };
  const advice = OF_ATTEMPTS.has(reason) ? after : adviceOf(known).join(' ');
  const below = level === 'info' ? [] : [[detail, advice].filter((text) => text !== '').join(': ')];
  const said: Span[] = [[words, mark === 'bad' ? paint.bad : paint.faint]];
  return deliveryLine({ mark, name, long: said, short: said, code: reason, id, below }, timeMs, width);
};

/** Many deliveries in figures: those of one announcement, or of a burst of them. */
export const sumForm: LogForm = (fields, event, level, timeMs, width) => {
  const {
    announcement,
    announcements,
    first,
    last,
    feeds,
    publishers,
    deliveries,
    failedAttempts,
    title,
    ...rest
  } = fields;
  const { firstDispatchMs, lastDispatchMs, ...states } = rest;
  const total = numberOf(deliveries) ?? 0;
  const name = `${total} ${total === 1 ? 'delivery' : 'deliveries'}`;
  const from = numberOf(firstDispatchMs);
  const to = numberOf(lastDispatchMs);
  const sent =
    from === undefined || to === undefined ? '' : twoMsText(from, to, (a, b) => `${a} to ${b} to send`);
  const counts = Object.entries(states)
    .flatMap(([state, count]) => (numberOf(count) === undefined ? [] : [`${count} ${state}`]))
    .join(', ');
  const burst = numberOf(announcements);
  const of =
    burst === undefined
      ? ''
      : `of ${burst} announcements from ${itemsOf(publishers).join(', ')} by ${itemsOf(feeds).join(', ')}`;
  const id = burst === undefined ? valueText(announcement) : `${valueText(first)} to ${valueText(last)}`;
  const failures = valueText(failedAttempts);
  const mark = level === 'warn' ? 'warning' : 'good';
  const parts = present([of, counts, sent]);
  const line = { mark, name, long: parts, short: parts, id, code: burst === undefined ? '' : event } as const;
  return deliveryLine(
    { ...line, below: failures === '' ? [] : [`Attempts that failed: ${failures}`] },
    timeMs,
    width,
  );
};
