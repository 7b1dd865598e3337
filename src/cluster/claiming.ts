/**
 * Claims before the send: of what must not be sent twice whatever happens (`onAmbiguous: drop`), and of everything while nodes differ
 * in config or version. Only these wait for the database. While it cannot be reached, news that no other node can know of is sent
 * without: it comes into the log as late, and whoever takes over then sends nothing of it that must not be doubled.
 */

import { originOf } from '../delivery/content.ts';
import { type Delivery, UNDER_WAY } from '../delivery/delivery.ts';
import type { Claimed, Claims } from '../delivery/tenure.ts';
import { type Clock, wait } from '../platform/clock.ts';
import type { Holdings } from './holdings.ts';
import type { Known } from './known.ts';
import type { LogWriter } from './log-writer.ts';
import type { Settling } from './settling.ts';
import { type Shared, SharedError } from './shared.ts';

/** Between two tries while the database cannot be reached. */
const AGAIN_MS = 250;

export interface ClaimingDeps {
  readonly shared: Pick<Shared, 'begin'>;
  readonly clock: Clock;
  readonly known: Known;
  readonly writer: LogWriter;
  readonly settling: Settling;
  readonly holdings: Holdings;
  differs(): boolean;
  partitionOf(destination: string): number | undefined;
}

export class Claiming implements Claims {
  readonly #deps: ClaimingDeps;
  /** Ids that an earlier holder has begun, and that are sent all the same. */
  readonly #begunBefore = new Set<string>();

  constructor(deps: ClaimingDeps) {
    this.#deps = deps;
  }

  areNeeded({ onAmbiguous }: { readonly onAmbiguous: 'resend' | 'drop' }): boolean {
    return onAmbiguous === 'drop' || this.#deps.differs();
  }

  /** It may be sent a second time: so its destination wants it. */
  spare(deliveryId: string): void {
    this.#begunBefore.add(deliveryId);
  }

  async claim(delivery: Delivery): Promise<Claimed> {
    const { shared, clock, known, writer, settling, holdings, partitionOf } = this.#deps;
    const partition = partitionOf(delivery.destination);
    // An alert: nobody else knows of it.
    if (partition === undefined || delivery.content.kind !== 'news') return 'mine';
    if (this.#begunBefore.has(delivery.id)) return 'mine';
    const epoch = holdings.epochOf(partition);
    const nowMs = clock.monotonicMs();
    const claim = settling.endOf({
      ...{ delivery, partition, epoch, state: 'begun', reason: UNDER_WAY, attempts: 0 },
      ...{ endedMs: nowMs, writtenMs: nowMs },
    });
    // Not yet there: it is being read in this very tick.
    const isLogged = () => known.byId(originOf(delivery.content).id)?.loggedMs !== undefined;
    try {
      if (writer.isFailing && !isLogged()) return 'mine';
      const mine = await shared.begin([claim]);
      if (mine.has(delivery.id)) return 'mine';
      return holdings.epochOf(partition) === epoch ? 'elsewhere' : 'later';
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      const news = known.byId(originOf(delivery.content).id);
      if (news !== undefined && !(await writer.isLogged(news))) {
        news.isLate = true;
        return 'mine';
      }
      await wait(clock, AGAIN_MS);
      return 'later';
    }
  }
}
