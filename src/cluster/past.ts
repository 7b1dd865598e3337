/** Tells a database that this node meets for the first time, or that was replaced, what the local store has of the last hours. */
import { identityOf } from '../announcement.ts';
import { originOf } from '../delivery/content.ts';
import { occurrenceOf } from '../outbox/delivery-ids.ts';
import { idAt } from '../outbox/ids.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Remains } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Known } from './known.ts';
import type { LogWriter } from './log-writer.ts';
import type { Settling } from './settling.ts';

const AT_ONCE = 200;

/** Not ends: another node has it. */
const NO_ENDS: ReadonlySet<string | undefined> = new Set(['handed_over', 'sent_elsewhere']);

export interface PastDeps {
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

  constructor(deps: PastDeps) {
    this.#deps = deps;
  }

  /** Resolves when the database has it; rejects with `SharedError`. */
  async tell(): Promise<void> {
    const { journal, clock, known, writer, settling, spanMs } = this.#deps;
    known.forgetLog();
    for (let after = idAt(clock.monotonicMs() - spanMs()); ; ) {
      const remains = journal.history(after, AT_ONCE) ?? [];
      for (const one of remains) this.#tell(one);
      const last = remains.at(-1);
      if (last === undefined || remains.length < AT_ONCE) break;
      after = originOf(last.content).id;
    }
    await writer.flush();
    await settling.flush();
  }

  #tell({ content, deliveries }: Remains): void {
    const { known, writer, settling, dedupe } = this.#deps;
    if (content.kind !== 'news') return;
    const { announcement } = content;
    const key = occurrenceOf(announcement, identityOf(announcement), dedupe.windowMs);
    const own = deliveries.map((item) => item.delivery);
    const news = known.byKey(key) ?? known.add(key, content, own);
    // Perhaps nobody has ever heard of it.
    news.isLate = true;
    writer.add(news);
    for (const { delivery, state, reason, attempts, settledMs, begunMs } of deliveries) {
      if (NO_ENDS.has(reason)) continue;
      if (state === 'pending' && begunMs === undefined) continue;
      const endedMs = settledMs ?? begunMs ?? announcement.receivedMs;
      settling.add({
        ...{ delivery, reason, attempts, endedMs, state: state === 'pending' ? 'begun' : state },
        writtenMs: attempts > 0 || state === 'pending' ? endedMs : undefined,
      });
    }
  }
}
