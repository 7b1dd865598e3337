/**
 * The trace of an announcement, and in the table `rules` the rules that it speaks of: written together with the first
 * announcement that they decided. Within a transaction of the caller's.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { KeptRules } from '../routing/kept-rules.ts';
import type { Traced } from './outbox.ts';

/** `until_ms` is written down so far ahead of what was read, so that it is rarely written. */
const AHEAD_MS = 3_600_000;

export class TraceRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** The rules are there when it returns. Throws what the store throws. A trace that cannot be made costs nothing else. */
  textOf({ content: { announcement }, deliveries, capped, routing, tracer, targets }: Traced): string | null {
    if (tracer === undefined) return null;
    const all = [...deliveries, ...capped.map(({ delivery }) => delivery)];
    const text = orNull(() =>
      tracer.textOf({
        ...{ announcement, routing, ...(targets !== undefined && { targets }) },
        destinations: all.map(({ destination }) => destination),
      }),
    );
    if (text !== null) this.#keep(tracer.kept, announcement.receivedMs);
    return text;
  }

  #keep({ digest, body }: KeptRules, receivedMs: number): void {
    const { select, insert, update } = this.#statements;
    const untilMs = select.get(digest)?.['until_ms'];
    if (untilMs === undefined) insert.run(digest, body, receivedMs + AHEAD_MS);
    else if (Number(untilMs) < receivedMs) update.run(receivedMs + AHEAD_MS, digest);
  }
}

function orNull<Value>(make: () => Value): Value | null {
  try {
    return make();
  } catch {
    return null;
  }
}

const prepare = (database: DatabaseSync) => ({
  select: database.prepare('SELECT until_ms FROM rules WHERE digest = ?'),
  insert: database.prepare('INSERT INTO rules (digest, body, until_ms) VALUES (?, ?, ?)'),
  update: database.prepare('UPDATE rules SET until_ms = ? WHERE digest = ?'),
});
