/**
 * Works out what is to be written next of the past: the newest slot that is over and not made, or has changed since; then what is to be
 * dropped. Reads only, in bites, on the thread of questions.
 */
import type { DatabaseSync } from 'node:sqlite';
import { idAt } from '../ids.ts';
import type { HistoryChange } from './change.ts';
import { Figures } from './figures.ts';
import { figuresOfRows } from './figures-of-rows.ts';
import { below, DAYS, HOURS, type Level, MINUTES, startOf } from './levels.ts';
import { type KeptSlot, MOST_CHANGED, SlotReader, slotsOf } from './slot-reader.ts';

export interface NextChanges {
  /** In this order; none: all is as it should be. */
  readonly changes: readonly HistoryChange[];
  /** So much happens that figures of the last minutes are wanted soon. */
  readonly isBusy: boolean;
}

/** A slot is made so long after its end: what was read in it is in the tables, and most of it has ended. */
const MARGIN_MS = 60_000;

/** A slot of which something waits is made again when a tenth of its age has passed, within these bounds. */
const AGAIN_SHARE = 0.1;
const AGAIN_MS = { least: 60_000, most: 6 * 3_600_000 } as const;

/** Deliveries of a slot that is not over: with more, whoever asks does not read them off the rows. */
const MANY = 3000;

/** Rows of figures in one transaction: half a millisecond. */
const TOGETHER = 50;

const MOST_DROPPED = 20;

export interface Moment {
  readonly nowMs: number;
  /** How long figures are kept at all; at least as long as rows. */
  readonly keptMs: number;
}

/** `breathe` lets others ask. */
export async function nextChanges(
  database: DatabaseSync,
  { nowMs, keptMs }: Moment,
  breathe: () => Promise<void>,
): Promise<NextChanges> {
  const work = new Work(database, { nowMs, keptMs }, breathe);
  return { changes: await work.next(), isBusy: work.isBusy };
}

class Work {
  readonly #database: DatabaseSync;
  readonly #nowMs: number;
  /** Slots that begin before it are dropped, and not made. */
  readonly #oldestMs: number;
  readonly #breathe: () => Promise<void>;
  readonly #reader: SlotReader;
  isBusy = false;

