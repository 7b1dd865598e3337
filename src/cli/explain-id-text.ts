/** `explain --id` as text for people: the rules then and now, the reasons, and what was sent beside what would be. */
import { beganInWords, type Cooling } from '../cooldown/cooling.ts';
import { keyOf } from '../delivery/delivery.ts';
import { describeReason } from '../delivery/describe.ts';
import { storedBody } from '../outbox/content-rows.ts';
import type { FoundDelivery, StoredDecision } from '../outbox/deliveries.ts';
import { formatDuration } from '../platform/duration.ts';
import { paint } from '../platform/paint.ts';
import { type Painter, type Span, wrapSpans } from '../platform/spans.ts';
import { secondsText, timeText } from '../platform/time-text.ts';
import type { Now, OrWhy, Then } from '../then-and-now.ts';
import { ruleLines } from './explain-id-rules.ts';
import { announcementLines } from './explain-text.ts';
import { heading, lineBelow, markedLine } from './lines.ts';
import { table } from './table.ts';

interface ThenAndNow {
  readonly decision: StoredDecision;
  readonly before: OrWhy<Then>;
  readonly now: OrWhy<Now>;
  readonly cooldowns: CooldownsThen;
}

/** The reasons of those that a cooldown has ended, by the keys of their rows. */
export type CooldownsThen = ReadonlyMap<string, Cooling>;

type Width = number | undefined;

export function describeThenAndNow({ decision, before, now, cooldowns }: ThenAndNow, width: Width): string[] {
  const body = storedBody(decision.content);
  return [
    ...announcementLines(body, width),
    labelled('id', body.id, width),
    labelled('received', `${timeText(body.receivedMs)} from ${body.feed}`, width),
    labelled('then', thenInWords(before), width),
    labelled('now', nowInWords(before, now), width),
    '',
    ...ruleLines(before, now, width),
    ...deliveryLines(decision.deliveries, before, now, width),
    ...cooldownLines(decision.deliveries, cooldowns, width),
  ];
}

const LABEL = 14;

const labelled = (label: string, text: string, width: Width): string =>
  wrapSpans([[label.padEnd(LABEL), paint.faint], text], { cells: width, indent: ' '.repeat(LABEL) });

function thenInWords(then: OrWhy<Then>): string {
  if ('why' in then) return then.why;
  const kept = then.areRulesKept ? '' : '; the rules themselves are not in the store any more';
  return `${rulesInWords(then.ruleCount)} ${then.digest}, in force since ${timeText(then.inForceSinceMs)}${kept}`;
}

function nowInWords(then: OrWhy<Then>, now: OrWhy<Now>): string {
  if ('why' in now) return now.why;
  const what = `${rulesInWords(now.rules.length)} ${now.digest}`;
  if ('why' in then) return what;
  return then.digest === now.digest ? `the same ${rulesInWords(now.rules.length)}` : `${what}, changed since`;
}

const rulesInWords = (count: number): string => (count === 1 ? '1 rule' : `${count} rules`);

/** A destination, with the ticker where each has a delivery of its own. */
const targetOf = (destination: string, ticker: string | undefined): string =>
  ticker === undefined ? destination : `${destination} (${ticker})`;

