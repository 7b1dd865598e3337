/**
 * The store as the running bridge sees it: nothing here throws (`steady-store.ts`). What is written when:
 *
 *   read     one row of `intake`, before the sends: on record, and nothing more                        recordAll
 *   begun    one more, before the bytes leave, for what must not be repeated                             begin
 *   settled  at the end of the tick, in one transaction: the attempts, the deliveries that they ended, each
 *            written once, and the rows of `intake` that have nothing left to say                       settle
 *   waiting  after a moment, in bites: what has been read and has not ended                               spread
 *
 * A death of the process repeats what was in flight and no more: rows of `intake` are taken in by the next one
 * (`sqlite.ts`). Whatever reads the tables has everything written into them before.
 */
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, PendingDelivery } from '../delivery/delivery.ts';
import type { Mute } from '../mutes/mute.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { batchOf } from './batch.ts';
import type { HistoryChange } from './history/change.ts';
import { Kept } from './kept.ts';
import type { Backlog, Batch, Ledger, Recorded, Remains, Sent, Upkeep, Waiting } from './outbox.ts';
import { type SteadyEvents, SteadyStore } from './steady-store.ts';
import { Tail } from './tail.ts';
import type { ThinRequest } from './thinning.ts';

/** News waits so long for the end of its deliveries, which is then written with it: an answer mostly comes sooner. */
const SPREAD_MS = 20;

/** Rows in one transaction, of what has not ended by then: a few milliseconds. */
const BITE_ROWS = 250;

/** Numbers of rows in a millisecond: more than any process uses. */
const ROWS_A_MS = 1000;

export type JournalEvents = SteadyEvents;

/** Where it writes. */
export type JournalStore = Ledger & Backlog & Upkeep;

export class Journal {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #steady: SteadyStore;
  readonly #written: () => void;
  readonly #tail = new Tail();
  /** Of `intake`: rises from life to life, so that no row of another process has the same number. */
  #row: number;
  #spreading: Timer | undefined;
  #gathered: AttemptRecord[] = [];
  #gathering: Timer | undefined;

  constructor(store: JournalStore, clock: Clock, events: JournalEvents, kept = new Kept()) {
    this.#store = store;
    this.#clock = clock;
    this.#row = Math.floor(clock.wallMs()) * ROWS_A_MS;
    this.#written = () => events.written();
    // Rows of `intake` may go with a store that fails.
    this.#steady = new SteadyStore(store, clock, events, () => this.flush(), kept);
  }

  /** The store's last failure; `undefined` while it works. */
  get fault(): string | undefined {
    return this.#steady.fault;
  }

  /** Before the sends. */
  record(content: Content, deliveries: readonly Delivery[]): void {
    this.recordAll([{ content, deliveries }]);
  }

  /** Before the sends, those that were read together. */
  recordAll(recorded: readonly Recorded[]): void {
    const row = ++this.#row;
    const isWritten = this.#steady.tryTo(() => this.#store.intake(row, recorded));
    if (!isWritten) return this.#write(batchOf(recorded));
    this.#tail.add(row, recorded);
    this.#spreading ??= this.#clock.after(SPREAD_MS, () => this.#spread(row));
  }

  /** The receiver asked for silence; kept over a restart. */
  pause(key: string, untilMs: number): void {
    this.#steady.writeOne({ pause: { key, untilMs } });
  }

  learn(key: string, value: string): void {
    this.#steady.writeOne({ learnt: { key, value } });
  }

  /** After a send. */
  settle(attempt: AttemptRecord): void {
    this.#gather(attempt);
  }

  /** Before the bytes leave, for what must not be repeated. A broken store does not hold it back: it would take a crash as well to double it. */
  begin(attempt: AttemptRecord): void {
    const row = ++this.#row;
    const isWritten = this.#steady.tryTo(() => this.#store.begin(row, attempt));
    if (isWritten) this.#tail.begun(row);
    this.#gather(attempt);
    if (!isWritten) this.#settleGathered();
  }

  /** Writes everything into its tables now; also called at the end, so that nothing that happened is forgotten. */
  flush(): void {
    this.#spreading?.cancel();
    this.#spreading = undefined;
    const attempts = this.#takeGathered();
    if (attempts.length > 0 || !this.#tail.isEmpty) this.#write(this.#tail.all(attempts));
  }

  #gather(attempt: AttemptRecord): void {
    this.#gathered.push(attempt);
    this.#gathering ??= this.#clock.after(0, () => this.#settleGathered());
  }

