/** Tells a database that this node meets for the first time, or that was replaced, what the local store has of the last hours. */
import { identityOf } from '../announcement.ts';
import { originOf } from '../delivery/content.ts';
import { occurrenceOf } from '../outbox/delivery-ids.ts';
import { idAt } from '../outbox/ids.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Memory } from '../outbox/learnt.ts';
import type { Remains } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import { type Known, withinNews } from './known.ts';
import type { LogWriter } from './log-writer.ts';
import type { Settling } from './settling.ts';
import type { Fate, View } from './shared.ts';

const AT_ONCE = 200;

/** Not ends: another node has it. */
const NO_ENDS: ReadonlySet<string | undefined> = new Set(['handed_over', 'sent_elsewhere']);

/** In the memory of the store: the database that this node was with last, and how far its log was. */
export const MET = 'cluster';

/** The same: since when this node was alone, until a database knows of it; monotonic ms. */
export const ALONE_FROM = 'cluster alone from';

/** The same: since when it is a node, whether or not a database has answered; monotonic ms. */
const JOINED = 'cluster since';

export interface PastDeps {
  readonly memory: Pick<Memory, 'recall' | 'hear'>;
  readonly journal: Pick<Journal, 'history'>;
  readonly clock: Clock;
  readonly dedupe: { readonly windowMs: number };
  readonly known: Known;
  readonly writer: LogWriter;
  readonly settling: Settling;
  readonly spanMs: () => number;
}

export class Past {
  readonly #deps: PastDeps;
  /** Since then nothing of it leaves without a database; monotonic. */
  readonly #joinedMs: number;

  constructor(deps: PastDeps) {
    this.#deps = deps;
    const { memory, clock } = deps;
    this.#joinedMs = Number(memory.recall(JOINED) ?? clock.monotonicMs());
    memory.hear(JOINED, String(this.#joinedMs));
  }

  /** For the next life. */
  met({ cluster, seq }: View): void {
    this.#deps.memory.hear(MET, JSON.stringify([cluster, seq]));
  }

  /** `isSame`: not replaced or set back, for all that this life has seen. Resolves when the database has it; rejects with `SharedError`. */
  async tell(view: View | undefined, isSame: boolean): Promise<void> {
    const knownFromMs = isSame ? this.#knownFromMs(view) : Number.POSITIVE_INFINITY;
    const { journal, clock, writer, settling, spanMs } = this.#deps;
    writer.beginAnew();
    for (let after = idAt(clock.monotonicMs() - spanMs()); ; ) {
      const remains = journal.history(after, AT_ONCE) ?? [];
      for (const one of remains) this.#tell(one, knownFromMs);
      const last = remains.at(-1);
      if (last === undefined || remains.length < AT_ONCE) break;
      after = originOf(last.content).id;
    }
    await writer.flush();
    await settling.flush();
    this.#deps.memory.hear(ALONE_FROM, '');
  }

  /** No other node could send it: there was no cluster, or this node was alone. */
  #wasAlone(receivedMs: number): boolean {
    const { memory } = this.#deps;
    if (receivedMs >= Number(memory.recall(ALONE_FROM) || Number.POSITIVE_INFINITY)) return true;
    return memory.recall(MET) === undefined && receivedMs < this.#joinedMs;
  }

  /** Received since then, whatever was claimed of it is in this database; monotonic ms. */
  #knownFromMs({ cluster, seq }: Partial<View> = {}): number {
    const met = this.#deps.memory.recall(MET);
    // A node that was never with any database has sent nothing that it has read since it is one.
    if (met === undefined) return this.#joinedMs;
    const [before, least] = JSON.parse(met) as [string, number];
    // As the life before this one has left it, or later.
    return cluster === before && (seq ?? 0) >= least ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  #tell({ content, deliveries }: Remains, knownFromMs: number): void {
    const { known, writer, settling, dedupe } = this.#deps;
    if (content.kind !== 'news') return;
    const { announcement } = content;
    const key = occurrenceOf(announcement, identityOf(announcement), dedupe.windowMs);
    const own = deliveries.map((item) => item.delivery);
    const news = known.byKey(key) ?? known.add(key, content, own);
    const wasAlone = this.#wasAlone(announcement.receivedMs);
    news.isLate ||= wasAlone || announcement.receivedMs < knownFromMs;
    news.fates = wasAlone
      ? new Map(deliveries.map((one) => [withinNews(one.delivery.id), fateOf(one)]))
      : undefined;
    writer.add(news);
    for (const { delivery, state, reason, attempts, settledMs, begunMs } of deliveries) {
      if (NO_ENDS.has(reason)) continue;
      if (state === 'pending' && begunMs === undefined) {
        settling.tellAgain(delivery);
        continue;
      }
      const endedMs = settledMs ?? begunMs ?? announcement.receivedMs;
      settling.add({
        ...{ delivery, reason, attempts, endedMs, state: state === 'pending' ? 'begun' : state },
        writtenMs: attempts > 0 || state === 'pending' ? endedMs : undefined,
      });
    }
  }
}

const fateOf = ({ state, begunMs }: Pick<Remains['deliveries'][number], 'state' | 'begunMs'>): Fate =>
  state !== 'pending' ? 'ended' : begunMs === undefined ? 'open' : 'begun';
