/**
 * News that another node has read and tells at once, before it is in the log: taken in as from a feed. Whoever has read it brings it into the
 * log; if that does not happen, because it died, this node does.
 */
import type { Clock } from '../platform/clock.ts';
import type { Arrivals } from './arrivals.ts';
import type { KnownNews } from './known.ts';
import type { LogWriter } from './log-writer.ts';
import { RENEW_MS, type ToldRow } from './shared.ts';

export interface AnnouncedDeps {
  readonly clock: Clock;
  readonly arrivals: Arrivals;
  readonly writer: LogWriter;
  /** The name of this one. */
  readonly node: string;
}

export class Announced {
  readonly #deps: AnnouncedDeps;
  /** Not in the log yet: since when, monotonic ms; oldest first. */
  readonly #waiting = new Map<KnownNews, number>();

  constructor(deps: AnnouncedDeps) {
    this.#deps = deps;
  }

  hear(row: ToldRow): void {
    const { node, arrivals, clock } = this.#deps;
    if (row.node === node) return;
    const news = arrivals.learn(row, false);
    if (news !== undefined && news.loggedMs === undefined) this.#waiting.set(news, clock.monotonicMs());
  }

  /** Now and then. */
  look(): void {
    const { clock, writer } = this.#deps;
    const sinceMs = clock.monotonicMs() - RENEW_MS;
    for (const [news, heardMs] of this.#waiting) {
      if (heardMs > sinceMs) return;
      this.#waiting.delete(news);
      if (news.loggedMs === undefined) writer.add(news);
    }
  }
}