  #settleGathered(): void {
    const attempts = this.#takeGathered();
    if (attempts.length > 0) this.#write(this.#tail.endedBy(attempts));
  }

  #takeGathered(): readonly AttemptRecord[] {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const attempts = this.#gathered;
    this.#gathered = [];
    return attempts;
  }

  /** Brings into the tables all of these rows that has not ended yet, in bites: the loop has the sockets to serve in between. */
  #spread(upTo: number): void {
    this.#settleGathered();
    const bite = this.#tail.oldest(BITE_ROWS, upTo);
    if (bite !== undefined) this.#write(bite);
    const { latest } = this.#tail;
    const isMore = bite !== undefined;
    this.#spreading = isMore
      ? this.#clock.after(0, () => this.#spread(upTo))
      : this.#tail.isEmpty
        ? undefined
        : this.#clock.after(SPREAD_MS, () => this.#spread(latest));
  }

  /** As `Backlog.owed`, with everything settled so far taken into account; `undefined` while the store is broken. */
  owed(destination: string, limit: number): readonly PendingDelivery[] | undefined {
    this.flush();
    return this.#steady.ask(() => this.#store.owed(destination, limit));
  }

  /** As `Backlog.waiting`; `undefined` while the store is broken. */
  waiting(): ReadonlyMap<string, Waiting> | undefined {
    this.#settleGathered();
    return this.#steady.ask(() => this.#tail.waitingWith(this.#store.waiting()));
  }

  /** As `Upkeep.buryRemoved`; 0 while the store is broken: the next start or reload does it. */
  buryRemoved(configured: readonly string[], nowMs: number): number {
    this.flush();
    return this.#steady.ask(() => this.#store.buryRemoved(configured, nowMs)) ?? 0;
  }

  /** As `Backlog.attemptsSince`; `undefined` while the store is broken. */
  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> | undefined {
    this.flush();
    return this.#steady.ask(() => this.#store.attemptsSince(sinceMs));
  }

  /** As `Backlog.mutes`; `undefined` while the store is broken. */
  mutes(): readonly Mute[] | undefined {
    return this.#steady.ask(() => this.#store.mutes());
  }

  /** As `Backlog.sentBy`; `undefined` while the store is broken. */
  sentBy(
    rules: readonly string[],
    nowMs: number,
    spanMs: number,
    limit: number,
  ): readonly Sent[] | undefined {
    this.flush();
    return this.#steady.ask(() => this.#store.sentBy(rules, nowMs, spanMs, limit));
  }

  /** As `Backlog.openness`; `undefined` while the store is broken. */
  openness(keys: readonly string[]): ReadonlyMap<string, boolean> | undefined {
    this.flush();
    return this.#steady.ask(() => this.#store.openness(keys));
  }

  /** As `Backlog.history`; `undefined` while the store is broken. */
  history(afterId: string, limit: number): readonly Remains[] | undefined {
    this.flush();
    return this.#steady.ask(() => this.#store.history(afterId, limit));
  }

  /** As `Upkeep.prune`; 0 while the store is broken. */
  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number {
    const found = this.#steady.ask(() => this.#store.prune(beforeMs, attemptsBeforeMs, limit)) ?? 0;
    if (found > 0) this.#written();
    return found;
  }

  /** As `Upkeep.thin`; 0 while the store is broken. */
  thin(request: ThinRequest, limit: number): number {
    const found = this.#steady.ask(() => this.#store.thin(request, limit)) ?? 0;
    if (found > 0) this.#written();
    return found;
  }

  /** As `Upkeep.keepAhead`; called again and again, so that a store that is broken hears of it later. */
  keepAhead(aheadMs: number): void {
    this.#steady.ask(() => this.#store.keepAhead(aheadMs));
  }

  /** As `Upkeep.keepHistory`; false while the store is broken. */
  keepHistory(change: HistoryChange): boolean {
    const isKept = this.#steady.ask(() => {
      this.#store.keepHistory(change);
      return true;
    });
    // That it is alive need not be on the disk at once.
    if (isKept && change.kind !== 'alive') this.#written();
    return isKept === true;
  }

  changedByOthers(): boolean {
    return this.#steady.ask(() => this.#store.changedByOthers()) ?? false;
  }

  /** Last chance: looks at the store once more, and writes what is kept. Says how many entries could not be. */
  close(): number {
    this.flush();
    this.changedByOthers();
    return this.#steady.close();
  }

  #write(batch: Batch): void {
    if (!this.#steady.write(batch)) this.#tail.distrust();
  }
}
