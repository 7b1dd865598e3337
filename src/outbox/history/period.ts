/**
 * A period as the slots that it consists of, each in its coarsest form, and their figures: those that are kept, and for the rest
 * the rows. Bounded: what would take too long is passed over and reported.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Figures } from './figures.ts';
import { figuresOfRows } from './figures-of-rows.ts';
import { below, DAYS, type Level, startOf } from './levels.ts';
import { type Picks, SlotReader } from './slot-reader.ts';
import type { Stretch } from './stats.ts';

export interface Piece {
  readonly level: Level;
  readonly fromMs: number;
}

export interface Bounds extends Stretch {
  readonly nowMs: number;
  /** Rows that are read at most; about 3 µs each. */
  readonly mostRows: number;
}

export class Period {
  readonly #database: DatabaseSync;
  readonly #bounds: Bounds;
  readonly #reader: SlotReader;
  /** By place: what was read off rows has all figures, whoever asks. */
  readonly #read = new Map<string, Figures | undefined>();
  /** The beginnings of these. */
  readonly #triedMs: number[] = [];
  #left: number;
  readonly missing: Stretch[] = [];
  /** As far as the slots reach that are in it only in part, and only kept as a whole. */
  sinceMs: number;
  untilMs: number;

  /** The first time of which there is anything; `undefined`: there is none. */
  get knownSinceMs(): number | undefined {
    return this.#reader.firstMs;
  }

  constructor(database: DatabaseSync, bounds: Bounds) {
    this.#database = database;
    this.#bounds = bounds;
    this.#reader = new SlotReader(database);
    this.#left = bounds.mostRows;
    this.sinceMs = bounds.sinceMs;
    this.untilMs = bounds.untilMs;
  }

  /** The slots of that level, and smaller ones at the edges and where a larger is not made. Newest first: of those the rows are read. */
  *pieces(finest: Level, top = DAYS, stretch: Stretch = this.#bounds): Generator<Piece> {
    const { sinceMs, untilMs } = stretch;
    for (let at = this.#reader.lastBefore(untilMs); at !== undefined; ) {
      const fromMs = startOf(at, top);
      if (fromMs + top.spanMs <= sinceMs) return;
      yield* this.#piecesOf(finest, top, fromMs, stretch);
      at = this.#reader.lastBefore(fromMs);
    }
  }

  *#piecesOf(finest: Level, level: Level, fromMs: number, stretch: Stretch): Generator<Piece> {
    const endMs = fromMs + level.spanMs;
    const lower = below(level);
    const isInside = fromMs >= stretch.sinceMs && endMs <= stretch.untilMs;
    if (lower === undefined || (isInside && level.spanMs <= finest.spanMs)) return yield { level, fromMs };
    const isSettled = this.#reader.slot(level, fromMs)?.isSettled === true;
    // Those below have been dropped.
    if (isSettled && this.#bounds.nowMs - fromMs > lower.keptMs) return yield { level, fromMs };
    const inside = {
      sinceMs: Math.max(stretch.sinceMs, fromMs),
      untilMs: Math.min(stretch.untilMs, endMs),
    };
    if (!isSettled) return yield* this.pieces(finest, lower, inside);
    // All of it is made: nobody needs to look at the rows for more.
    for (const partMs of this.#reader.slotsIn(lower, { sinceMs: fromMs, untilMs: inside.untilMs })) {
      if (partMs + lower.spanMs <= inside.sinceMs) return;
      yield* this.#piecesOf(finest, lower, partMs, inside);
    }
  }

  figuresOf({ level, fromMs }: Piece, picks: Picks): Figures {
    const kept = this.#reader.slot(level, fromMs);
    const stretch = { sinceMs: fromMs, untilMs: fromMs + level.spanMs };
    // Without a slot the rows are all there, and may be parted anywhere.
    if (kept === undefined) return this.#made(level, this.#clipped(stretch), picks);
    this.sinceMs = Math.min(this.sinceMs, fromMs);
    this.untilMs = Math.max(this.untilMs, Math.min(stretch.untilMs, this.#bounds.nowMs));
    if (kept.isSettled) return this.#reader.load(level, fromMs, picks);
    const before = this.missing.length;
    const figures = this.#made(level, stretch, picks);
    // Rows of it are gone, or there is no time for them.
    const isLess = this.missing.length > before || figures.hasLessThan(this.#reader.load(level, fromMs));
    if (!isLess) return figures;
    this.missing.length = before;
    return this.#reader.load(level, fromMs, picks);
  }

  #clipped({ sinceMs, untilMs }: Stretch): Stretch {
    return {
      sinceMs: Math.max(sinceMs, this.#bounds.sinceMs),
      untilMs: Math.min(untilMs, this.#bounds.untilMs),
    };
  }

  /** From what is below. */
  #made(level: Level, stretch: Stretch, picks: Picks): Figures {
    const lower = below(level);
    return lower === undefined ? this.#ofRows(stretch) : this.#sumOf(lower, stretch, picks);
  }

  #sumOf(lower: Level, stretch: Stretch, picks: Picks): Figures {
    const sum = new Figures();
    if (this.#left <= 0 && !this.#hasTried(stretch)) this.#miss(stretch);
    else
      for (const piece of this.pieces(lower, lower, stretch)) {
        this.#left--;
        sum.add(this.figuresOf(piece, picks));
      }
    return sum;
  }

  /** The rows of some of it were wanted already, for another look at the period: it is known which are missing. */
  #hasTried({ sinceMs, untilMs }: Stretch): boolean {
    return this.#triedMs.some((atMs) => atMs >= sinceMs && atMs < untilMs);
  }

  #ofRows(stretch: Stretch): Figures {
    const place = `${stretch.sinceMs} ${stretch.untilMs}`;
    if (!this.#read.has(place)) {
      this.#read.set(place, this.#readRows(stretch));
      this.#triedMs.push(stretch.sinceMs);
    }
    const figures = this.#read.get(place);
    if (figures === undefined) this.#miss(stretch);
    return figures ?? new Figures();
  }

  #readRows({ sinceMs, untilMs }: Stretch): Figures | undefined {
    const steps = figuresOfRows(this.#database, sinceMs, untilMs);
    while (this.#left > 0) {
      const step = steps.next();
      if (step.done === true) return step.value;
      this.#left -= step.value;
    }
    return undefined;
  }

  #miss({ sinceMs, untilMs }: Stretch): void {
    const last = this.missing.at(-1);
    if (last?.sinceMs === untilMs) this.missing[this.missing.length - 1] = { ...last, sinceMs };
    else if (last?.sinceMs !== sinceMs) this.missing.push({ sinceMs, untilMs });
  }
}
