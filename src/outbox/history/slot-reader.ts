/** Reads what the store keeps of the past, slot by slot, and finds the times of which there is anything. */
import type { DatabaseSync } from 'node:sqlite';
import { idAt, timeOfId } from '../ids.ts';
import type { Slot } from './change.ts';
import { Figures } from './figures.ts';
import { DAYS, HOURS, type Level, MINUTES, startOf } from './levels.ts';
import type { Stretch } from './stats.ts';

/** As many as the upkeep takes at a time. */
export const MOST_CHANGED = 1000;

/** A slot of each level, by the id of the row of a delivery in it. */
export const slotsOf = (key: string): readonly Slot[] =>
  LEVELS.map((level) => ({ spanMs: level.spanMs, fromMs: startOf(timeOfId(key), level) }));

const placeOf = ({ spanMs, fromMs }: Slot): string => `${spanMs} ${fromMs}`;

export interface KeptSlot {
  readonly madeMs: number;
  readonly isSettled: boolean;
}

/** The figures that are needed beside the sums of all. */
export interface Picks {
  readonly kinds: readonly string[];
  readonly names: readonly (readonly [kind: string, name: string])[];
  /** Of `kinds` the counts alone: the spreads are most of the work. */
  readonly isCounts?: boolean;
}

const ALL: Picks = { kinds: ['feed', 'destination', 'rule'], names: [] };

const LEVELS = [MINUTES, HOURS, DAYS];

export class SlotReader {
  readonly #statements: ReturnType<typeof prepare>;

  /** The slots of deliveries that had ended and have changed since, which nobody has taken into account yet. */
  readonly #changed: ReadonlySet<string>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
    const rows = this.#statements.changed.all(MOST_CHANGED);
    this.#changed = new Set(rows.flatMap(({ delivery_id }) => slotsOf(String(delivery_id)).map(placeOf)));
  }

  /** By the time before which it is: a period is gone through several times, and each look goes into five indexes. */
  readonly #last = new Map<number, number | undefined>();

  slot({ spanMs }: Level, fromMs: number): KeptSlot | undefined {
    const row = this.#statements.slot.get(spanMs, fromMs);
    if (row === undefined) return undefined;
    const isSettled = row['settled'] === 1 && !this.#changed.has(placeOf({ spanMs, fromMs }));
    return { madeMs: Number(row['made_ms']), isSettled };
  }

  /** The slots that are kept of that time, newest first. */
  slotsIn({ spanMs }: Level, { sinceMs, untilMs }: Stretch): readonly number[] {
    return this.#statements.slots.all(spanMs, sinceMs, untilMs).map(({ from_ms }) => Number(from_ms));
  }

  load({ spanMs }: Level, fromMs: number, picks: Picks = ALL): Figures {
    const figures = new Figures();
    const { ofKind, countsOfKind, ofName } = this.#statements;
    for (const kind of ['', ...picks.kinds])
      for (const { name, body } of (picks.isCounts && kind !== '' ? countsOfKind : ofKind).all(
        spanMs,
        fromMs,
        kind,
      ))
        figures.addRow({ kind, name: String(name), body: String(body) });
    for (const [kind, name] of picks.names)
      if (!picks.kinds.includes(kind))
        for (const { body } of ofName.all(spanMs, fromMs, kind, name))
          figures.addRow({ kind, name, body: String(body) });
    return figures;
  }

  /** The latest time before that of which there are rows, ms; `undefined`: there is none. */
  lastRowBefore(ms: number): number | undefined {
    const { lastNews, lastLead } = this.#statements;
    const id = lastNews.get(idAt(ms))?.['id'];
    return latest(id === undefined ? undefined : timeOfId(String(id)), numberOf(lastLead.get(ms)));
  }

  /** The latest time before that of which there is anything: rows, or figures of them. */
  lastBefore(ms: number): number | undefined {
    if (!this.#last.has(ms))
      this.#last.set(
        ms,
        latest(
          this.lastRowBefore(ms),
          ...LEVELS.map(({ spanMs }) => numberOf(this.#statements.lastSlot.get(spanMs, ms))),
        ),
      );
    return this.#last.get(ms);
  }

  /** The first time of which there is anything. */
  get firstMs(): number | undefined {
    const { firstNews, firstSlot } = this.#statements;
    const id = firstNews.get()?.['id'];
    const times = [
      id === undefined ? undefined : timeOfId(String(id)),
      ...LEVELS.map(({ spanMs }) => numberOf(firstSlot.get(spanMs))),
    ].filter((ms) => ms !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

const numberOf = (row: Record<string, unknown> | undefined): number | undefined =>
  row?.['ms'] == null ? undefined : Number(row['ms']);

function latest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

const prepare = (database: DatabaseSync) => ({
  changed: database.prepare('SELECT delivery_id FROM changed ORDER BY id LIMIT ?'),
  slot: database.prepare('SELECT made_ms, settled FROM slots WHERE span_ms = ? AND from_ms = ?'),
  slots: database.prepare(
    'SELECT from_ms FROM slots WHERE span_ms = ? AND from_ms >= ? AND from_ms < ? ORDER BY from_ms DESC',
  ),
  ofKind: database.prepare('SELECT name, body FROM figures WHERE span_ms = ? AND from_ms = ? AND kind = ?'),
  // They stand first, as a list of their own.
  countsOfKind: database.prepare(
    `SELECT name, substr(body, 1, instr(body, ']')) || ']' AS body FROM figures WHERE span_ms = ? AND from_ms = ? AND kind = ?`,
  ),
  ofName: database.prepare(
    'SELECT name, body FROM figures WHERE span_ms = ? AND from_ms = ? AND kind = ? AND name = ?',
  ),
  lastNews: database.prepare('SELECT id FROM announcements WHERE id < ? ORDER BY id DESC LIMIT 1'),
  lastLead: database.prepare('SELECT MAX(at_ms) AS ms FROM leads WHERE at_ms < ?'),
  lastSlot: database.prepare('SELECT MAX(from_ms) AS ms FROM slots WHERE span_ms = ? AND from_ms < ?'),
  firstNews: database.prepare('SELECT id FROM announcements ORDER BY id LIMIT 1'),
  firstSlot: database.prepare('SELECT MIN(from_ms) AS ms FROM slots WHERE span_ms = ?'),
});
