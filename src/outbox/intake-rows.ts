/**
 * The table `intake`: news that has been read, as one row for each read of the socket, on record before the send. The
 * row is one JSON text, because that is the least work between the frame and the wire; the tables that people and
 * lanes ask are written behind the send (`docs/decisions/intake-row.md`). A version of the bridge reads the rows that
 * the one before left behind, so the form belongs to the schema (`migrations.ts`).
 *
 *   [[body, identity, occurrence, [run, …]], …]    what was read
 *   {attempt}                                      a request that is about to leave, and must not be repeated
 *
 * A run is deliveries after one another that differ in nothing but their names, destination and ticker. An announcement
 * may go to thousands: all that they share is written once, and what follows from the occurrence not at all.
 *
 *   [rule, template, importance, expiresAtMs, [destination, …], [ticker, …] | null, [[id, …], [key, …]] | null]
 */
import type { SQLOutputValue } from 'node:sqlite';
import { type Content, originOf } from '../delivery/content.ts';
import type { AttemptRecord, Delivery } from '../delivery/delivery.ts';
import { endOf, json, realNumber, text, wholeNumber } from './columns.ts';
import { contentIn, type StoredBody, storedBody } from './content-rows.ts';
import { DeliveryIds, deliveryKey } from './delivery-ids.ts';
import type { Recorded } from './outbox.ts';

/** The content of a row. */
export interface Intake {
  readonly recorded: readonly Recorded[];
  /** Begun, and nothing is known of it yet. */
  readonly begun: readonly AttemptRecord[];
}

type Words = readonly (string | null)[];
type Run = readonly [
  rule: string | null,
  template: string | null,
  importance: number | null,
  expiresAtMs: number | null,
  destinations: Words,
  /** Of each, or of none. */
  tickers: Words | null,
  /** `null`: they follow from the occurrence. */
  names: readonly [ids: Words, keys: Words] | null,
];
type StoredRecord = readonly [
  body: StoredBody,
  identity: string | null,
  occurrence: string | null,
  runs: readonly Run[],
];

/** The `body` of what was read together. Throws a `TypeError` on what goes round in circles. */
export const recordedText = (recorded: readonly Recorded[]): string => json(recorded.map(recordOf));

/** The `body` of a request that is about to leave. */
export const begunText = (attempt: AttemptRecord): string =>
  json({
    ...attempt,
    deliveryKey: text(attempt.deliveryKey),
    startedMs: realNumber(attempt.startedMs, 0),
  });

/** Throws a `SyntaxError` on what is no such row: the store is damaged then. */
export function intakeIn(body: SQLOutputValue | undefined): Intake {
  const value: unknown = JSON.parse(String(body));
  try {
    if (!Array.isArray(value)) return { recorded: [], begun: [value as AttemptRecord] };
    return { recorded: (value as StoredRecord[]).map(recordedIn), begun: [] };
  } catch (error) {
    throw new SyntaxError('a row of `intake` is not JSON of its form', { cause: error });
  }
}

const recordOf = ({ content, identity, occurrence, deliveries }: Recorded): StoredRecord => [
  storedBody(content),
  text(identity),
  text(occurrence),
  runsOf(deliveries, occurrence !== undefined),
];

/** Each value as its column would have it (`rows.ts`), in a form that JSON has a word for. */
function runsOf(deliveries: readonly Delivery[], isNamed: boolean): readonly Run[] {
  const runs: Run[] = [];
  for (let start = 0, end = 0; start < deliveries.length; start = end) {
    const first = deliveries[start];
    if (first === undefined) break;
    end = start + 1;
    while (end < deliveries.length && isAlike(first, deliveries[end])) end++;
    runs.push(runOf(first, deliveries.slice(start, end), isNamed));
  }
  return runs;
}

const isAlike = (one: Delivery, other: Delivery | undefined): boolean =>
  one.rule === other?.rule &&
  one.template === other.template &&
  one.importance === other.importance &&
  one.expiresAtMs === other.expiresAtMs &&
  hasTicker(one) === hasTicker(other);

const hasTicker = ({ ticker }: Delivery): boolean => ticker !== undefined && ticker !== null;

const runOf = (first: Delivery, run: readonly Delivery[], isNamed: boolean): Run => [
  text(first.rule),
  text(first.template),
  wholeNumber(first.importance),
  endOf(first.expiresAtMs),
  run.map(({ destination }) => asNamed(destination)),
  hasTicker(first) ? run.map(({ ticker }) => asNamed(ticker)) : null,
  isNamed ? null : [run.map(({ id }) => text(id)), run.map(({ key }) => text(key))],
];

/** Also with what no column can hold, which JSON can: the delivery is named after it. */
const asNamed = (value: string | undefined): string | null =>
  typeof value === 'string' ? value : text(value);

function recordedIn([body, identity, occurrence, runs]: StoredRecord): Recorded {
  const content = contentIn(body);
  return {
    content,
    ...(identity !== null && { identity }),
    deliveries: [...deliveriesIn(runs, content, new DeliveryIds(occurrence ?? ''))],
  };
}

function* deliveriesIn(runs: readonly Run[], content: Content, ids: DeliveryIds): Generator<Delivery> {
  let ordinal = 0;
  for (const [rule, template, importance, expiresAtMs, destinations, tickers, names] of runs)
    for (const [n, name] of destinations.entries()) {
      const destination = name ?? '';
      const ticker = tickers?.[n] ?? undefined;
      const key = names === null ? deliveryKey(originOf(content).id, ordinal) : names[1][n];
      ordinal++;
      yield {
        id: names === null ? ids.of(destination, ticker) : (names[0][n] ?? ''),
        ...(typeof key === 'string' && { key }),
        ...{ content, destination, ticker },
        rule: rule ?? '',
        template: template ?? undefined,
        importance: importance ?? 0,
        expiresAtMs: expiresAtMs ?? undefined,
      };
    }
}