  constructor(database: DatabaseSync, { nowMs, keptMs }: Moment, breathe: () => Promise<void>) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#oldestMs = nowMs - keptMs;
    this.#breathe = breathe;
    this.#reader = new SlotReader(database);
  }

  async next(): Promise<readonly HistoryChange[]> {
    const changed = this.#changed();
    if (changed !== undefined) return [changed];
    for (let at = this.#reader.lastBefore(this.#nowMs + 1); at !== undefined; ) {
      const dayMs = startOf(at, DAYS);
      if (dayMs < this.#oldestMs) break;
      const changes = await this.#of(DAYS, dayMs);
      if (changes !== undefined) return changes;
      at = this.#reader.lastBefore(dayMs);
    }
    return this.#dropped();
  }

  /** The changes of a slot, or of one below it; `undefined`: it is as it should be. */
  async #of(level: Level, fromMs: number): Promise<readonly HistoryChange[] | undefined> {
    const kept = this.#reader.slot(level, fromMs);
    if (kept !== undefined && !this.#isDue(kept, fromMs)) return undefined;
    const isOver = fromMs + level.spanMs + MARGIN_MS <= this.#nowMs;
    const lower = below(level);
    if (lower === undefined) return this.#ofRows(level, fromMs, isOver);
    let isComplete = isOver;
    let isAny = false;
    for (const partMs of this.#partsOf(level, lower, fromMs)) {
      const changes = await this.#of(lower, partMs);
      if (changes !== undefined) return changes;
      const isMade = this.#reader.slot(lower, partMs) !== undefined;
      isAny ||= isMade;
      if (!isMade && this.#hasRows(lower, partMs)) isComplete = false;
    }
    return isComplete && isAny ? await this.#sum(level, lower, fromMs) : undefined;
  }

  #isDue({ madeMs, isSettled }: KeptSlot, fromMs: number): boolean {
    const { least, most } = AGAIN_MS;
    const againMs = Math.min(most, Math.max(least, (this.#nowMs - fromMs) * AGAIN_SHARE));
    return !isSettled && this.#nowMs - madeMs >= againMs;
  }

  /** The slots below of which there is anything, newest first. */
  *#partsOf({ spanMs }: Level, lower: Level, fromMs: number): Generator<number> {
    for (let at = this.#reader.lastBefore(fromMs + spanMs); at !== undefined && at >= fromMs; ) {
      const partMs = startOf(at, lower);
      yield partMs;
      at = this.#reader.lastBefore(partMs);
    }
  }

  #hasRows({ spanMs }: Level, fromMs: number): boolean {
    return (this.#reader.lastRowBefore(fromMs + spanMs) ?? Number.NEGATIVE_INFINITY) >= fromMs;
  }

  async #ofRows(
    level: Level,
    fromMs: number,
    isOver: boolean,
  ): Promise<readonly HistoryChange[] | undefined> {
    const untilMs = fromMs + level.spanMs;
    if (!isOver && !this.#isMuch(fromMs, untilMs)) return undefined;
    if (this.#reader.slot(level, fromMs) === undefined && !this.#hasRows(level, fromMs)) return undefined;
    const steps = figuresOfRows(this.#database, fromMs, untilMs);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return this.#made(level, fromMs, step.value, isOver && step.value.isSettled);
      await this.#breathe();
    }
  }

  #isMuch(fromMs: number, untilMs: number): boolean {
    const many = this.#database
      .prepare('SELECT 1 FROM deliveries WHERE id >= ? AND id < ? LIMIT 1 OFFSET ?')
      .get(idAt(fromMs), idAt(untilMs), MANY);
    this.isBusy ||= many !== undefined;
    return many !== undefined;
  }

  /** A part is a bite: of a day there are up to 24, of hundreds of names each. */
  async #sum(level: Level, lower: Level, fromMs: number): Promise<readonly HistoryChange[]> {
    const sum = new Figures();
    let isSettled = true;
    for (const partMs of this.#partsOf(level, lower, fromMs)) {
      const part = this.#reader.slot(lower, partMs);
      if (part === undefined) continue;
      isSettled &&= part.isSettled;
      sum.add(this.#reader.load(lower, partMs));
      await this.#breathe();
    }
    return this.#made(level, fromMs, sum, isSettled);
  }

  #made({ spanMs }: Level, fromMs: number, fresh: Figures, isSettled: boolean): readonly HistoryChange[] {
    const slot = { spanMs, fromMs };
    const kept = this.#reader.load({ spanMs, keptMs: 0 }, fromMs);
    // Rows of it have been deleted: what was made of all of them stays.
    const rows = (fresh.hasLessThan(kept) ? kept : fresh).rows();
    const changes: HistoryChange[] = [];
    for (let at = 0; at < rows.length; at += TOGETHER)
      changes.push({ kind: 'figures', ...slot, rows: rows.slice(at, at + TOGETHER) });
    const figures = rows.map(({ kind, name }) => ({ kind, name }));
    return [...changes, { kind: 'made', ...slot, madeMs: this.#nowMs, isSettled, figures }];
  }

  #changed(): HistoryChange | undefined {
    const rows = this.#database
      .prepare('SELECT id, delivery_id FROM changed ORDER BY id LIMIT ?')
      .all(MOST_CHANGED);
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const slots = new Map(
      rows.flatMap(({ delivery_id }) =>
        slotsOf(String(delivery_id)).map((slot) => [`${slot.spanMs} ${slot.fromMs}`, slot] as const),
      ),
    );
    return { kind: 'changed', upTo: Number(last['id']), slots: [...slots.values()] };
  }

  /** Slots that are old and part of one above; and at last that one. */
  #dropped(): readonly HistoryChange[] {
    const part = this.#database.prepare(
      `SELECT from_ms FROM slots s WHERE span_ms = ?1 AND from_ms < ?2 AND EXISTS
         (SELECT 1 FROM slots a WHERE a.span_ms = ?3 AND a.from_ms = s.from_ms - s.from_ms % ?3 AND a.settled = 1)
       ORDER BY from_ms LIMIT ?4`,
    );
    const old = this.#database.prepare(
      'SELECT span_ms, from_ms FROM slots WHERE span_ms = ? AND from_ms < ? ORDER BY from_ms LIMIT ?',
    );
    const parts = [
      [MINUTES, HOURS],
      [HOURS, DAYS],
    ] as const;
    const olderThan = (keptMs: number) => this.#nowMs - keptMs;
    return [
      ...parts.flatMap(([{ spanMs, keptMs }, above]) =>
        part
          .all(spanMs, olderThan(keptMs), above.spanMs, MOST_DROPPED)
          .map((row) => ({ spanMs, fromMs: Number(row['from_ms']) })),
      ),
      ...[MINUTES, HOURS, DAYS].flatMap(({ spanMs }) =>
        old
          .all(spanMs, this.#oldestMs, MOST_DROPPED)
          .map((row) => ({ spanMs, fromMs: Number(row['from_ms']) })),
      ),
    ].map((slot) => ({ kind: 'drop', ...slot }));
  }
}
