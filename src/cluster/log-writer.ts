/** Brings the news that this node reads into the log that all nodes read: behind its sends, with the plan of all its deliveries. */

import type { Content } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { isNamedAlike, occurrenceIn } from '../outbox/delivery-ids.ts';
import type { Clock } from '../platform/clock.ts';
import { Batches } from './batches.ts';
import { type Known, type KnownNews, withinNews } from './known.ts';
import { type PlanDeps, planOf } from './plan.ts';
import type { LogEntry, PlannedDelivery, Shared } from './shared.ts';
import { toldOf } from './told.ts';

export interface LogWriterDeps extends PlanDeps {
  readonly shared: Pick<Shared, 'append' | 'readAfter'>;
  readonly known: Known;
  readonly clock: Clock;
  readonly node: string;
  readonly dedupe: { readonly windowMs: number };
}

/** With more deliveries of this node the plan of all of them is not worked out before they have left; all other nodes have heard of the news by then. */
const WIDE = 500;

/** Of one of very many (`docs/scaling.md`). */
const SENDING_MS = 0.08;

const LONGEST_MS = 300;

export class LogWriter {
  readonly #deps: LogWriterDeps;
  readonly #batches: Batches<KnownNews>;
  /** Number of the last row that it brought there, or found: no database that is asked later is at an earlier one. */
  latestSeq = 0;
  /** Which of those that this node has met, by number. */
  #log = 0;

  constructor(deps: LogWriterDeps) {
    this.#deps = deps;
    this.#batches = new Batches<KnownNews>({
      clock: deps.clock,
      // At the end of the tick: the sends go first.
      delayMs: 0,
      send: (items) => this.#append(items),
    });
  }

  add(known: KnownNews): void {
    const count = known.decided.size;
    this.#batches.add(known, count > WIDE ? Math.min(count * SENDING_MS, LONGEST_MS) : 0);
  }

  /** All that has been added is in the log; rejects if that fails now. */
  flush(): Promise<void> {
    return this.#batches.flush();
  }

  now(): void {
    this.#batches.now();
  }

  stop(): void {
    this.#batches.stop();
  }

  /** Another database, or an earlier state: nothing is known to be in it. */
  beginAnew(): void {
    this.#deps.known.forgetLog();
    this.latestSeq = 0;
    this.#log++;
  }

  async #append(items: readonly KnownNews[]): Promise<void> {
    const { shared, clock } = this.#deps;
    const log = this.#log;
    const missing = [...new Set(items)].filter(({ loggedMs }) => loggedMs === undefined);
    if (missing.length === 0) return;
    const seqs = await shared.append(missing.map((known) => this.#entryOf(known)));
    if (log === this.#log) this.latestSeq = Math.max(...seqs);
    for (const [at, known] of missing.entries()) await this.#nameAsLogged(known, seqs[at] ?? 0);
    // That was the log of before: in this one it is perhaps not.
    if (log !== this.#log) return this.#append(missing);
    for (const known of missing) known.loggedMs ??= clock.monotonicMs();
  }

  /** Another node may have brought it into the log, under another name. */
  async #nameAsLogged(news: KnownNews, seq: number): Promise<void> {
    if (isNamedAlike(news.content.announcement, this.#deps.dedupe.windowMs)) return;
    const [row] = await this.#deps.shared.readAfter(seq - 1, 1);
    if (row !== undefined) this.#deps.known.rename(news, row.key);
  }

  /** Resolves when its deliveries are named as all nodes name them, if they can be; rejects if the log cannot be reached now. */
  async name(deliveries: readonly Pick<Delivery, 'content' | 'id'>[]): Promise<void> {
    const unnamed = deliveries.filter(({ content, id }) => !this.isNamed(content, id));
    if (unnamed.length === 0) return;
    // Heard of before it was in the log, or read here as well: the log decides.
    for (const { id } of unnamed) {
      const news = this.#deps.known.byKey(occurrenceIn(id));
      if (news !== undefined) this.add(news);
    }
    await this.flush();
  }

  /** Whether the ends of its deliveries can be named as all nodes name them. */
  isNamed(content: Content, deliveryId: string): boolean {
    if (content.kind !== 'news' || isNamedAlike(content.announcement, this.#deps.dedupe.windowMs))
      return true;
    return this.#deps.known.byKey(occurrenceIn(deliveryId))?.loggedMs !== undefined;
  }

  /** All its deliveries, by the rules in force when this is first called. */
  planOf(known: KnownNews): readonly PlannedDelivery[] {
    known.plan ??= planOf(known.key, known.content, this.#deps);
    return known.plan;
  }

  #entryOf(known: KnownNews): LogEntry {
    const { node, clock, dedupe } = this.#deps;
    const { key, identity, content, isLate } = known;
    return {
      ...toldOf(key, content, node, clock.monotonicMs()),
      ...{ identity, isLate, windowMs: dedupe.windowMs, plan: this.#toldPlanOf(known) },
    };
  }

  #toldPlanOf(known: KnownNews): readonly PlannedDelivery[] {
    const plan = this.planOf(known);
    const { fates } = known;
    if (fates === undefined) return plan;
    return plan.map((planned) => ({ ...planned, fate: fates.get(withinNews(planned.id)) ?? 'ended' }));
  }
}
