/**
 * The database's clock, as seen from here: from each answer that has its time in it. A statement that waits, in a
 * network or in a server that hangs, is carried out later than it was sent; with this its ages still count from when
 * they were true.
 */

export class DatabaseTime {
  /** The database's clock less ours lies between the two, in ms. */
  #low = -Infinity;
  #high = Infinity;

  /** An answer: sent and received by our monotonic clock, in ms, and the database's clock somewhere between. */
  add(sentMs: number, receivedMs: number, databaseMs: number): void {
    const [low, high] = [databaseMs - receivedMs, databaseMs - sentMs];
    const isOf = low <= this.#high && high >= this.#low;
    // Else one of the clocks was set.
    this.#low = isOf ? Math.max(low, this.#low) : low;
    this.#high = isOf ? Math.min(high, this.#high) : high;
  }

  /** At that time of ours, ms since the epoch; `null`: not known. */
  at(ms: number): number | null {
    return Number.isFinite(this.#low) ? ms + (this.#low + this.#high) / 2 : null;
  }
}
