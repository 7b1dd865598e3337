/**
 * Taking partitions over. The holder before has settled what it sent, or is dead: from the log and the ends follows what is still to be sent.
 * It comes into the store of this node as if it had been read here; then the lanes take it up, and news that is read from now on.
 */

import type { Cooldowns } from '../cooldown/cooldowns.ts';
import type { BudgetBook } from '../delivery/budget-book.ts';
import type { AttemptRecord, Delivery } from '../delivery/delivery.ts';
import type { LaneEvents } from '../delivery/lane-deps.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Recorded } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Holdings } from './holdings.ts';
import { type Known, type KnownNews, withinNews } from './known.ts';
import { endedAs, endedElsewhere, type LocalRows, writtenOf } from './local-rows.ts';
import type { LogWriter } from './log-writer.ts';
import { deliveryOf } from './plan.ts';
import type { Settling } from './settling.ts';
import type { Fate, Inheritance, LogRow, PlannedDelivery, Shared, SharedEnd } from './shared.ts';
import { LEASE_MS } from './shared.ts';

export interface TakeoverDeps {
  readonly shared: Pick<Shared, 'inherit'>;
  readonly clock: Clock;
  readonly node: string;
  readonly journal: Journal;
  readonly budgets: BudgetBook;
  readonly cooldowns: Pick<Cooldowns, 'readAgain'>;
  readonly known: Known;
  readonly rows: LocalRows;
  readonly writer: LogWriter;
  readonly settling: Settling;
  readonly holdings: Holdings;
  /** How far back: older deliveries are of no use, and count nowhere. */
  readonly spanMs: () => number;
  /** News of a row that this node does not know: planned for what it holds already. */
  readonly learn: (row: LogRow) => KnownNews | undefined;
  /** Of the holder before: when it last was heard of, if its lease has run out; monotonic ms. `undefined`: it gave it back. */
  readonly heardOfMs: (partition: number) => number | undefined;
  /** The ends of what came before are perhaps lost with an earlier database; monotonic ms. */
  readonly unknownBeforeMs: () => number;
  /** Reported as the ends of lanes are. */
  readonly ended: LaneEvents['ended'];
  /** From now on news for these is planned here. */
  readonly open: (partitions: ReadonlySet<number>) => void;
  /** All that has happened here has been heard when it returns. Absent: it is heard at once. */
  readonly catchUp: (() => void) | undefined;
  /** It is held, and all that was left there is known. */
  readonly isOpen: (partition: number) => boolean;
}

/** About 10 MB. Counted twice, a request costs a wait. */
const MOST_COUNTED = 100_000;

interface Import {
  readonly wanted: ReadonlySet<number>;
  readonly ends: ReadonlyMap<string, SharedEnd>;
  /** Destinations of these partitions, by name. */
  readonly prepared: ReadonlyMap<string, PreparedDestination>;
  readonly nowMs: number;
  readonly turn: string;
  readonly recorded: Recorded[];
  readonly attempts: AttemptRecord[];
  /** By destination, monotonic ms. */
  readonly written: Map<string, number[]>;
  readonly pending: Map<string, number>;
}

export class Takeover {
  readonly #deps: TakeoverDeps;
  #turn = 0;
  /** By delivery: how many requests of others are in the budgets. */
  readonly #counted = new Map<string, number>();

  constructor(deps: TakeoverDeps) {
    this.#deps = deps;
  }

  /** Rejects with `SharedError`: then nothing has happened, and it is to be tried again. */
  async take(partitions: readonly number[]): Promise<void> {
    const { shared, clock, rows, writer, settling, holdings, spanMs } = this.#deps;
    const turns = new Map(partitions.map((partition) => [partition, holdings.turnOf(partition)]));
    for (const partition of partitions) holdings.shut(partition);
    const wanted = new Set(partitions);
    // Of an earlier time, as far as there was one.
    rows.surrender(wanted, true);
    await rows.landed(wanted);
    this.#deps.catchUp?.();
    await settling.flush();
    await writer.flush();
    rows.handOver(wanted);
    const askedMs = clock.monotonicMs();
    const inheritance = await shared.inherit(partitions, spanMs());
    for (const [partition, turn] of turns)
      if (!holdings.holds(partition) || holdings.turnOf(partition) !== turn) wanted.delete(partition);
    if (wanted.size > 0) this.#import(inheritance, wanted, askedMs);
  }

