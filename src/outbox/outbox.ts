/**
 * The durable truth: every announcement that was read, every delivery that it is owed, every attempt.
 * The contract that the rest of the bridge relies on; `sqlite.ts` keeps it, `journal.ts` survives its faults.
 * All times are monotonic ms (`Clock.monotonicMs`), which are epoch ms across restarts.
 */
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, OwedDelivery } from '../delivery/delivery.ts';

/** What a destination is owed. */
export interface Waiting {
  readonly deliveries: number;
  /** When the oldest was received. */
  readonly oldestMs: number;
}

/** An announcement or an alert with all that is owed for it. */
export interface Recorded {
  readonly content: Content;
  readonly deliveries: readonly Delivery[];
}

export interface Outbox {
  /** Several in one transaction, which for a burst is much cheaper than one each. */
  recordAll(recorded: readonly Recorded[]): void;
  /** One content with all that is owed for it: all or nothing, on disk's doorstep when it returns. */
  record(content: Content, deliveries: readonly Delivery[]): void;
  /** Many attempts in one transaction. */
  settle(attempts: readonly AttemptRecord[]): void;
  /** The waiting deliveries of a destination, most important first, freshest first among equals. */
  owed(destination: string, limit: number): readonly OwedDelivery[];
  /** By destination; none for those that are owed nothing. */
  waiting(): ReadonlyMap<string, Waiting>;
  /** What is owed to destinations that are not among these is dead. Says how many. */
  buryRemoved(configured: readonly string[], nowMs: number): number;
  /** The far end asked this budget for silence until then. */
  pause(key: string, untilMs: number): void;
  /** The pauses that are not over, by budget. */
  pauses(nowMs: number): ReadonlyMap<string, number>;
  /** A destination found something out about its far end; the last value of a key stays. */
  learn(key: string, value: string): void;
  learnt(): ReadonlyMap<string, string>;
  /** The last moment that anything was read or sent; 0 in a new store. */
  latestMs(): number;
  /** How far the bridge's timeline is ahead of the wall clock, in ms: for those who look at the store from outside. */
  keepAhead(aheadMs: number): void;
  /** Attempts begun since, by destination: when each had ended, so was written at the latest. */
  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]>;
  /** Identities of what was read since, with the time of receipt, oldest first. */
  identitiesSince(sinceMs: number): Iterable<{ readonly identity: string; readonly receivedMs: number }>;
  /** Writes down again what is still owed; what is there already is left as it is. */
  restore(owed: readonly OwedDelivery[]): void;
  /**
   * Deletes what was read before `beforeMs`, was last sent before `attemptsBeforeMs` and waits for nothing more, at
   * most `limit` announcements. Says how many.
   */
  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number;
  /** After that failure: makes the store usable again, or throws what still ails it. True if rows may be missing now. */
  mend(error: unknown): boolean;
  /** True once after somebody else (the command line) has changed the store. */
  changedByOthers(): boolean;
}
