/** Writes what the store keeps of the past: each change is one short transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { realNumber, text } from '../columns.ts';
import type { HistoryChange } from './change.ts';
import { SHORTEST_OFF_MS } from './levels.ts';

type ChangeOf<Kind> = Extract<HistoryChange, { readonly kind: Kind }>;

export class HistoryRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** Within a transaction of the caller's. */
  apply(change: HistoryChange): void {
    const statements = this.#statements;
    switch (change.kind) {
      case 'figures':
        for (const { kind, name, body } of change.rows)
          statements.insertFigure.run(change.spanMs, change.fromMs, text(kind), text(name), body);
        return;
      case 'made': {
        const { spanMs, fromMs, madeMs, isSettled, figures } = change;
        const names = JSON.stringify(figures.map(({ kind, name }) => `${kind} ${text(name)}`));
        statements.deleteOtherFigures.run(spanMs, fromMs, names);
        statements.insertSlot.run(spanMs, fromMs, madeMs, isSettled ? 1 : 0);
        return;
      }
      case 'changed':
        for (const { spanMs, fromMs } of change.slots) statements.unsettle.run(spanMs, fromMs);
        statements.deleteChanged.run(change.upTo);
        return;
      case 'drop':
        statements.deleteSlot.run(change.spanMs, change.fromMs);
        statements.deleteFigures.run(change.spanMs, change.fromMs);
        return;
      case 'leads':
        for (const { atMs, winner, loser, leadMs } of change.leads)
          statements.insertLead.run(realNumber(atMs, 0), text(winner), text(loser), realNumber(leadMs, 0));
        return;
      case 'alive':
        this.#noteAlive(change);
        return;
      default:
        return change satisfies never;
    }
  }

  /** A bridge that goes on where another has just ended is one run. */
  #noteAlive({ sinceMs, untilMs, oldestMs }: ChangeOf<'alive'>): void {
    const { extendRun, insertRun, deleteRuns } = this.#statements;
    if (extendRun.run(untilMs, sinceMs - SHORTEST_OFF_MS).changes > 0) return;
    insertRun.run(sinceMs, untilMs);
    deleteRuns.run(oldestMs);
  }
}

const prepare = (database: DatabaseSync) => ({
  insertFigure: database.prepare(
    'INSERT OR REPLACE INTO figures (span_ms, from_ms, kind, name, body) VALUES (?, ?, ?, ?, ?)',
  ),
  deleteOtherFigures: database.prepare(
    `DELETE FROM figures WHERE span_ms = ? AND from_ms = ? AND kind || ' ' || name NOT IN (SELECT value FROM json_each(?))`,
  ),
  insertSlot: database.prepare(
    'INSERT OR REPLACE INTO slots (span_ms, from_ms, made_ms, settled) VALUES (?, ?, ?, ?)',
  ),
  // 0: to be made again before anything else.
  unsettle: database.prepare('UPDATE slots SET settled = 0, made_ms = 0 WHERE span_ms = ? AND from_ms = ?'),
  deleteChanged: database.prepare('DELETE FROM changed WHERE id <= ?'),
  deleteSlot: database.prepare('DELETE FROM slots WHERE span_ms = ? AND from_ms = ?'),
  deleteFigures: database.prepare('DELETE FROM figures WHERE span_ms = ? AND from_ms = ?'),
  insertLead: database.prepare('INSERT INTO leads (at_ms, winner, loser, lead_ms) VALUES (?, ?, ?, ?)'),
  extendRun: database.prepare(
    'UPDATE runs SET until_ms = ? WHERE since_ms = (SELECT MAX(since_ms) FROM runs) AND until_ms >= ?',
  ),
  deleteRuns: database.prepare('DELETE FROM runs WHERE since_ms < ?'),
  insertRun: database.prepare('INSERT OR REPLACE INTO runs (since_ms, until_ms) VALUES (?, ?)'),
});
