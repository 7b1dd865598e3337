/** The statements behind `Deliveries`: what people ask of the store, and what they may change in it. */
import type { DatabaseSync } from 'node:sqlite';
import { expiryWith, originOf } from '../delivery/content.ts';
import { type Delivery, keyOf, UNDER_WAY } from '../delivery/delivery.ts';
import { someRulesIn } from '../routing/kept-rules.ts';
import { traceIn } from '../routing/trace.ts';
import { ATTEMPTS_SINCE, endsByDestination } from './backlog-rows.ts';
import { contentFrom } from './content-rows.ts';
import type { FoundDelivery, StoredDecision } from './deliveries.ts';
import { attemptFrom, deliveryFrom } from './rows.ts';

const SELECT = 'SELECT d.*, a.body FROM deliveries d JOIN announcements a ON a.id = d.announcement_id';

export function findDelivery(database: DatabaseSync, id: string): FoundDelivery | undefined {
  const key = keysOf(database, [id]).get(id);
  return key === undefined ? undefined : deliveryOfKey(database, key);
}

function deliveryOfKey(database: DatabaseSync, key: string): FoundDelivery | undefined {
  const row = database.prepare(`${SELECT} WHERE d.id = ?`).get(key);
  if (row === undefined) return undefined;
  const attempts = database
    .prepare('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY started_ms')
    .all(key);
  return { delivery: deliveryFrom(row), attempts: attempts.map(attemptFrom) };
}

