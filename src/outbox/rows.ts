/** Between rows and the types of the bridge: the one place that knows the columns' order and names. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { originOf } from '../delivery/content.ts';
import {
  type AttemptRecord,
  type Delivery,
  type DeliveryState,
  keyOf,
  type PendingDelivery,
} from '../delivery/delivery.ts';
import type { HeldBy } from '../delivery/held-by.ts';
import { endOf, realNumber, text, wholeNumber } from './columns.ts';
import { contentFrom } from './content-rows.ts';
import { heldByIn, heldByText } from './held-by-text.ts';

type Row = Record<string, SQLOutputValue>;

/** A delivery with all that is known of it, for people (`deliveries`, the API). */
export interface StoredDelivery extends PendingDelivery {
  readonly state: DeliveryState;
  readonly reason: string | undefined;
  readonly settledMs: number | undefined;
  /** Of one that a mute or a cooldown held back; absent also where an earlier version did not keep it. */
  readonly heldBy?: HeldBy;
  /** Of a cluster: the node in whose store it is. */
  readonly node?: string;
}

export interface StoredAttempt {
  readonly attempt: number;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly outcome: string;
  readonly status: number | undefined;
  readonly detail: string | undefined;
}

const optionalText = (value: SQLOutputValue | undefined) => (value == null ? undefined : String(value));
const optionalNumber = (value: SQLOutputValue | undefined) => (value == null ? undefined : Number(value));

/** For `INSERT INTO deliveries`: up to `expires_at_ms`, then attempts, plain, not_before_ms, begun_ms, by_hand_ms, reason, name, state, settled_ms, held_by. */
export function deliveryRow(owed: PendingDelivery, record?: AttemptRecord): SQLInputValue[] {
  const { delivery, attempts, plain, notBeforeMs, begunMs, byHandMs, reason } = owed;
  const { id, content, destination, rule, template, ticker, importance, expiresAtMs } = delivery;
  return [
    text(keyOf(delivery)),
    text(originOf(content).id),
    text(destination) ?? '',
    text(rule) ?? '',
    text(template),
    text(ticker),
    wholeNumber(importance) ?? 0,
    endOf(expiresAtMs),
    wholeNumber(attempts) ?? 0,
    plain ? 1 : 0,
    realNumber(notBeforeMs, 0),
    realNumber(begunMs, null),
    realNumber(byHandMs, null),
    text(reason),
    // Where it is the key, once is enough.
    delivery.key === undefined ? null : text(id),
    record === undefined ? 'pending' : record.state,
    record === undefined ? null : settledMs(record),
    heldByText(record?.heldBy),
  ];
}

/** A delivery as its attempts have left it. */
export const leftBy = (delivery: Delivery, record: AttemptRecord): PendingDelivery => ({
  delivery,
  attempts: record.attempt,
  plain: record.plain,
  notBeforeMs: record.notBeforeMs,
  begunMs: record.begunMs,
  reason: record.reason,
});

const settledMs = ({ state, startedMs, durationMs }: AttemptRecord): number | null =>
  state === 'pending' ? null : realNumber(startedMs, 0) + realNumber(durationMs, 0);

/** For `INSERT INTO attempts`. */
export function attemptRow(record: AttemptRecord): SQLInputValue[] {
  const { deliveryKey, attempt, startedMs, durationMs, outcome, status, detail } = record;
  return [
    text(deliveryKey),
    realNumber(startedMs, 0),
    wholeNumber(attempt) ?? 0,
    realNumber(durationMs, 0),
    text(outcome) ?? '',
    wholeNumber(status),
    text(detail),
  ];
}

/** For `UPDATE deliveries`: state, reason, attempts, plain, not_before_ms, settled_ms, id, begun_ms, held_by. */
export function settledRow(record: AttemptRecord): SQLInputValue[] {
  const { deliveryKey, attempt, state, reason, notBeforeMs, plain, begunMs, heldBy } = record;
  return [
    state,
    text(reason),
    wholeNumber(attempt) ?? 0,
    plain ? 1 : 0,
    realNumber(notBeforeMs, 0),
    settledMs(record),
    text(deliveryKey),
    realNumber(begunMs, null),
    heldByText(heldBy),
  ];
}

/** Columns of `deliveries` joined with `announcements.body`; `content`: of that body, if it is known. */
export function deliveryFrom(row: Row, content = contentFrom(row['body'])): StoredDelivery {
  return {
    delivery: {
      id: String(row['name'] ?? row['id']),
      key: String(row['id']),
      content,
      destination: String(row['destination']),
      rule: String(row['rule']),
      template: optionalText(row['template']),
      ticker: optionalText(row['ticker']),
      importance: Number(row['importance']),
      expiresAtMs: optionalNumber(row['expires_at_ms']),
    },
    attempts: Number(row['attempts']),
    notBeforeMs: Number(row['not_before_ms']),
    plain: row['plain'] === 1,
    ...(row['moves'] !== undefined && { moves: Number(row['moves']) }),
    begunMs: optionalNumber(row['begun_ms']),
    byHandMs: optionalNumber(row['by_hand_ms']),
    state: String(row['state']) as DeliveryState,
    reason: optionalText(row['reason']),
    settledMs: optionalNumber(row['settled_ms']),
    ...heldByOf(row['held_by']),
  };
}

function heldByOf(value: SQLOutputValue | undefined): Pick<StoredDelivery, 'heldBy'> {
  const heldBy = heldByIn(value);
  return heldBy === undefined ? {} : { heldBy };
}

export function attemptFrom(row: Row): StoredAttempt {
  return {
    attempt: Number(row['attempt']),
    startedMs: Number(row['started_ms']),
    durationMs: Number(row['duration_ms']),
    outcome: String(row['outcome']),
    status: optionalNumber(row['status']),
    detail: optionalText(row['detail']),
  };
}
