/**
 * The table `intake`: news that has been read, as one row for each read of the socket, on record before the send. The
 * row is one JSON text, because that is the least work between the frame and the wire; the tables that people and
 * lanes ask are written behind the send (`docs/decisions/intake-row.md`). A version of the bridge reads the rows that
 * the one before left behind, so the form belongs to the schema (`migrations.ts`).
 *
 *   [[body, identity, [[id, key, destination, rule, template, ticker, importance, expiresAtMs], …]], …]   what was read
 *   {attempt}                                      a request that is about to leave, and must not be repeated
 */
import type { SQLOutputValue } from 'node:sqlite';
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery } from '../delivery/delivery.ts';
import { endOf, json, realNumber, text, wholeNumber } from './columns.ts';
import { contentIn, type StoredBody, storedBody } from './content-rows.ts';
import type { Recorded } from './outbox.ts';

/** The content of a row. */
export interface Intake {
  readonly recorded: readonly Recorded[];
  /** Begun, and nothing is known of it yet. */
  readonly begun: readonly AttemptRecord[];
}

type StoredDelivery = readonly [
  id: string | null,
  key: string | null,
  destination: string | null,
  rule: string | null,
  template: string | null,
  ticker: string | null,
  importance: number | null,
  expiresAtMs: number | null,
];
type StoredRecord = readonly [
  body: StoredBody,
  identity: string | null,
  deliveries: readonly StoredDelivery[],
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

const recordOf = ({ content, identity, deliveries }: Recorded): StoredRecord => [
  storedBody(content),
  text(identity),
  deliveries.map(storedDelivery),
];

/** Each value as its column would have it (`rows.ts`), in a form that JSON has a word for. */
const storedDelivery = (delivery: Delivery): StoredDelivery => {
  const { id, key, destination, rule, template, ticker, importance, expiresAtMs } = delivery;
  return [
    text(id),
    text(key),
    text(destination),
    text(rule),
    text(template),
    text(ticker),
    wholeNumber(importance),
    endOf(expiresAtMs),
  ];
};

function recordedIn([body, identity, deliveries]: StoredRecord): Recorded {
  const content = contentIn(body);
  return {
    content,
    ...(identity !== null && { identity }),
    deliveries: deliveries.map((stored) => deliveryIn(stored, content)),
  };
}

function deliveryIn(stored: StoredDelivery, content: Content): Delivery {
  const [id, key, destination, rule, template, ticker, importance, expiresAtMs] = stored;
  return {
    id: id ?? '',
    ...(key !== null && { key }),
    content,
    destination: destination ?? '',
    rule: rule ?? '',
    template: template ?? undefined,
    ticker: ticker ?? undefined,
    importance: importance ?? 0,
    expiresAtMs: expiresAtMs ?? undefined,
  };
}
