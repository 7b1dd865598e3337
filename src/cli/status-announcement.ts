/** The last announcements of `status`, and what became of them. */
import { formatDuration } from '../platform/duration.ts';
import type { MarkOf } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { fitSpans, type Span, wrapSpans } from '../platform/spans.ts';
import { timeText } from '../platform/time-text.ts';
import { lineBelow, markedSpans } from './lines.ts';
import type { ShownAnnouncement } from './status-answer.ts';

const MARK_OF_STATE: Readonly<Record<string, MarkOf>> = {
  delivered: 'good',
  pending: 'waiting',
  skipped: 'none',
};

const oneLine = (spans: readonly Span[], width: number | undefined): string =>
  wrapSpans(fitSpans(spans, width), { cells: undefined });

const spanOr = (ms: number | undefined | null) => (ms == null ? '-' : formatDuration(ms));

/** `said`: advice that stands further up already, and is not repeated. */
export function announcementLines(
  announcement: ShownAnnouncement,
  said: Set<string>,
  width: number | undefined,
): string[] {
  const { receivedMs, feed, publisher, listingType, tickers, title, serviceMs, networkMs, stalledMs, test } =
    announcement;
  const held = (stalledMs ?? 0) > 0 ? `, held up here ${spanOr(stalledMs)}` : '';
  const mark = test === true ? '  (self-test)' : announcement.update === true ? '  (update)' : '';
  return [
    oneLine(
      [
        '  ',
        [timeText(receivedMs), paint.faint],
        '  ',
        [publisher, paint.strong],
        ` ${listingType} `,
        [`[${tickers.join(', ')}]`, paint.strong],
        `  ${title}${mark}`,
      ],
      width,
    ),
    oneLine(
      [[`    ${feed}: service ${spanOr(serviceMs)}, network ${spanOr(networkMs)}${held}`, paint.faint]],
      width,
    ),
    ...announcement.deliveries.flatMap((delivery) => deliveryLines(delivery, width, said)),
  ];
}

/** One line, and what to do about it below. */
export function deliveryLines(
  delivery: ShownAnnouncement['deliveries'][number],
  width: number | undefined,
  said: Set<string> = new Set(),
): string[] {
  const { destination, ticker, state, reason, advice, attempts, dispatchMs, tookMs } = delivery;
  const ended = state === 'delivered' ? 'answered' : 'ended';
  const parts = [
    ...(dispatchMs == null ? [] : [`request sent after ${formatDuration(dispatchMs)}`]),
    ...(tookMs == null ? [] : [`${ended} after ${formatDuration(tookMs)}`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  const detail = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const to = ticker === undefined ? destination : `${destination} ${ticker}`;
  const isRepeat = advice !== undefined && said.has(`${destination} ${advice}`);
  if (advice !== undefined) said.add(`${destination} ${advice}`);
  const isAdvised = advice !== undefined && !isRepeat;
  const why = reason === undefined || isAdvised ? '' : ` [${reason}]`;
  return [
    oneLine(
      [
        '    ',
        ...markedSpans(MARK_OF_STATE[state] ?? 'bad', width),
        [to, paint.name],
        `: ${state}${detail}`,
        [why, paint.faint],
      ],
      width,
    ),
    // Whole: what to do stands at its end.
    ...(isAdvised ? [lineBelow(advice, width, 3)] : []),
  ];
}
