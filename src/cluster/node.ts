/**
 * This node among the others: renews what it holds, sees who else is there, takes what is to be its own, and hands over what is to be
 * another's. It never waits for anything on the way of news: what it finds out moves tenures, which the lanes read.
 */

import type { ClusterEvent } from '../events/cluster-event.ts';
import { type Clock, type Timer, wait } from '../platform/clock.ts';
import { Company, isElder, isTaker } from './company.ts';
import type { NodeDuties } from './duties.ts';
import { givenBack, type Holdings } from './holdings.ts';
import { holdersAmong } from './partitions.ts';
import { type NodeCard, RENEW_MS, type Shared, SharedError, type View } from './shared.ts';
import { type Question, Sightings } from './sightings.ts';
import { vacanciesIn } from './vacancies.ts';

export interface NodeDeps {
  readonly shared: Shared;
  readonly card: () => NodeCard;
  readonly clock: Clock;
  readonly holdings: Holdings;
  readonly duties: NodeDuties;
  readonly report: (event: ClusterEvent) => void;
}

const LEAVE_AGAIN_MS = 250;

export class ClusterNode {
  readonly #deps: NodeDeps;
  readonly #sightings = new Sightings();
  #view: View | undefined;
  #timer: Timer | undefined;
  #beating: Promise<void> | undefined;
  #isAgain = false;
  #isDraining = false;
  #isStopped = false;
  #unreachableSinceMs: number | undefined;
  readonly #company: Company;
  /** The database in use knows what this node knew when it met it. */
  #hasTold = false;
  readonly #handingOver = new Set<number>();
  /** Until what was begun of it has come to an end. */
  readonly #givingBack = new Set<Promise<void>>();
  /** Of the holders before this node, by partition. */
  readonly #heardOfMs = new Map<number, number | undefined>();
  /** Resolved when nothing is held any more. */
  #whenEmpty: (() => void)[] = [];

  constructor(deps: NodeDeps) {
    this.#deps = deps;
    this.#company = new Company(deps.report);
  }

  get view(): View | undefined {
    return this.#view;
  }

  /** The last question was answered. */
  get isReached(): boolean {
    return this.#view !== undefined && this.#unreachableSinceMs === undefined;
  }

  /** Live nodes differ in config or version: what one of them sends is claimed before. */
  get differs(): boolean {
    return this.#company.differs;
  }

  /** When the holder before was last heard of, if its lease ran out; monotonic ms. */
  heardOfMs(partition: number): number | undefined {
    return this.#heardOfMs.get(partition);
  }

  /** Received sooner, something may have ended in a database that is gone; monotonic ms. */
  get unknownBeforeMs(): number {
    return this.#sightings.notBeforeMs;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  start(): void {
    this.soon();
  }

