/** `replay` as text for people and as JSON: each announcement with its destinations then and now, and what it comes to. */
import { describeReason } from '../delivery/describe.ts';
import type { FoundDelivery } from '../outbox/deliveries.ts';
import { paint } from '../platform/paint.ts';
import type { Span } from '../platform/spans.ts';
import { wrapSpans } from '../platform/spans.ts';
import { secondsText } from '../platform/time-text.ts';
import type { Replayed, ReplayedDelivery } from '../replay/plan.ts';
import { heading, lineBelow, markedLine } from './lines.ts';
import type { Queued } from './replay-send.ts';
import { type ReplaySummary, sendsInWords, sendsWithAges } from './replay-summary.ts';
import { table } from './table.ts';

type Width = number | undefined;

/** Of more only the figures are shown; --json has all. */
const SHOWN = 50;

export function replayedLines(plans: readonly Replayed[], width: Width): string[] {
  const further = plans.length - SHOWN;
  return [
    ...plans.slice(0, SHOWN).flatMap((plan) => [...newsLines(plan, width), '']),
    ...(further > 0
      ? [heading(`${further} further announcements are not shown here (--json has them)`, width)]
      : []),
  ];
}

function newsLines({ announcement, deliveries, noLonger, capped }: Replayed, width: Width): string[] {
  const { id, publisher, listingType, tickers, title, receivedTimestampUs } = announcement;
  const subject = [publisher, listingType, tickers.slice(0, 5).join(', ')].filter((one) => one !== '');
  const rows = [
    ...deliveries.map((one): Span[] => [
      markOf(one),
      [targetOf(one.delivery), paint.name],
      one.before === undefined ? ['nothing', paint.faint] : sentThen(one.before),
      nowOf(one),
    ]),
    ...noLonger.map((found): Span[] => [
      ['−', paint.warning],
      [targetOf(found.delivery.delivery), paint.name],
      sentThen(found),
      ['nothing: no rule asks for it', paint.faint],
    ]),
    ...capped.map(({ destination, reason }): Span[] => [
      '',
      [destination, paint.name],
      '',
      [reason, paint.faint],
    ]),
  ];
  return [
    wrapSpans(
      [
        [secondsText(receivedTimestampUs / 1000), paint.faint],
        '  ',
        `${subject.join(' ')}  ${title}`,
        '  ',
        [id, paint.faint],
      ],
      {
        cells: width,
        indent: '  ',
      },
    ),
    ...(rows.length === 0
      ? [lineBelow('nothing was sent, and nothing would be now', width)]
      : table(['', 'DESTINATION', 'THEN', 'NOW'], rows, { width })),
  ];
}

const markOf = ({ before, fate }: ReplayedDelivery): Span =>
  'sends' in fate ? ['+', paint.good] : before === undefined ? ['!', paint.warning] : '';

const targetOf = ({
  destination,
  ticker,
}: {
  readonly destination: string;
  readonly ticker: string | undefined;
}) => (ticker === undefined ? destination : `${destination} (${ticker})`);

const sentThen = ({ delivery: { state, reason } }: FoundDelivery): string =>
  reason === undefined ? state : `${state} [${reason}]`;

const nowOf = ({ fate, delivery: { rule } }: ReplayedDelivery): Span =>
  'sends' in fate
    ? [`sent by rule "${rule}"`, paint.good]
    : [`${fate.detail} [${fate.leftOut}]`, paint.faint];

export function summaryLines(
  summary: ReplaySummary,
  { send, late, again }: { readonly send: boolean; readonly late: boolean; readonly again: boolean },
  width: Width,
): string[] {
  const { announcements, isAll, elsewhere, sends, leftOut, noLonger } = summary;
  const most = isAll ? '' : ', the newest; --limit takes more';
  const count = announcements === 1 ? '1 announcement' : `${announcements} announcements`;
  const would = elsewhere === 1 ? 'goes' : 'go';
  const reasons = [...leftOut].map(([reason, each]) => `${each} [${reason}]`);
  const hints = [
    !late && (leftOut.has('max_age') || leftOut.has('old_order'))
      ? '--late sends also what is too old, as if it were new.'
      : '',
    !again && (leftOut.has('delivered') || leftOut.has('may_have_arrived'))
      ? '--again sends also where it arrived, or may have.'
      : '',
  ].filter((hint) => hint !== '');
  return [
    markedLine(
      elsewhere === 0 ? 'good' : 'warning',
      `${count}${most}: ${elsewhere === 0 ? 'all go where they went' : `${elsewhere} ${would} elsewhere by the rules of today`}`,
      width,
    ),
    ...(noLonger > 0 ? [lineBelow(`${noLonger} of then would not be sent now`, width)] : []),
    ...(reasons.length > 0 ? [lineBelow(`left out: ${reasons.join(', ')}`, width)] : []),
    ...hints.map((hint) => lineBelow(hint, width)),
    ...(sends.length === 0
      ? [markedLine('none', send ? 'Nothing to send.' : 'Nothing would be sent.', width)]
      : [
          markedLine(
            'waiting',
            send
              ? `To send: ${sendsWithAges(summary)}`
              : `Would send ${sendsInWords(summary)}. Nothing was sent: --send sends.`,
            width,
          ),
        ]),
  ];
}

/** `queued`: absent: a dry run. */
export function shownReplay(plans: readonly Replayed[], summary: ReplaySummary, queued?: Queued) {
  const { announcements, isAll, elsewhere, sends, byDestination, leftOut } = summary;
  return {
    summary: {
      ...{ announcements, isAll, elsewhere, sends: sends.length },
      byDestination: Object.fromEntries(byDestination),
      leftOut: Object.fromEntries(leftOut),
    },
    ...(queued !== undefined && { queued: queued.queued, notQueued: queued.left }),
    announcements: plans.map(({ announcement, deliveries, noLonger, capped, goesElsewhere }) => ({
      ...{ announcement, goesElsewhere, capped },
      deliveries: deliveries.map(({ delivery, before, fate }) => ({
        ...{ destination: delivery.destination, ticker: delivery.ticker, rule: delivery.rule },
        before: before && shownThen(before),
        ...('sends' in fate
          ? { sends: fate.sends.id }
          : { leftOut: fate.leftOut, detail: fate.detail, advice: describeReason(fate.leftOut) }),
      })),
      noLonger: noLonger.map(({ delivery }) => ({
        ...{ destination: delivery.delivery.destination, ticker: delivery.delivery.ticker },
        before: shownThen({ delivery }),
      })),
    })),
  };
}

const shownThen = ({ delivery: { delivery, state, reason } }: Pick<FoundDelivery, 'delivery'>) => ({
  ...{ id: delivery.id, state, reason },
});
