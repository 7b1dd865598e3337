/**
 * The durable truth: every announcement that was read, every delivery that is queued for it, every attempt. Four
 * contracts, each as small as its user needs; a fifth, for people and asynchronous, is `deliveries.ts`.
 * `sqlite.ts` keeps them in a file, `store.ts` repairs the file, `journal.ts` survives faults that cannot be
 * repaired at once; test/outbox/conformance.ts holds every implementation to them. All times are monotonic ms
 * (`Clock.monotonicMs`), which are epoch ms across restarts.
 */
import type { Capped } from '../delivery/capped.ts';
import type { Content, NewsContent } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, DeliveryState, PendingDelivery } from '../delivery/delivery.ts';
import type { Mute } from '../mutes/mute.ts';
import type { Routing } from '../routing/router.ts';
import type { Tracer } from '../routing/tracer.ts';
import type { HistoryChange } from './history/change.ts';
import type { ThinRequest } from './thinning.ts';

/** The pending deliveries of a destination. */
export interface Waiting {
  readonly deliveries: number;
  /** When the oldest was received. */
  readonly oldestMs: number;
}

/** An announcement or an alert with all its deliveries. */
export interface Recorded {
  readonly content: Content;
  readonly deliveries: readonly Delivery[];
  /** Of news, as `identityOf` says, from who knows it already: it takes a while to make. */
  readonly identity?: string;
  /**
   * Of news, as `occurrenceOf` says: the deliveries are named after it, one after the other (`DeliveryIds`, `deliveryKey`), so
   * that nobody needs to write their names down. Absent: they have names of their own.
   */
  readonly occurrence?: string;
  /** Of news: of what its trace is made, behind the send. */
  readonly traced?: Traced;
}

/** News, with the rules that decided it. */
export interface Traced {
  readonly content: NewsContent;
  readonly deliveries: readonly Delivery[];
  readonly capped: readonly Capped[];
  readonly routing: Routing;
  readonly tracer: Tracer | undefined;
  /** Destinations that this bridge sends to: of a node of a cluster those that it holds. Absent: all. */
  readonly targets?: Pick<ReadonlyMap<string, unknown>, 'has'>;
}

/** Written together. */
export interface Batch {
  readonly contents: readonly Pick<Recorded, 'content' | 'identity' | 'traced'>[];
  /** Of these contents, or of some that were written before. */
  readonly deliveries: readonly Delivery[];
  /** In the order in which they were made. */
  readonly attempts: readonly AttemptRecord[];
  /** The rows of `intake` and `begin` that say nothing more than what is written now, or was before. */
  readonly rows: readonly number[];
}

/**
 * The writes while news is sent. Synchronous: they are between the frame and the socket. Throws what the store
 * throws, and then nothing of the call is written.
 *
 * What was read is first one row (`intake`), as cheap as a row can be, and `write` brings it where all other contracts
 * look for it. A row for which that has not happened when the process dies is taken in by the next one that opens the
 * store, before it looks at anything. So whoever reads writes first.
 */
export interface Ledger {
  /** On record as one row of that number, which nobody uses twice. */
  intake(row: number, recorded: readonly Recorded[]): void;
  /** As `intake`, for an attempt that must not be repeated: begun, for all that the next life knows. */
  begin(row: number, attempt: AttemptRecord): void;
  /**
   * All or nothing. Contents and deliveries that exist are left as they are, but for what the attempts say. A new delivery is
   * written once, as its attempts have left it. In the end none of `rows` is there.
   */
  write(batch: Batch): void;
  /** Several in one transaction, which for a burst is much cheaper than one each. */
  recordAll(recorded: readonly Recorded[]): void;
  /**
   * One content with all its deliveries: all or nothing, on disk's doorstep when it returns. Rows that exist
   * already are left as they are.
   */
  record(content: Content, deliveries: readonly Delivery[]): void;
  /** Many attempts in one transaction. */
  settle(attempts: readonly AttemptRecord[]): void;
  /** Writes down again what still waits; what is there already is left as it is. */
  restore(owed: readonly PendingDelivery[]): void;
  /** The receiver asked this budget for silence until then. */
  pause(key: string, untilMs: number): void;
  /** A destination found something out about its receiver; the last value of a key stays. */
  learn(key: string, value: string): void;
}

