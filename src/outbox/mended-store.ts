/**
 * The store of the running bridge: one database file that may break, vanish or be replaced under it, and is repaired. It
 * throws while it has no database; the journal survives that, and calls `mend` until it works.
 *
 *            the disk is full, read-only, failing, locked
 *   start ───────────────────────────────────────────────▶ closed ──┐ mend: opened as soon as it can be
 *     │                                                             │
 *     └──────────────▶ open ◀───────────────────────────────────────┘
 *                      │  ▲ ▲
 *        mend: an error│  │ │all that can be read of the old file is in the new one
 *                      ▼  │ │
 *             reopened ───┘ └─── replaced ◀── set aside (damaged: renamed, never deleted) or gone (deleted, moved away)
 *
 * `mend` does nothing while another thread has the file open, and may stop at any arrow: it is called again. Only a
 * setting that is wrong (a path, a right, another's file, a second bridge, a newer schema) keeps the bridge from starting.
 */

import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, PendingDelivery } from '../delivery/delivery.ts';
import type { Mute } from '../mutes/mute.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { setAside } from './files.ts';
import { makeFolderOf } from './folder.ts';
import type { HistoryChange } from './history/change.ts';
import { noteLoss } from './history/remarks.ts';
import { StoreLock } from './lock.ts';
import { StoreVersionError } from './migrations.ts';
import { closeDatabase, makeRoom, type OpenDatabase, openDatabase, salvageFile, type Told } from './open.ts';
import type {
  Backlog,
  Batch,
  Ledger,
  Recorded,
  Recovered,
  Recovery,
  Sent,
  Upkeep,
  Waiting,
} from './outbox.ts';
import { refuseOthers } from './own-file.ts';
import { type Salvaged, salvage } from './salvage.ts';
import type { SqliteOutbox } from './sqlite.ts';
import { FileFault, isBusy, isCorrupt, isDiskFault, isFull, StoreError } from './store-errors.ts';
import type { Sync } from './sync.ts';
import type { ThinRequest } from './thinning.ts';

export interface StoreDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly sync: Sync;
  /** Another thread may have the database open. */
  readonly isShared: () => boolean;
  readonly told: Told;
}

/** Of a store that cannot be read. */
const NOTHING: Recovered = { latestMs: 0, pauses: new Map(), learnt: new Map(), announcements: [] };