/** Keys of rows by the ids of their deliveries, or by the keys themselves. Of two rows with one id, the newer. */
export function keysOf(database: DatabaseSync, ids: readonly string[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const named = database.prepare(KEY_OF_NAME);
  const own = database.prepare('SELECT id FROM deliveries WHERE id = ?');
  for (const id of ids) {
    const row = own.get(id) ?? named.get(id);
    if (row !== undefined) keys.set(id, String(row['id']));
  }
  return keys;
}

/** By the index on names. */
const KEY_OF_NAME = 'SELECT id FROM deliveries WHERE name = ? ORDER BY id DESC LIMIT 1';

/** Until when sending is paused, ms on the bridge's timeline: the latest of these budgets; 0 when none is. */
export function pausedUntilMs(database: DatabaseSync, budgetKeys: readonly string[]): number {
  const find = database.prepare('SELECT until_ms FROM pauses WHERE key = ?');
  return Math.max(0, ...budgetKeys.map((key) => Number(find.get(key)?.['until_ms'] ?? 0)));
}

/** When the requests since then had ended, at the latest, by destination; in the bridge's own time. */
export const attemptsSince = (
  database: DatabaseSync,
  sinceMs: number,
): ReadonlyMap<string, readonly number[]> => endsByDestination(database.prepare(ATTEMPTS_SINCE).all(sinceMs));

/** Of one announcement, in the order in which its rules named them. Keys begin with its id and a dash; `.` is the character after it. */
export const deliveriesOfAnnouncement = (database: DatabaseSync, announcementId: string): FoundDelivery[] =>
  database
    .prepare('SELECT id FROM deliveries WHERE id >= ? AND id < ? ORDER BY length(id), id')
    .all(`${announcementId}-`, `${announcementId}.`)
    .flatMap(({ id }) => deliveryOfKey(database, String(id)) ?? []);

/** Whether all deliveries are there that its rules made of an announcement; also where it is not known how many there were. */
function hasAll(deliveries: readonly FoundDelivery[], trace: unknown): boolean {
  const planned = (typeof trace === 'string' ? traceIn(trace)?.planned : undefined) ?? 0;
  return deliveries.filter((found) => ordinalOf(found) < planned).length >= planned;
}

/** Of its row, as it was made when the announcement was read. */
const ordinalOf = ({ delivery: { delivery } }: FoundDelivery): number => {
  const key = keyOf(delivery);
  return Number(key.slice(key.lastIndexOf('-') + 1));
};

/**
 * The decision on an announcement, as far as it is kept: by its id, or by the id or the key of one of its deliveries.
 * `undefined`: nothing has that id.
 */
export function decisionOf(database: DatabaseSync, id: string): StoredDecision | undefined {
  const find = database.prepare('SELECT body, trace FROM announcements WHERE id = ?');
  let announcementId = id;
  let row = find.get(id);
  if (row === undefined) {
    const found = findDelivery(database, id);
    if (found === undefined) return undefined;
    announcementId = originOf(found.delivery.delivery.content).id;
    row = find.get(announcementId);
  }
  if (row === undefined) return undefined;
  const { body, trace } = row;
  const deliveries = deliveriesOfAnnouncement(database, announcementId);
  return {
    content: contentFrom(body),
    ...(typeof trace === 'string' && { trace, ...rulesOfTrace(database, trace) }),
    ...{ deliveries, isComplete: hasAll(deliveries, trace) },
  };
}

/** Those that the trace speaks of: of ten thousand rules a few. */
function rulesOfTrace(database: DatabaseSync, text: string): Pick<StoredDecision, 'rules'> {
  const trace = traceIn(text);
  if (trace === undefined) return {};
  const { digest, outcomes, stoppedBy } = trace;
  const body = database.prepare('SELECT body FROM rules WHERE digest = ?').get(digest)?.['body'];
  const places = [...outcomes.map(({ place }) => place), ...(stoppedBy === undefined ? [] : [stoppedBy])];
  const rules = body instanceof Uint8Array ? someRulesIn(body, places) : undefined;
  return rules === undefined ? {} : { rules };
}

/** Every destination that a delivery in the store is for. */
export const storedDestinations = (database: DatabaseSync): string[] =>
  database
    .prepare(
      `SELECT destination FROM deliveries UNION SELECT name FROM figures WHERE kind = 'destination' ORDER BY 1`,
    )
    .all()
    .map(({ destination }) => String(destination));

/** The current options for a delivery that is retried. */
export interface AgainOptions {
  /** In ms; `false` = never too old; `undefined`: nobody knows, so `isLate` does nothing for it. */
  readonly maxAgeOf: (destination: string) => number | false | undefined;
  /** A person wants it whatever its age, which then counts again. */
  readonly isLate: boolean;
}

const AS_QUEUED: AgainOptions = { maxAgeOf: () => false, isLate: false };

/**
 * Pending again at once, within the rest of its `maxAge`: an order of this morning is no order now. A delivery
 * that waits for its retry goes at once. Never one that has arrived; one that may have arrived only because a
 * person requests it, and not while it is under way. `nowMs`: on the bridge's timeline. Returns the ids that
 * changed.
 */
export function retryDeliveries(
  database: DatabaseSync,
  ids: readonly string[],
  nowMs: number,
  again = AS_QUEUED,
): string[] {
  const find = database.prepare(
    `${SELECT} WHERE d.id = ? AND d.state <> 'delivered' AND d.reason IS NOT '${UNDER_WAY}'`,
  );
  const update = database.prepare(
    `UPDATE deliveries SET begun_ms = CASE state WHEN 'pending' THEN begun_ms END, state = 'pending', reason = NULL,
       not_before_ms = 0, settled_ms = NULL, plain = 0, held_by = NULL, expires_at_ms = ?, by_hand_ms = ? WHERE id = ?`,
  );
  return inTransactions(database, ids, (key) => {
    const row = find.get(key);
    if (row === undefined) return false;
    const { delivery } = deliveryFrom(row);
    if (again.isLate && again.maxAgeOf(delivery.destination) === undefined) return false;
    const endsMs = newEnd(delivery, nowMs, again);
    if (endsMs !== undefined && endsMs <= nowMs) return false;
    return update.run(endsMs ?? null, nowMs, key).changes > 0;
  });
}

function newEnd(
  { destination, content, expiresAtMs }: Delivery,
  nowMs: number,
  { maxAgeOf, isLate }: AgainOptions,
): number | undefined {
  const maxAgeMs = maxAgeOf(destination) ?? false;
  const origin = originOf(content);
  if (isLate) return expiryWith(maxAgeMs, origin, nowMs);
  if (expiresAtMs === undefined) return undefined;
  return Math.min(expiresAtMs, expiryWith(maxAgeMs, origin) ?? expiresAtMs);
}

/** Never to be sent. Gives back the ids that changed. */
export function discardDeliveries(database: DatabaseSync, ids: readonly string[], nowMs: number): string[] {
  const update = database.prepare(
    `UPDATE deliveries SET state = 'skipped', reason = 'discarded', settled_ms = ? WHERE id = ? AND state = 'pending'`,
  );
  return inTransactions(database, ids, (key) => update.run(nowMs, key).changes > 0);
}

/** Changed in one transaction: an announcement that is read meanwhile waits no longer than for these. */
const TOGETHER = 100;

/** The ids for whose keys `change` is true. */
function inTransactions(
  database: DatabaseSync,
  ids: readonly string[],
  change: (key: string) => boolean,
): string[] {
  // Before anything is locked: it may take a while.
  const keys = keysOf(database, ids);
  return changedTogether(database, ids, () => (id) => change(keys.get(id) ?? id));
}

/** Those of `all` for which `change` is true, in transactions of a few each. Each transaction has a `change` of its own, from `begin`. */
export function changedTogether<Item>(
  database: DatabaseSync,
  all: readonly Item[],
  begin: () => (item: Item) => boolean,
): Item[] {
  const changed: Item[] = [];
  for (let start = 0; start < all.length; start += TOGETHER) {
    database.exec('BEGIN IMMEDIATE');
    try {
      const some = all.slice(start, start + TOGETHER).filter(begin());
      database.exec('COMMIT');
      changed.push(...some);
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
  return changed;
}
