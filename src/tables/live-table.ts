/** A table of the config in force: its rows are replaced in one assignment, while rules and templates keep the same object. */
import type { Table, TableValue } from '../matching/table.ts';
import { formatDuration } from '../platform/duration.ts';
import type { FileTask } from './file-rows.ts';
import type { Validators } from './kept.ts';
import { EMPTY, type PackedTable } from './packed.ts';
import type { OddRows } from './remarks.ts';

export type Source =
  | { readonly kind: 'inline' }
  | {
      readonly kind: 'file';
      /** As the config has it: for people. */
      readonly file: string;
      /** How its rows were read; absent: they could not be. */
      readonly read?: FileTask;
    }
  /** Without its query, which may hold a key. */
  | { readonly kind: 'url'; readonly address: string };

export interface Rows extends Validators {
  readonly packed: PackedTable;
  /** When they were read or fetched, or found unchanged: wall clock, ms. */
  readonly asOfMs: number;
  /** Of those that were read in this life. */
  readonly odd?: OddRows | undefined;
}

/** In whole seconds, minutes, hours or days. */
const UNITS = [86_400_000, 3_600_000, 60_000, 1000] as const;

export class LiveTable implements Table {
  readonly name: string;
  readonly source: Source;
  readonly #wallMs: () => number;
  #rows: Rows | undefined;
  #packed = EMPTY;
  /** Why the last try to fetch it failed; `undefined`: it did not. */
  fault: string | undefined;

  constructor(name: string, source: Source, wallMs: () => number, rows?: Rows) {
    this.name = name;
    this.source = source;
    this.#wallMs = wallMs;
    if (rows !== undefined) this.take(rows);
  }

  /** `undefined`: it has never been loaded. */
  get rows(): Rows | undefined {
    return this.#rows;
  }

  /** From now on. */
  take(rows: Rows): void {
    this.#rows = rows;
    this.#packed = rows.packed;
  }

  has(folded: string): boolean {
    return this.#packed.has(folded);
  }

  get(folded: string): TableValue | undefined {
    return this.#packed.get(folded);
  }

  keys(): IteratorObject<string> {
    return this.#packed.keys();
  }

  get someKey(): string | undefined {
    return this.#packed.someKey;
  }

  /** In ms; `undefined`: it cannot age, or was never loaded. */
  get ageMs(): number | undefined {
    if (this.source.kind === 'inline' || this.#rows === undefined) return undefined;
    return Math.max(0, this.#wallMs() - this.#rows.asOfMs);
  }

  describe(): string {
    const { source, ageMs } = this;
    const where =
      source.kind === 'inline' ? 'inline' : source.kind === 'file' ? `file ${source.file}` : source.address;
    if (this.#rows === undefined) return `${where}, never loaded: matches nothing`;
    const size = `${this.#packed.size} ${this.#packed.size === 1 ? 'row' : 'rows'}`;
    return ageMs === undefined ? `${where}, ${size}` : `${where}, ${size}, ${roughly(ageMs)} old`;
  }
}

/** `3m`, `2h`: the largest unit that is in it. */
export function roughly(ms: number): string {
  const unit = UNITS.find((one) => ms >= one) ?? 1000;
  return ms < 1000 ? '0s' : formatDuration(Math.floor(ms / unit) * unit);
}