  /** Something may be new. */
  soon(): void {
    if (this.#isStopped) return;
    this.#isAgain = this.#beating !== undefined;
    if (this.#isAgain) return;
    this.#timer?.cancel();
    this.#beating = this.#beat();
  }

  /** Takes nothing more, and hands over what it has, as far as somebody is there to take it. Resolves when nothing is left. */
  drain(): Promise<void> {
    this.#isDraining = true;
    this.soon();
    return this.#empty();
  }

  undrain(): void {
    this.#isDraining = false;
    this.soon();
  }

  /**
   * The end of the node: what it holds is free at once. What is on the wire has ended before. While the database cannot be reached, it waits with
   * what has ended here until `patience` aborts: nobody else can tell it. Absent: it tries once.
   */
  async leave(patience?: AbortSignal): Promise<void> {
    const { shared, card, holdings } = this.#deps;
    this.#isDraining = true;
    this.#isStopped = true;
    this.#timer?.cancel();
    const held = holdings.held;
    for (const partition of held) holdings.fence(partition);
    // The end of a node frees everything at once, also what is being handed over: its ends have to be on record before.
    await Promise.all(this.#givingBack);
    try {
      await this.#handOverLast(held, patience);
      for (const partition of held) holdings.close(partition);
      // In its answer is perhaps a database that the next one cannot tell from the one of before: it has that renewal.
      await this.#beating;
      if (this.#view !== undefined) await this.#lookOnce();
      await shared.leave(card());
    } catch (error) {
      this.#failed(error);
    }
    for (const partition of [...held, ...holdings.leaving]) holdings.drop(partition);
  }

  async #handOverLast(held: readonly number[], patience?: AbortSignal): Promise<void> {
    const { clock, duties } = this.#deps;
    for (;;)
      try {
        return await duties.handOver(held);
      } catch (error) {
        if (patience === undefined || patience.aborted) throw error;
        this.#failed(error);
        await wait(clock, LEAVE_AGAIN_MS, patience);
      }
  }

  /** Another database may be there, which nobody has told what ended here. */
  async #lookOnce(): Promise<void> {
    const { shared, clock, duties, card } = this.#deps;
    const question = this.#sightings.ask(duties.latestSeq(), { ...card(), drains: true });
    const view = await shared.renew(question.card, question.beat);
    this.#meet(view, clock.monotonicMs(), question);
    if (!this.#hasTold) await duties.tell();
  }

  /** As the end of the process does. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #empty(): Promise<void> {
    const { held, leaving } = this.#deps.holdings;
    if (held.length + leaving.length > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  async #beat(): Promise<void> {
    const { clock } = this.#deps;
    this.#isAgain = false;
    const sentMs = clock.monotonicMs();
    let nextMs = sentMs + RENEW_MS;
    try {
      nextMs = Math.min(nextMs, await this.#renew(sentMs));
    } catch (error) {
      this.#sightings.missed();
      this.#failed(error);
    }
    this.#beating = undefined;
    if (this.#isStopped) return;
    const delayMs = this.#isAgain ? 0 : Math.max(0, nextMs - clock.monotonicMs());
    this.#timer = clock.after(delayMs, () => {
      this.#beating = this.#beat();
    });
  }

  #failed(error: unknown): void {
    const { clock, report } = this.#deps;
    if (!(error instanceof SharedError)) throw error;
    if (this.#unreachableSinceMs !== undefined) return;
    this.#unreachableSinceMs = clock.monotonicMs();
    report({ kind: 'cluster.unreachable', message: error.message, advice: error.advice });
  }

  /** Gives when the next is due at the latest. */
  async #renew(sentMs: number): Promise<number> {
    const { shared, clock, holdings, duties, report } = this.#deps;
    const card = { ...this.#deps.card(), drains: this.#isDraining };
    const question = this.#sightings.ask(duties.latestSeq(), card);
    const view = await shared.renew(card, question.beat);
    const nowMs = clock.monotonicMs();
    this.#meet(view, nowMs, question);
    if (this.#isStopped) return sentMs;
    this.#company.see(view, card);
    const { gained, lost, back } = holdings.see(view, card, sentMs, this.unknownBeforeMs);
    if (lost.length > 0) {
      duties.lost(lost);
      report({ kind: 'cluster.lost', partitions: lost });
    }
    if (back.length > 0) duties.back(back);
    // Before anything is claimed: whoever takes it must know what this node knows.
    if (!this.#hasTold) await duties.tell();
    this.#hasTold = true;
    if (this.#isStopped) return sentMs;
    this.#gain(gained);
    duties.seen(view);
    return await this.#act(view, card, nowMs);
  }

  #meet(view: View, nowMs: number, question: Question): void {
    const { holdings, report } = this.#deps;
    const continuity = this.#sightings.see(view, nowMs, question);
    this.#view = view;
    if (this.#unreachableSinceMs !== undefined) {
      report({ kind: 'cluster.reached', afterMs: nowMs - this.#unreachableSinceMs });
      this.#unreachableSinceMs = undefined;
    }
    if (continuity === 'replaced' || continuity === 'set back') {
      this.#hasTold = false;
      holdings.orphan();
      report({ kind: 'cluster.replaced', isSetBack: continuity === 'set back' });
    }
  }

  #gain(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    this.#deps.duties.gained(partitions);
    this.#deps.report({ kind: 'cluster.taken', partitions });
  }

  async #act(view: View, card: NodeCard, nowMs: number): Promise<number> {
    const { holdings } = this.#deps;
    const live = view.members.filter(({ restMs }) => restMs > 0);
    const wanted = holdersAmong(live.filter(isTaker).map(({ node }) => node));
    // Of two of one name the one that started later waits.
    const standsBy = live.some((other) => isElder(other, card));
    const isMine = (partition: number) => wanted[partition] === card.node && !standsBy;
    const { free, lookAgainMs } = vacanciesIn(view, {
      ...{ card, holdings, isMine, nowMs, sightings: this.#sightings },
    });
    if (free.size > 0) await this.#claim(free, card);
    const left = holdings.held.filter((partition) => !isMine(partition) && wanted[partition] !== undefined);
    this.#handOver(
      [...left, ...holdings.leaving].filter((partition) => !this.#handingOver.has(partition)),
      card,
    );
    this.#tellIfEmpty();
    return lookAgainMs;
  }

  async #claim(heardOfMs: ReadonlyMap<number, number | undefined>, card: NodeCard): Promise<void> {
    const { shared, clock, holdings } = this.#deps;
    for (const [partition, ms] of heardOfMs) this.#heardOfMs.set(partition, ms);
    const sentMs = clock.monotonicMs();
    const epochs = await shared.claim(card, [...heardOfMs.keys()]);
    if (!this.#isStopped) this.#gain(holdings.take(epochs, sentMs));
  }

  #handOver(partitions: readonly number[], card: NodeCard): void {
    if (partitions.length === 0) return;
    const { holdings } = this.#deps;
    for (const partition of partitions) {
      this.#handingOver.add(partition);
      holdings.fence(partition);
    }
    const givingBack = this.#giveBack(partitions, card)
      // The next look at the cluster tries again.
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        for (const partition of partitions) this.#handingOver.delete(partition);
        this.#givingBack.delete(givingBack);
        this.#tellIfEmpty();
      });
    this.#givingBack.add(givingBack);
  }

  async #giveBack(partitions: readonly number[], card: NodeCard): Promise<void> {
    const { shared, holdings, duties, report } = this.#deps;
    await duties.handOver(partitions);
    // Nothing is on the wire, and nothing starts.
    for (const partition of partitions) holdings.close(partition);
    await shared.release(card, new Map(partitions.map((one) => [one, holdings.epochOf(one)])));
    for (const partition of partitions) holdings.drop(partition);
    this.#view = this.#view && givenBack(this.#view, partitions, card);
    report({ kind: 'cluster.handed_over', partitions });
  }

  #tellIfEmpty(): void {
    const { held, leaving } = this.#deps.holdings;
    if (held.length + leaving.length > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
