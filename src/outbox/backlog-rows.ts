/** Reads of the outbox's tables what lanes, budgets and cooldowns continue from (`Backlog`). */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { originOf } from '../delivery/content.ts';
import { type PendingDelivery, UNDER_WAY } from '../delivery/delivery.ts';
import type { Mute } from '../mutes/mute.ts';
import { contentFrom } from './content-rows.ts';
import { idAt, timeOfId } from './ids.ts';
import { KnownContents } from './known-contents.ts';
import { mutesIn } from './mute-rows.ts';
import type { Backlog, Remains, Sent, Waiting } from './outbox.ts';
import { deliveryFrom } from './rows.ts';

type Row = Record<string, SQLOutputValue>;

export class BacklogRows implements Backlog {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #contents = new KnownContents();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  owed(destination: string, limit: number): readonly PendingDelivery[] {
    return this.#statements.selectOwed.all(destination, limit).map((row) => this.#deliveryFrom(row));
  }

  waiting(): ReadonlyMap<string, Waiting> {
    return waitingOf(this.#statements.selectWaiting.all());
  }

  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> {
    return endsByDestination(this.#statements.selectAttemptsSince.all(sinceMs));
  }

  mutes(): readonly Mute[] {
    return mutesIn(this.#database);
  }

  sentBy(rules: readonly string[], nowMs: number, spanMs: number, limit: number): readonly Sent[] {
    const names = JSON.stringify(rules);
    const oldest = this.#statements.selectOldest.get(names)?.['id'];
    const untilMs = typeof oldest === 'string' ? Math.min(nowMs, timeOfId(oldest)) : nowMs;
    const rows = this.#statements.selectSent.iterate(idAt(Math.max(0, untilMs - spanMs)), names, limit);
    const sent: Sent[] = [];
    for (const row of rows) {
      // Those of one announcement follow each other, and nobody keeps so many contents.
      const before = sent.at(-1)?.delivery.content;
      const isSame = before !== undefined && originOf(before).id === row['announcement_id'];
      const { delivery } = deliveryFrom(row, isSame ? before : contentFrom(row['body']));
      sent.push({ delivery, isOpen: isOpen(row) });
    }
    return sent.reverse();
  }

  openness(keys: readonly string[]): ReadonlyMap<string, boolean> {
    const rows = this.#statements.selectOpenness.all(JSON.stringify(keys));
    return new Map(rows.map((row) => [String(row['id']), isOpen(row)]));
  }

  history(afterId: string, limit: number): readonly Remains[] {
    return this.#statements.selectContents.all(afterId, limit).map((one) => {
      const content = contentFrom(one['body']);
      const id = String(one['id']);
      const rows = this.#statements.selectDeliveriesOf.all(`${id}-`, `${id}.`);
      return { content, deliveries: rows.map((row) => deliveryFrom(row, content)) };
    });
  }

  #deliveryFrom(row: Row) {
    return deliveryFrom(row, this.#contents.of(String(row['announcement_id']), row['body']));
  }
}

const WAITING = `SELECT destination, COUNT(*) AS deliveries, MIN(id) AS oldest FROM deliveries WHERE state = 'pending' GROUP BY destination`;

/** As `Backlog.waiting`. */
export const waitingIn = (database: DatabaseSync): ReadonlyMap<string, Waiting> =>
  waitingOf(database.prepare(WAITING).all());

const waitingOf = (rows: readonly Row[]): ReadonlyMap<string, Waiting> =>
  new Map(
    rows.map((row) => [
      String(row['destination']),
      { deliveries: Number(row['deliveries']), oldestMs: timeOfId(String(row['oldest'])) },
    ]),
  );

/** A request to an unreachable address provably never left, and counts nowhere. */
export const ATTEMPTS_SINCE = `SELECT d.destination, t.started_ms + t.duration_ms AS ended_ms FROM attempts t JOIN deliveries d ON d.id = t.delivery_id
  WHERE t.started_ms >= ? AND t.outcome <> 'retry unreachable' ORDER BY ended_ms`;

/** Of the rows of `ATTEMPTS_SINCE`. */
export function endsByDestination(
  rows: readonly Readonly<Record<string, unknown>>[],
): ReadonlyMap<string, readonly number[]> {
  const byDestination = new Map<string, number[]>();
  for (const row of rows) {
    const destination = String(row['destination']);
    const ended = byDestination.get(destination) ?? [];
    byDestination.set(destination, ended);
    ended.push(Number(row['ended_ms']));
  }
  return byDestination;
}

/** The attempts of those that a person has requested again tell of the time before. Of what was delivered nobody asks. */
const UNSURE = `d.state <> 'delivered' AND EXISTS (SELECT 1 FROM attempts t WHERE t.delivery_id = d.id AND (t.outcome LIKE 'ambiguous%' OR t.outcome = '${UNDER_WAY}')) AS unsure`;

/** Whatever arrived, may have, or still may. */
const COUNTS = `(d.state IN ('delivered', 'pending') OR d.begun_ms IS NOT NULL OR d.reason = 'may_have_arrived' OR unsure)`;

const isOpen = (row: Row): boolean =>
  row['state'] === 'pending' && row['begun_ms'] === null && row['unsure'] === 0;

function prepare(database: DatabaseSync) {
  return {
    selectOwed: database.prepare(
      `SELECT d.*, a.body, CASE d.attempts WHEN 0 THEN 0
         ELSE (SELECT COUNT(*) FROM attempts WHERE delivery_id = d.id AND outcome = 'retry moved') END AS moves
       FROM deliveries d JOIN announcements a ON a.id = d.announcement_id
       WHERE d.destination = ? AND d.state = 'pending' ORDER BY d.importance DESC, d.id DESC LIMIT ?`,
    ),
    selectWaiting: database.prepare(WAITING),
    selectAttemptsSince: database.prepare(ATTEMPTS_SINCE),
    selectOldest: database.prepare(
      `SELECT MIN(id) AS id FROM deliveries INDEXED BY deliveries_owed WHERE state = 'pending' AND rule IN (SELECT value FROM json_each(?))`,
    ),
    selectSent: database.prepare(
      `SELECT d.*, a.body, ${UNSURE} FROM deliveries d JOIN announcements a ON a.id = d.announcement_id
       WHERE d.id >= ? AND d.rule IN (SELECT value FROM json_each(?)) AND ${COUNTS} ORDER BY d.id DESC LIMIT ?`,
    ),
    selectContents: database.prepare('SELECT id, body FROM announcements WHERE id > ? ORDER BY id LIMIT ?'),
    // As in `prune`: ids of deliveries begin with their announcement's and a dash.
    selectDeliveriesOf: database.prepare('SELECT * FROM deliveries WHERE id >= ? AND id < ? ORDER BY id'),
    selectOpenness: database.prepare(
      `SELECT d.id, d.state, d.begun_ms, ${UNSURE} FROM deliveries d
       WHERE d.id IN (SELECT value FROM json_each(?)) AND ${COUNTS}`,
    ),
  };
}
