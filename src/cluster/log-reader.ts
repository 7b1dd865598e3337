/** Reads the log from the place on where this node is: by hints, each of which may bring its row, and by a look each second. */
import type { Hint, HintedRow, Shared } from './shared.ts';
import { SharedError } from './shared.ts';

const AT_ONCE = 500;

export interface LogReaderDeps {
  readonly shared: Pick<Shared, 'readAfter'>;
  /** False: it is of no use without its plan. `isHint`: perhaps of a database that is gone by now. */
  arrived(row: HintedRow, isHint: boolean): boolean;
}

export class LogReader {
  readonly #deps: LogReaderDeps;
  /** `undefined`: no view has been seen yet. */
  #seq: number | undefined;
  #latest = 0;
  #isReading = false;
  /** Which of those that this node has met, by number. */
  #log = 0;

  constructor(deps: LogReaderDeps) {
    this.#deps = deps;
  }

  /** The last row by now; the first time it is where to begin. */
  seen(seq: number): void {
    this.#seq ??= seq;
    this.#latest = Math.max(this.#latest, seq);
    this.#read();
  }

  hint({ seq, row }: Extract<Hint, { kind: 'log' }>): void {
    if (this.#seq === undefined) return;
    this.#latest = Math.max(this.#latest, seq);
    const isNext = row !== undefined && seq === this.#seq + 1 && !this.#isReading;
    if (isNext && this.#deps.arrived(row, true)) this.#seq = seq;
    this.#read();
  }

  /** Another database, or an earlier state: whatever is in it is read. */
  beginAnew(): void {
    this.#seq = 0;
    this.#latest = 0;
    this.#log++;
  }

  #read(): void {
    if (this.#isReading || this.#seq === undefined || this.#seq >= this.#latest) return;
    this.#isReading = true;
    void this.#readOn(this.#seq).finally(() => {
      this.#isReading = false;
    });
  }

  async #readOn(from: number): Promise<void> {
    let after = from;
    const log = this.#log;
    try {
      for (;;) {
        const rows = await this.#deps.shared.readAfter(after, AT_ONCE);
        // Begun again meanwhile: these are of the database before.
        if (this.#log !== log || this.#seq !== after) return;
        for (const row of rows) {
          this.#seq = Math.max(this.#seq, row.seq);
          this.#deps.arrived(row, false);
        }
        if (rows.length === 0 || this.#seq >= this.#latest) return;
        after = this.#seq;
      }
    } catch (error) {
      // The next view, a second later, asks again.
      if (!(error instanceof SharedError)) throw error;
    }
  }
}
