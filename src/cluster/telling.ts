/** Tells the others of this node: news that it reads, and how its deliveries go. */
import { identityOf } from '../announcement.ts';
import { newsOf as contentOf } from '../delivery/content.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Read } from '../intake.ts';
import { occurrenceOf } from '../outbox/delivery-ids.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Known } from './known.ts';
import type { LogWriter } from './log-writer.ts';
import type { Settling } from './settling.ts';
import type { Shared } from './shared.ts';
import type { Takeover } from './takeover.ts';
import { toldOf } from './told.ts';

export interface TellingDeps {
  readonly shared: Pick<Shared, 'tell'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** The name of this one. */
  readonly node: string;
  readonly pipeline: Pick<Pipeline, 'dedupe' | 'lanes'>;
  readonly known: Known;
  readonly writer: LogWriter;
  readonly settling: Settling;
  readonly takeover: Takeover;
  /** When partitions were last opened for news; monotonic. */
  openedMs(): number;
}

export class Telling {
  readonly #deps: TellingDeps;

  constructor(deps: TellingDeps) {
    this.#deps = deps;
  }

  /** Just handed over. The events that bring it into the log come a moment later; until then, others have it as from a feed. */
  read(all: readonly Read[]): void {
    const { shared, clock, node, known } = this.#deps;
    const nowMs = clock.monotonicMs();
    // Others came from the log.
    const own = all.filter(({ content }) => known.byId(content.announcement.id) === undefined);
    if (own.length > 0)
      shared.tell(own.map(({ occurrence, content }) => toldOf(occurrence, content, node, nowMs)));
  }

  hear(event: BridgeEvent): void {
    switch (event.kind) {
      case 'announcement.received':
        return this.#received(event);
      case 'delivery.attempted':
        return this.#attempted(event);
      case 'delivery.ended': {
        const { delivery, state, reason, endedMs } = event;
        if (reason === 'sent_elsewhere' || delivery.content.kind !== 'news') return;
        return this.#deps.settling.ended(delivery, state, reason, endedMs);
      }
    }
  }

  #received({ announcement, deliveries }: BridgeEventOf<'announcement.received'>): void {
    const { pipeline, known, writer, takeover, openedMs } = this.#deps;
    // It came from the log.
    if (known.byId(announcement.id) !== undefined) return;
    const key = occurrenceOf(announcement, identityOf(announcement), pipeline.dedupe.windowMs);
    // Its row was there before this event, perhaps under the name that another node gives it.
    const before = known.find(key, announcement, pipeline.dedupe.windowMs);
    if (before !== undefined) known.merge(before, key, announcement.id, deliveries);
    const news = before ?? known.add(key, contentOf(announcement), deliveries);
    if (news.loggedMs === undefined) writer.add(news);
    // Read before that, and not yet known then.
    if (announcement.receivedMs <= openedMs()) takeover.catchUp(news);
  }

  #attempted({ delivery, attempt, result, endedMs, decision }: BridgeEventOf<'delivery.attempted'>): void {
    if (delivery.content.kind !== 'news') return;
    const { pipeline, settling } = this.#deps;
    const { options } = pipeline.lanes.prepared(delivery.destination) ?? {};
    // Under `drop` it is claimed already.
    const isAgain = decision.kind !== 'end' && options?.onAmbiguous === 'resend';
    const again = isAgain ? decision.reason : undefined;
    settling.attempted(delivery, attempt, result.writtenMs, endedMs, again);
  }
}
