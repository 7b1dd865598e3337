/**
 * Remembers what was announced within the window, so that a second feed, a reconnect or a restart does
 * not announce it again. The first copy opens the window; repeats do not prolong it, so the same words
 * an hour later are news again. Memory is bounded by the window.
 */
export class Dedupe {
  /** A reload may change it. */
  windowMs: number;
  /** Identity → time of the first copy, oldest first. */
  readonly #seen = new Map<string, number>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** True if the identity was seen within the window; remembers it otherwise. `nowMs` is monotonic. */
  isRepeat(identity: string, nowMs: number): boolean {
    for (const [oldest, seenMs] of this.#seen) {
      if (nowMs - seenMs < this.windowMs) break;
      this.#seen.delete(oldest);
    }
    if (this.#seen.has(identity)) return true;
    this.#seen.set(identity, nowMs);
    return false;
  }
}
