/** Recent timestamps; answers when the n-th newest was, which is all that a sliding window needs. */
export class RecentTimes {
  /** Ascending. */
  readonly #times: number[] = [];
  /** The greatest `n` that will be asked for; older moments are forgotten. */
  most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Usually the newest; others find their place from the end. */
  add(atMs: number): void {
    let place = this.#times.length;
    while (place > 0 && (this.#times[place - 1] ?? 0) > atMs) place--;
    this.#times.splice(place, 0, atMs);
    // In bites, so that forgetting costs next to nothing each time.
    if (this.#times.length > 2 * this.most) this.#times.splice(0, this.#times.length - this.most);
  }

  /** How many are as late as that, of those that are remembered. */
  countSince(sinceMs: number): number {
    let count = this.#times.length;
    while (count > 0 && (this.#times[this.#times.length - count] ?? 0) < sinceMs) count--;
    return count;
  }

  /** 1 = the newest. */
  newest(n: number): number | undefined {
    return this.#times[this.#times.length - n];
  }
}