  #import({ log, ends }: Inheritance, wanted: ReadonlySet<number>, askedMs: number): void {
    const { known } = this.#deps;
    const into = this.#begin(wanted, ends);
    const seen = new Set<KnownNews>();
    for (const row of log) {
      const news = known.byKey(row.key) ?? this.#deps.learn(row);
      if (news === undefined) continue;
      seen.add(news);
      news.loggedMs ??= into.nowMs;
      this.#decide(news, row.plan, row.isLate, into);
    }
    // Read meanwhile, or not yet in the log: nobody else has it from this node.
    for (const news of known.notLoggedBefore(askedMs))
      if (!seen.has(news)) this.#decide(news, this.#deps.writer.planOf(news), false, into);
    this.#countEnds(ends, into);
    this.#write(into);
    this.#deps.open(wanted);
    this.#refill(wanted);
  }

  /** News that was read before partitions were opened, and known only afterwards. */
  catchUp(news: KnownNews): void {
    const { isOpen, writer } = this.#deps;
    const plan = writer.planOf(news).filter(({ id }) => !news.decided.has(withinNews(id)));
    // One of which the past is not known yet gets it with that.
    const wanted = new Set(plan.map(({ partition }) => partition).filter(isOpen));
    const into = this.#begin(wanted, []);
    this.#decide(news, plan, false, into);
    if (into.recorded.length === 0) return;
    this.#write(into);
    this.#refill(wanted);
  }

  #begin(wanted: ReadonlySet<number>, ends: readonly SharedEnd[]): Import {
    const prepared = new Map<string, PreparedDestination>();
    for (const one of this.#deps.rows.lanesOf(wanted)) prepared.set(one.prepared.name, one.prepared);
    const nowMs = this.#deps.clock.monotonicMs();
    return {
      // Of no other life either: a row of before stays as it is.
      ...{ wanted, prepared, nowMs, turn: `${Math.floor(nowMs)}.${++this.#turn}` },
      ...{ recorded: [], attempts: [], written: new Map(), pending: new Map() },
      ends: new Map(ends.map((end) => [end.id, end])),
    };
  }

  #write({ recorded, attempts, written }: Import): void {
    const { journal, budgets, cooldowns } = this.#deps;
    if (recorded.length > 0) journal.recordAll(recorded);
    for (const attempt of attempts) journal.settle(attempt);
    journal.flush();
    for (const [destination, writtenMs] of written) budgets.remember(destination, writtenMs);
    cooldowns.readAgain();
  }

  #refill(wanted: ReadonlySet<number>): void {
    for (const { lane } of this.#deps.rows.lanesOf(wanted)) lane.refill();
  }

  /** Decides about each delivery of the plan. Whatever has ended and is in the store here stays there as it was left. */
  #decide(news: KnownNews, plan: readonly PlannedDelivery[], isLate: boolean, into: Import): void {
    const { node, known } = this.#deps;
    const deliveries: Delivery[] = [];
    for (const planned of plan) {
      const { id, partition, destination } = planned;
      const end = into.ends.get(known.nameOf(id));
      const to = into.prepared.get(destination);
      if (to === undefined || !into.wanted.has(partition)) continue;
      const hasEnded = isOver(end);
      const name = withinNews(id);
      if (isNobodys(planned, end) || (hasEnded && (end.node === node || news.decided.has(name)))) continue;
      news.decided.add(name);
      const delivery = deliveryOf(planned, news.content, into.turn);
      deliveries.push(delivery);
      if (hasEnded) into.attempts.push(endedElsewhere(delivery, end, into.nowMs));
      else if (this.#mayHaveArrived(to, news, end, planned.fate ?? isLate))
        into.attempts.push(this.#buried(delivery, into.nowMs));
      else {
        if (end !== undefined) into.attempts.push(this.#again(delivery, end, into.nowMs));
        into.pending.set(destination, (into.pending.get(destination) ?? 0) + 1);
      }
    }
    if (deliveries.length > 0)
      into.recorded.push({ content: news.content, identity: news.identity, deliveries });
  }

  /** Tried by the holder before: its attempts go on counting. */
  #again(delivery: Delivery, end: SharedEnd, nowMs: number): AttemptRecord {
    const { state, reason, attempts } = end;
    if (state === 'begun') this.#deps.settling.inherited(delivery.id, end, nowMs);
    const outcome = `${state === 'free' ? 'retry' : 'ambiguous'} ${reason ?? ''}`;
    return endedAs(
      delivery,
      { state: 'pending', reason, outcome, attempt: attempts, startedMs: writtenOf(end, nowMs) },
      nowMs,
    );
  }

  /** It must not be sent a second time, and may have been sent. */
  #buried(delivery: Delivery, nowMs: number): AttemptRecord {
    const ending = { state: 'dead', reason: 'may_have_arrived' } as const;
    this.#deps.ended(delivery, ending.state, ending.reason, nowMs);
    return endedAs(delivery, ending, nowMs);
  }

  /**
   * Of what must not be sent twice, and never leaves without a claim: it is begun, or its claim is lost with an earlier database.
   * `fate`: by a node that was alone; else whether it is late.
   */
  #mayHaveArrived(
    { options }: PreparedDestination,
    { content }: KnownNews,
    end: SharedEnd | undefined,
    fate: Fate | boolean,
  ): boolean {
    if (options.onAmbiguous !== 'drop') return false;
    if (end !== undefined) return end.state === 'begun';
    if (fate === 'open') return false;
    return fate !== false || content.announcement.receivedMs < this.#deps.unknownBeforeMs();
  }

  /** For the rates: what others have written, and of a holder that died as much as could have been on the wire. */
  #countEnds(ends: readonly SharedEnd[], { written, pending, wanted, nowMs }: Import): void {
    const { node, rows, holdings, heardOfMs } = this.#deps;
    if (this.#counted.size > MOST_COUNTED) this.#counted.clear();
    const add = (destination: string, atMs: number) => {
      const times = written.get(destination) ?? [];
      written.set(destination, times);
      times.push(atMs);
    };
    for (const end of ends) {
      const { id, destination, state, partition, epoch, attempts } = end;
      // Those of this node are in its own store, but for what an earlier life had to cut.
      const isOpen = state === 'begun' || state === 'free';
      const isOwn = end.node === node && (!isOpen || holdings.hasHeld(partition, epoch));
      if (isOwn || end.writtenAgeMs === undefined) continue;
      const requests = Math.max(1, attempts);
      // Of several requests only the last is known: none of them was later.
      for (let n = this.#counted.get(id) ?? 0; n < requests; n++) add(destination, writtenOf(end, nowMs));
      this.#counted.set(id, requests);
    }
    for (const { prepared, partition } of rows.lanesOf(wanted)) {
      const heardMs = heardOfMs(partition);
      if (heardMs === undefined) continue;
      // Each was perhaps sent, at the latest when its lease ended.
      for (let n = pending.get(prepared.name) ?? 0; n > 0; n--)
        add(prepared.name, Math.min(nowMs, heardMs + LEASE_MS));
    }
  }
}

/** Ended by a node that was alone; its end is on its way. */
const isNobodys = ({ fate }: PlannedDelivery, end: SharedEnd | undefined): boolean =>
  fate === 'ended' && !isOver(end);

const isOver = (end: SharedEnd | undefined): end is SharedEnd =>
  end !== undefined && end.state !== 'begun' && end.state !== 'free';