/** Pending deliveries and recent sends: read by lanes and budgets at the start, after a reload and after a fault. */
export interface Backlog {
  /** The waiting deliveries of a destination, most important first, freshest first among equals. */
  owed(destination: string, limit: number): readonly PendingDelivery[];
  /** By destination; none for those for which nothing waits. */
  waiting(): ReadonlyMap<string, Waiting>;
  /** Attempts begun since, by destination: when each had ended, so was written at the latest. */
  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]>;
  /**
   * The deliveries of these rules that arrived, may have, or wait, oldest first; at most `limit`, the latest. Those that were received no
   * longer than `spanMs` before now, or before the oldest that waits.
   */
  sentBy(rules: readonly string[], nowMs: number, spanMs: number, limit: number): readonly Sent[];
  /** Of these keys those of deliveries that arrived, may have, or wait; with whether they are open, as `Sent` says. */
  openness(keys: readonly string[]): ReadonlyMap<string, boolean>;
  /** Oldest first; also those that have ended, for a while. */
  mutes(): readonly Mute[];
  /** Contents with an id after that, oldest first, with all that is there of their deliveries. */
  history(afterId: string, limit: number): readonly Remains[];
}

/** A content, and what became of its deliveries. */
export interface Remains {
  readonly content: Content;
  readonly deliveries: readonly (PendingDelivery & {
    readonly state: DeliveryState;
    readonly reason: string | undefined;
    readonly settledMs: number | undefined;
  })[];
}

/** A delivery that has arrived, or may have, or still may. */
export interface Sent {
  readonly delivery: Delivery;
  /** It waits, and no request of it is known to have begun. */
  readonly isOpen: boolean;
}

/** An announcement that was read before this start. */
export interface Remembered {
  readonly identity: string;
  readonly receivedMs: number;
}

/** The state that an earlier run of the bridge left for its next one. */
export interface Recovered {
  /** The last moment that anything was read or sent; 0 in a new store. The bridge's time goes on from there (`Timeline`). */
  readonly latestMs: number;
  /** The pauses that are not over, by budget. */
  readonly pauses: ReadonlyMap<string, number>;
  /** Values that destinations have learned, by key. */
  readonly learnt: ReadonlyMap<string, string>;
  /** Announcements received within the window before this start, oldest first. */
  readonly announcements: readonly Remembered[];
}

export interface Recovery {
  /** Everything that is read once, when the bridge starts: at `nowMs`, or at the latest moment in the store if that is later. */
  recover(nowMs: number, windowMs: number): Recovered;
}

/** The care of the store itself. */
export interface Upkeep {
  /** After that failure: makes the store usable again, or throws what still ails it. True if rows may be missing now. */
  mend(error: unknown): boolean;
  /**
   * Deletes what was read before `beforeMs`, was last sent before `attemptsBeforeMs` and waits for nothing more, at
   * most `limit` announcements; of those with very many deliveries only some, and the rest the next time. Says how
   * many were found: 0 when nothing is left to delete.
   */
  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number;
  /** Deletes deliveries and attempts of what `prune` keeps, as `Thinning.bite`. */
  thin(request: ThinRequest, limit: number): number;
  /** Marks pending deliveries to destinations that are not among these as dead. Returns how many. */
  buryRemoved(configured: readonly string[], nowMs: number): number;
  /** How far the bridge's timeline is ahead of the wall clock, in ms: for those who look at the store from outside. */
  keepAhead(aheadMs: number): void;
  /** A short transaction (`history/change.ts`). */
  keepHistory(change: HistoryChange): void;
  /** True once after somebody else (the command line, `Deliveries`) has changed the store. */
  changedByOthers(): boolean;
}