function deliveryLines(
  deliveries: readonly FoundDelivery[],
  then: OrWhy<Then>,
  now: OrWhy<Now>,
  width: Width,
): string[] {
  const rows = new Map<string, { before?: Span; now?: Span }>();
  const add = (target: string, cells: { before?: Span; now?: Span }) =>
    rows.set(target, { ...rows.get(target), ...cells });
  for (const found of deliveries) {
    const { destination, ticker } = found.delivery.delivery;
    add(targetOf(destination, ticker), { before: sentInWords(found) });
  }
  if (!('why' in then))
    for (const { destination, reason } of then.withheld)
      add(destination, { before: [`nothing: ${withheldInWords(reason)}`, paint.faint] });
  if (!('why' in now)) {
    for (const { destination, reason } of now.withheld)
      add(destination, { now: [`nothing: ${reason}`, paint.faint] });
    for (const { destination, rule, ticker } of now.deliveries)
      add(targetOf(destination, ticker), { now: [`by rule "${rule}"`, paint.good] });
  }
  const hasNow = !('why' in now);
  const few = [...rows].slice(0, SHOWN_TARGETS);
  const further = 'why' in then ? 0 : then.furtherWithheld;
  return [
    ...(rows.size === 0
      ? [heading(hasNow ? 'nothing was sent, and nothing would be now' : 'nothing was sent', width)]
      : table(
          ['DESTINATION', 'THEN', ...(hasNow ? ['NOW'] : [])],
          few.map(([target, cells]) => [
            [target, paint.name],
            cells.before ?? NOTHING,
            ...(hasNow ? [cells.now ?? NOTHING] : []),
          ]),
          { width },
        )),
    ...(rows.size > few.length
      ? [
          heading(
            `${rows.size - few.length} further destinations are not shown here (--json has them)`,
            width,
          ),
        ]
      : []),
    ...(further > 0 ? [heading(`${further} further destinations got nothing then`, width)] : []),
    ...('why' in then || then.planned <= deliveries.length
      ? []
      : [
          markedLine(
            'warning',
            `${then.planned} deliveries were planned then, and the store has ${deliveries.length}`,
            width,
          ),
        ]),
    ...(hasNow
      ? [
          lineBelow(
            'NOW: by the rules of now at its own time of receipt; duplicates, its age and the state of the destinations are left out.',
            width,
            0,
          ),
          ...tableLines(now.tables, width),
        ]
      : []),
  ];
}

function cooldownLines(
  deliveries: readonly FoundDelivery[],
  cooldowns: CooldownsThen,
  width: Width,
): string[] {
  const cooled = deliveries.flatMap(({ delivery: { delivery } }) => {
    const cooling = cooldowns.get(keyOf(delivery));
    return cooling === undefined ? [] : [{ delivery, cooling }];
  });
  return cooled.slice(0, SHOWN_COOLDOWNS).map(({ delivery: { destination, ticker, content }, cooling }) => {
    const { receivedMs } = storedBody(content);
    const until = `its cooldown holds until ${secondsText(cooling.untilMs)}`;
    return lineBelow(
      `${targetOf(destination, ticker)}: ${beganInWords(cooling, receivedMs)}; ${until}.`,
      width,
      0,
    );
  });
}

const SHOWN_COOLDOWNS = 20;

/** Of more, --json has the rest. */
const SHOWN_TARGETS = 200;

const NOTHING: Span = ['nothing', paint.faint];

const PAINT_OF_STATE: Readonly<Record<string, Painter>> = {
  delivered: paint.good,
  pending: paint.warning,
  skipped: paint.faint,
};

function sentInWords({ delivery: stored, attempts }: FoundDelivery): Span {
  const { state, reason, settledMs, delivery } = stored;
  const { receivedMs } = storedBody(delivery.content);
  const after =
    settledMs === undefined ? '' : ` after ${formatDuration(Math.max(0, settledMs - receivedMs))}`;
  const tries = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
  const why = reason === undefined ? '' : ` [${reason}]`;
  return [`${state}${after}, ${tries}${why}`, PAINT_OF_STATE[state] ?? paint.bad];
}

const WITHHELD: Readonly<Record<string, string>> = {
  redacted: 'it is redacted, so it has no ticker',
  no_ticker: 'it has no ticker',
  unknown: 'it had no delivery',
};

const withheldInWords = (reason: string): string =>
  (Object.hasOwn(WITHHELD, reason) ? WITHHELD[reason] : undefined) ?? describeReason(reason) ?? reason;

/** Of then, rows are not kept. */
const tableLines = (tables: readonly string[], width: Width): string[] =>
  tables.length === 0
    ? []
    : [
        lineBelow(
          `Tables have the rows of now, not those of then: ${tables.slice(0, SHOWN_TABLES).join(', ')}${tables.length > SHOWN_TABLES ? ', …' : ''}.`,
          width,
          0,
        ),
      ];

const SHOWN_TABLES = 5;
