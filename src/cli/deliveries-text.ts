/** Deliveries as text for people: a row of the list, and everything about one. */
import type { DeliveryState } from '../delivery/delivery.ts';
import { describeEnding } from '../delivery/describe.ts';
import { heldByInWords } from '../delivery/held-by.ts';
import { storedBody } from '../outbox/content-rows.ts';
import type { StoredAttempt, StoredDelivery } from '../outbox/rows.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { withFaintCode } from '../platform/marks.ts';
import { paint } from '../platform/paint.ts';
import { type Painter, type Span, wrapSpans } from '../platform/spans.ts';
import { secondsText, timeText } from '../platform/time-text.ts';
import type { OrWhy, Then } from '../then-and-now.ts';
import { heading } from './lines.ts';
import { table } from './table.ts';

/** As `--json` shows it: `announcement` is the content, of an alert in the shape that the store has. */
export function shownDelivery({ delivery, ...stored }: StoredDelivery): object {
  const { id, content, ...rest } = delivery;
  return { delivery: { id, announcement: storedBody(content), ...rest }, ...stored };
}

/** One column, so that a narrow terminal shows the time whole and cuts the title. */
const RECEIVED_AND_TITLE = 'RECEIVED                    TITLE';

const PAINT_OF_STATE: Readonly<Record<string, Painter>> = {
  delivered: paint.good,
  pending: paint.warning,
  dead: paint.bad,
  expired: paint.bad,
  skipped: paint.faint,
};

const stateSpan = (state: string, text = state): Span => [text, PAINT_OF_STATE[state] ?? paint.faint];

/** `NODE` of a cluster, in front of the destination. */
export const deliveryColumns = (found: readonly StoredDelivery[]): readonly string[] =>
  found.some(({ node }) => node !== undefined)
    ? ['ID', 'NODE', ...DELIVERY_COLUMNS]
    : ['ID', ...DELIVERY_COLUMNS];

const DELIVERY_COLUMNS = ['DESTINATION', 'STATE', 'REASON', 'TRIES', RECEIVED_AND_TITLE];

export function deliveryCells({ delivery, state, reason, attempts, node }: StoredDelivery): Span[] {
  const { ticker } = delivery;
  const { title, receivedTimestampUs } = storedBody(delivery.content);
  return [
    delivery.id,
    ...(node === undefined ? [] : [node]),
    [ticker === undefined ? delivery.destination : `${delivery.destination} (${ticker})`, paint.name],
    stateSpan(state),
    reason ?? '',
    String(attempts),
    `${secondsText(receivedTimestampUs / 1000)}  ${title}`,
  ];
}

/** The state has its colour, a destination that of names. */
function valueSpans(label: string, value: string, state: DeliveryState): Span[] {
  if (label === 'state') return [stateSpan(state), ...withFaintCode(value.slice(state.length))];
  return [label === 'destination' ? [value, paint.name] : value];
}

/** In cells: more of a title is for --json. */
const LONGEST_VALUE = 1000;

export function describeDelivery(
  stored: StoredDelivery,
  attempts: readonly StoredAttempt[],
  width: number | undefined,
  decided: OrWhy<Then>,
): string[] {
  const { delivery, state, reason, settledMs, byHandMs, heldBy, node } = stored;
  const { publisher, listingType, tickers, title, receivedMs } = storedBody(delivery.content);
  const pairs: readonly (readonly [string, string])[] = [
    ['delivery', delivery.id],
    ['state', reason === undefined ? state : `${state}. ${describeEnding(reason)}`],
    ...(heldBy === undefined ? [] : [['held by', heldByInWords(heldBy)] as const]),
    ['destination', delivery.destination],
    ...(node === undefined ? [] : [['node', node] as const]),
    ['rule', delivery.rule],
    ...('why' in decided ? [] : [['because', becauseOf(delivery.rule, decided)] as const]),
    ['decided', decidedInWords(decided, delivery.id)],
    ['template', delivery.template ?? '(default)'],
    ['ticker', delivery.ticker ?? tickers.join(', ')],
    ['publisher', publisher],
    ['listingType', listingType],
    ['title', title],
    ['received', timeText(receivedMs)],
    ...(byHandMs === undefined
      ? []
      : [['by hand', `${timeText(byHandMs)}: requested by a retry or a replay`] as const]),
    ['expires', delivery.expiresAtMs === undefined ? 'never' : timeText(delivery.expiresAtMs)],
    [
      'settled',
      settledMs === undefined
        ? ''
        : `${timeText(settledMs)} (${formatDuration(settledMs - receivedMs)} after receipt)`,
    ],
  ];
  const rows = attempts.map(({ attempt, startedMs, durationMs, outcome, status, detail }) => [
    String(attempt),
    timeText(startedMs),
    formatDuration(durationMs),
    [outcome, outcome.startsWith('delivered') ? paint.good : paint.bad] as const,
    status === undefined ? '' : String(status),
    detail ?? '',
  ]);
  const long = width === undefined ? undefined : LONGEST_VALUE;
  return [
    ...pairs.map(([label, value]) =>
      wrapSpans(
        [
          [value === '' ? label : label.padEnd(12), paint.faint],
          ...(value === '' ? [] : [' ', ...valueSpans(label, fitCells(value, long), state)]),
        ],
        { cells: width, indent: ' '.repeat(13) },
      ),
    ),
    '',
    ...(rows.length === 0
      ? [heading('no attempt yet', width)]
      : table(['ATTEMPT', 'STARTED', 'TOOK', 'OUTCOME', 'STATUS', 'DETAIL'], rows, {
          width,
          whole: ['STARTED'],
        })),
  ];
}

/** The conditions of the rule, as far as they are kept. */
function becauseOf(rule: string, decided: Then): string {
  if (!decided.areRulesKept) return 'the rules of then are not in the store any more';
  const said = decided.rules.find((one) => one.rule === rule);
  if (said?.holding === undefined)
    return 'its conditions held then; which they were is not kept (a table has only the rows of now)';
  return said.holding.join('; ') || 'it has no condition';
}

function decidedInWords(decided: OrWhy<Then>, id: string): string {
  if ('why' in decided) return decided.why;
  const { digest, inForceSinceMs, ruleCount } = decided;
  const rules = ruleCount === 1 ? '1 rule' : `${ruleCount} rules`;
  return `by ${rules} ${digest}, in force since ${timeText(inForceSinceMs)}; \`listing-bridge explain --id ${id}\` shows what each said`;
}
