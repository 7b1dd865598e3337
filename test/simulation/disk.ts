/** The store of a world, which stays when the process dies: it may take nothing for a while, and never takes some rows. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Content } from '../../src/delivery/content.ts';
import { type Delivery, keyOf } from '../../src/delivery/delivery.ts';
import { intakeIn } from '../../src/outbox/intake-rows.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import type { Recorded } from '../../src/outbox/outbox.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import type { Sent } from './sent.ts';

const titleOf = (content: Content): string =>
  content.kind === 'news' ? content.announcement.title : content.alert.headline;

/** Of a delivery; the column `id` is the key of its row. */
export const ID = 'COALESCE(name, id)';

export class Disk {
  readonly database = new DatabaseSync(':memory:');
  /** It takes nothing. */
  isBroken = false;
  readonly #delivery: StatementSync;
  readonly #attempt: StatementSync;
  readonly #key: StatementSync;
  readonly #rows: StatementSync;

  constructor() {
    migrate(this.database);
    // Rows that a working store refuses, from any writer.
    this.database.exec(`
      CREATE TRIGGER a BEFORE INSERT ON attempts WHEN NEW.detail LIKE '%unwritable%' BEGIN SELECT RAISE(ABORT, 'refused'); END;
      CREATE TRIGGER b BEFORE INSERT ON announcements WHEN NEW.body LIKE '%unwritable%' BEGIN SELECT RAISE(ABORT, 'refused'); END;
      CREATE INDEX by_name ON deliveries (COALESCE(name, id));`);
    this.#delivery = this.database.prepare(
      `SELECT state FROM deliveries WHERE ${ID} = ? ORDER BY deliveries.id DESC`,
    );
    this.#key = this.database.prepare('SELECT 1 FROM deliveries WHERE id = ?');
    this.#rows = this.database.prepare('SELECT body FROM intake');
    this.#attempt = this.database.prepare(
      `SELECT outcome FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE ${ID} = ?) AND started_ms = ?`,
    );
  }

  /** For a process. */
  outbox(): SqliteOutbox {
    return new Proxy(new SqliteOutbox(this.database), {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          if (this.isBroken) throw new Error('disk I/O error');
          return member.apply(target, given);
        };
      },
    });
  }

  isStored(deliveryId: string): boolean {
    return this.#stateOf(deliveryId) !== undefined;
  }

  isPending(deliveryId: string): boolean {
    return this.#stateOf(deliveryId) === 'pending';
  }

  #stateOf(deliveryId: string): unknown {
    const row = this.#delivery.get(deliveryId);
    if (row !== undefined) return row['state'];
    return this.#tail().some(({ id }) => id === deliveryId) ? 'pending' : undefined;
  }

  /** Deliveries on record that are not in their table. */
  #tail(): readonly Delivery[] {
    return this.#intake().flatMap(({ deliveries }) => deliveries.filter((one) => !this.#isInTable(one)));
  }

  #intake(): readonly Recorded[] {
    return this.#rows.all().flatMap(({ body }) => intakeIn(body).recorded);
  }

  #isInTable(delivery: Delivery): boolean {
    return this.#key.get(keyOf(delivery)) !== undefined;
  }

  /** Whether the row of that attempt is there. */
  isRecorded({ deliveryId, startedMs }: Sent): boolean {
    return this.#attempt.get(deliveryId, startedMs) !== undefined;
  }

  /** Whether it is written down what became of that attempt. */
  isSettled({ deliveryId, startedMs }: Sent): boolean {
    const outcome = this.#attempt.get(deliveryId, startedMs)?.['outcome'];
    return outcome !== undefined && outcome !== 'under_way';
  }

  /** Of deliveries. */
  idsIn(...states: readonly string[]): string[] {
    const inTable = this.database
      .prepare(`SELECT ${ID} AS id FROM deliveries WHERE state IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(states))
      .map(({ id }) => String(id));
    return states.includes('pending') ? [...inTable, ...this.#tail().map(({ id }) => id)] : inTable;
  }

  titles(): Set<string> {
    const rows = this.database.prepare(`SELECT body ->> 'title' AS title FROM announcements`).all();
    const inRows = this.#intake().map(({ content }) => titleOf(content));
    return new Set([...rows.map(({ title }) => String(title)), ...inRows]);
  }
}