export class Store implements Ledger, Backlog, Recovery, Upkeep {
  readonly #deps: StoreDeps;
  readonly #lock: StoreLock;
  #open: OpenDatabase | undefined;
  /** Why it is not open. */
  #trouble: unknown;
  /** The replacement under way, when it did not succeed at once. */
  #givenUp: { readonly reason: string; readonly setAside: string | undefined } | undefined;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
    const { path } = deps;
    this.#lock = new StoreLock(path);
    try {
      this.#acquire();
    } catch (error) {
      this.#trouble = error;
      if (isDiskFault(error, path)) return;
      this.#lock.release();
      if (error instanceof StoreVersionError) throw new StoreError(`store.path ${path}: ${error.message}`);
      if (error instanceof StoreError) throw error;
      throw new StoreError(
        `store.path ${path} cannot be written: ${messageOf(error)}. Check the disk and the permissions of the file and its folder (SQLite needs to write both)`,
      );
    }
  }

  intake(row: number, recorded: readonly Recorded[]): void {
    this.#current.intake(row, recorded);
  }

  begin(row: number, attempt: AttemptRecord): void {
    this.#current.begin(row, attempt);
  }

  write(batch: Batch): void {
    this.#current.write(batch);
  }

  record(content: Content, deliveries: readonly Delivery[]): void {
    this.#current.record(content, deliveries);
  }

  recordAll(recorded: readonly Recorded[]): void {
    this.#current.recordAll(recorded);
  }

  settle(attempts: readonly AttemptRecord[]): void {
    this.#current.settle(attempts);
  }

  restore(owed: readonly PendingDelivery[]): void {
    this.#current.restore(owed);
  }

  pause(key: string, untilMs: number): void {
    this.#current.pause(key, untilMs);
  }

  owed(destination: string, limit: number): readonly PendingDelivery[] {
    return this.#current.owed(destination, limit);
  }

  history: Backlog['history'] = (afterId, limit) => this.#current.history(afterId, limit);

  waiting(): ReadonlyMap<string, Waiting> {
    return this.#current.waiting();
  }

  buryRemoved(configured: readonly string[], nowMs: number): number {
    return this.#current.buryRemoved(configured, nowMs);
  }

  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number {
    return this.#current.prune(beforeMs, attemptsBeforeMs, limit);
  }

  thin = (request: ThinRequest, limit: number): number => this.#current.thin(request, limit);

  learn(key: string, value: string): void {
    this.#current.learn(key, value);
  }

  /** Nothing, when it cannot be read: the journal meets that fault too, and reports it. */
  recover(nowMs: number, windowMs: number): Recovered {
    try {
      return this.#mending((outbox) => outbox.recover(nowMs, windowMs));
    } catch {
      return NOTHING;
    }
  }

  keepAhead(aheadMs: number): void {
    this.#current.keepAhead(aheadMs);
  }

  keepHistory(change: HistoryChange): void {
    this.#current.keepHistory(change);
  }

  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> {
    return this.#mending((outbox) => outbox.attemptsSince(sinceMs));
  }

  mutes(): readonly Mute[] {
    return this.#mending((outbox) => outbox.mutes());
  }

  sentBy(rules: readonly string[], nowMs: number, spanMs: number, limit: number): readonly Sent[] {
    return this.#mending((outbox) => outbox.sentBy(rules, nowMs, spanMs, limit));
  }

  openness(keys: readonly string[]): ReadonlyMap<string, boolean> {
    return this.#current.openness(keys);
  }

  /** Asked at a calm interval: also looks after the files. Throws `FileFault`. */
  changedByOthers(): boolean {
    const changed = this.#current.changedByOthers();
    this.#open?.files.check();
    this.#lock.take();
    return changed;
  }

  mend(error: unknown): boolean {
    const open = this.#open;
    if (open === undefined) {
      this.#acquire();
      return true;
    }
    if (this.#deps.isShared()) throw error;
    const seen = faultOf(open);
    const isGone = seen instanceof FileFault && seen.kind === 'gone';
    // A file in the place of one that is gone is not the damaged one.
    const fault = isCorrupt(error) && !isGone ? error : seen;
    if (isGone || isCorrupt(fault)) {
      this.#replace(open, fault);
      return true;
    }
    this.#lock.take();
    if (isFull(error)) makeRoom(open);
    // Somebody else's lock or a full disk passes; after anything else the connection may be part of the trouble.
    if (fault !== undefined || !(isBusy(error) || isFull(error))) this.#reopen(open);
    return false;
  }

  close(): void {
    if (this.#open !== undefined) closeDatabase(this.#open);
    this.#open = undefined;
    this.#lock.release();
  }

  /** For reads at the start: a damaged file is replaced at once. */
  #mending<Answer>(question: (outbox: SqliteOutbox) => Answer): Answer {
    try {
      return question(this.#current);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.mend(error);
      return question(this.#current);
    }
  }

  get #current(): SqliteOutbox {
    if (this.#open === undefined) throw this.#trouble;
    return this.#open.outbox;
  }

  #acquire(): void {
    const { path, clock, told } = this.#deps;
    try {
      // Before the lock is made beside it.
      refuseOthers(path);
      makeFolderOf(path);
      this.#lock.take();
      this.#open = openDatabase(path, clock, told);
    } catch (error) {
      this.#trouble = error;
      throw error;
    }
  }

  /** The old one stays open until all that can be read of it is in the new one. May be called again. */
  #replace(open: OpenDatabase, fault: unknown): void {
    const { path, clock, told } = this.#deps;
    this.#givenUp ??= {
      reason: messageOf(fault),
      setAside: isCorrupt(fault) ? setAside(path, clock.wallMs()) : undefined,
    };
    const { reason, setAside: aside } = this.#givenUp;
    makeFolderOf(path);
    this.#lock.take();
    open.files.removeLog();
    const next = openDatabase(path, clock, told);
    let salvaged: Salvaged;
    try {
      salvaged = salvage(open.database, next.database);
      if (salvaged.unreadable !== undefined && aside !== undefined)
        salvaged = salvageFile(aside, next.database);
      noteLoss(next.database, clock.monotonicMs(), reason);
    } catch (error) {
      closeDatabase(next);
      throw error;
    }
    this.#use(next, open);
    this.#givenUp = undefined;
    told.replaced({ reason, setAside: aside, salvaged });
  }

  /** The last to close takes the log into the database: so first that, then again. */
  #reopen(open: OpenDatabase): void {
    const row = open.database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
    if (row?.['busy'] !== 0 || row['log'] !== row['checkpointed'])
      throw new Error('the write-ahead log cannot be merged into the database yet');
    this.#open = undefined;
    closeDatabase(open);
    this.#acquire();
    this.#deps.sync.reset();
  }

  #use(next: OpenDatabase, before: OpenDatabase): void {
    this.#open = next;
    this.#deps.sync.reset();
    try {
      closeDatabase(before);
    } catch {
      // It was given up, and what could be read of it is in the next one.
    }
  }
}

function faultOf({ files }: OpenDatabase): unknown {
  try {
    files.check();
    return undefined;
  } catch (error) {
    return error;
  }
}
