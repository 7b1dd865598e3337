/** The rows of a replay: deliveries that are new, or that have ended and are sent again as today's rules have them. */
import type { DatabaseSync } from 'node:sqlite';
import { originOf } from '../delivery/content.ts';
import { type Delivery, keyOf, REPLAYED } from '../delivery/delivery.ts';
import { folded } from '../platform/fold.ts';
import { endOf, text, wholeNumber } from './columns.ts';
import type { ReplayWish } from './deliveries.ts';
import { deliveryKey } from './delivery-ids.ts';
import { INSERT_DELIVERY } from './ledger-rows.ts';
import { changedTogether } from './queries.ts';
import { deliveryRow, type StoredDelivery } from './rows.ts';

/** A row as `ReplayWish.seen` has it. */
export const seenAs = ({ delivery, state, reason, attempts }: StoredDelivery): string =>
  seenText(keyOf(delivery), state, reason ?? null, attempts);

/** The key of its row. */
export const keySeen = (seen: string): string => String((JSON.parse(seen) as readonly unknown[])[0]);

const seenText = (key: unknown, state: unknown, reason: unknown, attempts: unknown): string =>
  JSON.stringify([key, state, reason, attempts]);

/** Without a ticker a delivery says all of the news. */
export const isSameSubject = (ticker: string | undefined, other: string | undefined): boolean =>
  ticker === undefined || other === undefined || folded(ticker) === folded(other);

/** Gives the ids of those that were queued. */
export function queueReplayed(
  database: DatabaseSync,
  wishes: readonly ReplayWish[],
  nowMs: number,
): readonly string[] {
  const statements = prepare(database);
  const taken = new Set<string>();
  const queued = changedTogether(database, wishes, () => {
    const rowsOf = remembered((id: string) => rowsIn(statements, id));
    return ({ delivery, seen }) => {
      const rows = rowsOf(originOf(delivery.content).id);
      const own = rows?.seen.get(delivery.destination) ?? [];
      const now = own.flatMap(([ticker, text]) => (isSameSubject(delivery.ticker, ticker) ? [text] : []));
      if (rows === undefined || now.toSorted().join() !== seen.toSorted().join()) return false;
      if (taken.has(delivery.id)) return false;
      taken.add(delivery.id);
      return delivery.key === undefined
        ? insert(statements, rows, delivery, nowMs)
        : update(statements, delivery, nowMs);
    };
  });
  return queued.map(({ delivery }) => delivery.id);
}

type Statements = ReturnType<typeof prepare>;

type Seen = readonly [ticker: string | undefined, text: string];

/** Of one announcement; it may have thousands. */
interface Rows {
  /** By destination, as they were before this transaction. */
  readonly seen: ReadonlyMap<string, readonly Seen[]>;
  nextOrdinal: number;
}

/** `undefined`: the announcement is not there any more. */
function rowsIn({ selectAnnouncement, selectRows }: Statements, id: string): Rows | undefined {
  if (selectAnnouncement.get(id) === undefined) return undefined;
  const seen = new Map<string, Seen[]>();
  let nextOrdinal = 0;
  for (const row of selectRows.all(`${id}-`, `${id}.`)) {
    const { id: key, destination, ticker, state, reason, attempts } = row;
    const name = String(destination);
    const own = seen.get(name) ?? [];
    seen.set(name, own);
    own.push([ticker === null ? undefined : String(ticker), seenText(key, state, reason, attempts)]);
    nextOrdinal = Math.max(nextOrdinal, ordinalOf(String(key)) + 1);
  }
  return { seen, nextOrdinal };
}

/** Of the key of a row (`deliveryKey`). */
function ordinalOf(key: string): number {
  const ordinal = Number(key.slice(key.lastIndexOf('-') + 1));
  return Number.isInteger(ordinal) ? ordinal : -1;
}

function remembered<Value>(find: (id: string) => Value): (id: string) => Value | undefined {
  const known = new Map<string, Value>();
  return (id) => {
    if (!known.has(id)) known.set(id, find(id));
    return known.get(id);
  };
}

function insert({ insertDelivery }: Statements, rows: Rows, delivery: Delivery, nowMs: number): boolean {
  const key = deliveryKey(originOf(delivery.content).id, rows.nextOrdinal++);
  const row = deliveryRow({
    delivery: { ...delivery, key },
    ...{ attempts: 0, plain: false, notBeforeMs: 0, byHandMs: nowMs, reason: REPLAYED },
  });
  return insertDelivery.run(...row).changes > 0;
}

const update = ({ updateDelivery }: Statements, delivery: Delivery, nowMs: number): boolean =>
  updateDelivery.run({
    key: keyOf(delivery),
    rule: text(delivery.rule) ?? '',
    template: text(delivery.template),
    importance: wholeNumber(delivery.importance) ?? 0,
    expiresAtMs: endOf(delivery.expiresAtMs),
    nowMs,
  }).changes > 0;

function prepare(database: DatabaseSync) {
  return {
    selectAnnouncement: database.prepare('SELECT 1 FROM announcements WHERE id = ?'),
    selectRows: database.prepare(
      'SELECT id, destination, ticker, state, reason, attempts FROM deliveries WHERE id >= ? AND id < ?',
    ),
    insertDelivery: database.prepare(INSERT_DELIVERY),
    updateDelivery: database.prepare(
      `UPDATE deliveries SET rule = :rule, template = :template, importance = :importance, expires_at_ms = :expiresAtMs,
         state = 'pending', reason = '${REPLAYED}', begun_ms = NULL, not_before_ms = 0, settled_ms = NULL, plain = 0, held_by = NULL, by_hand_ms = :nowMs
       WHERE id = :key AND state NOT IN ('pending', 'delivered')`,
    ),
  };
}
