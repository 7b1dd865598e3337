/**
 * The store as the running bridge sees it: nothing here throws, because a broken disk must not stop an announcement.
 * What cannot be written is kept in memory, in order and bounded, and written when the disk takes it again.
 *
 *   writing ── the store throws ──▶ holding ── the delay is over: mend works ──▶ replaying ── all is written ──▶ writing
 *                                   ▲     │                                      │   ▲  │
 *                                   │     └ mend throws: holding, a longer delay │   └──┘ in bites; new entries queue behind
 *                                   └───────────── the store throws ─────────────┘
 *
 *   writing    `fault` is undefined, entries go to the store at once.
 *   holding    entries are kept; reads give `undefined`. Reported once (`broken`), a short lock of another process never.
 *   replaying  after a replaced store first what the lanes hold, then the kept entries. At the end: `mended`, `usable`.
 *
 * Attempts are gathered and written together at the end of the tick: they come after the send, and one
 * transaction for a burst is much cheaper than one each. A crash before that repeats what was in flight.
 */
import type { Content } from '../delivery/content.ts';
import type { AttemptRecord, Delivery, PendingDelivery } from '../delivery/delivery.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Dropped, type Entry, Kept } from './kept.ts';
import type { Backlog, Ledger, Recorded, Upkeep, Waiting } from './outbox.ts';
import { isBusy } from './store-errors.ts';
import { Writer } from './writer.ts';

/** How soon a store that failed is tried again: soon at first, because what is only in memory dies with the process. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

/** A lock of another process (the command line, a backup) is reported only if it lasts longer. */
const BUSY_GRACE_MS = 1000;

/** How long the loop may be held up by writing down what was kept. */
const BITE_MS = 5;

/** From the first failure until everything is written. */
interface Fault {
  readonly error: unknown;
  readonly sinceMs: number;
  readonly delayMs: number;
  readonly told: boolean;
  /** The store was replaced, and what the lanes hold is not yet in the new one. */
  rowsMissing: boolean;
  /** Entries so far. */
  written: number;
  retry: Timer;
}

export interface JournalEvents {
  /** After each write that succeeded. */
  written(): void;
  broken(message: string): void;
  /** A store that works does not take this one row, and never will: it is left out. */
  refused(what: string, message: string): void;
  /** Everything that was kept has been written. */
  mended(entries: number, dropped: Dropped): void;
  /**
   * After any failure, also one too short to be reported: questions that could not be answered meanwhile can be
   * asked again.
   */
  usable(): void;
  /** The lanes' deliveries: read when rows may be missing. */
  held(): Iterable<PendingDelivery>;
}

/** Where it writes. */
export type JournalStore = Ledger & Backlog & Upkeep;

export class Journal {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #events: JournalEvents;
  readonly #writer: Writer;
  #gathered: AttemptRecord[] = [];
  #gathering: Timer | undefined;
  readonly #kept: Kept;
  #fault: Fault | undefined;

  constructor(store: JournalStore, clock: Clock, events: JournalEvents, kept = new Kept()) {
    this.#store = store;
    this.#kept = kept;
    this.#clock = clock;
    this.#events = events;
    this.#writer = new Writer(store, (what, message) => events.refused(what, message));
  }

  /** The store's last failure; `undefined` while it works. */
  get fault(): string | undefined {
    return this.#fault?.told ? messageOf(this.#fault.error) : undefined;
  }

  /** Before the sends. */
  record(content: Content, deliveries: readonly Delivery[]): void {
    this.#write({ content, deliveries });
  }

  /** Before the sends, those that were read together. */
  recordAll(recorded: readonly Recorded[]): void {
    this.#writeAll(recorded, () => this.#writer.writeAll(recorded));
  }

  /** The receiver asked for silence; kept over a restart. */
  pause(key: string, untilMs: number): void {
    this.#write({ pause: { key, untilMs } });
  }

  learn(key: string, value: string): void {
    this.#write({ learnt: { key, value } });
  }

  /** After a send. */
  settle(attempt: AttemptRecord): void {
    this.#gathered.push(attempt);
    this.#gathering ??= this.#clock.after(0, () => this.flush());
  }

  /** Before the bytes leave, for what must not be repeated. A broken store does not hold it back: it would take a crash as well to double it. */
  begin(attempt: AttemptRecord): void {
    this.#gathered.push(attempt);
    this.flush();
  }

  /** Writes what is gathered now; also called at the end, so that nothing that happened is forgotten. */
  flush(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    if (this.#gathered.length === 0) return;
    const attempts = this.#gathered;
    this.#gathered = [];
    this.#write({ attempts });
  }

  /** As `Backlog.owed`, with everything settled so far taken into account; `undefined` while the store is broken. */
  owed(destination: string, limit: number): readonly PendingDelivery[] | undefined {
    this.flush();
    return this.#ask(() => this.#store.owed(destination, limit));
  }

  /** As `Backlog.waiting`; `undefined` while the store is broken. */
  waiting(): ReadonlyMap<string, Waiting> | undefined {
    this.flush();
    return this.#ask(() => this.#store.waiting());
  }

  /** As `Upkeep.buryRemoved`; 0 while the store is broken: the next start or reload does it. */
  buryRemoved(configured: readonly string[], nowMs: number): number {
    this.flush();
    return this.#ask(() => this.#store.buryRemoved(configured, nowMs)) ?? 0;
  }

  /** As `Backlog.attemptsSince`; `undefined` while the store is broken. */
  attemptsSince(sinceMs: number): ReadonlyMap<string, readonly number[]> | undefined {
    this.flush();
    return this.#ask(() => this.#store.attemptsSince(sinceMs));
  }

  /** As `Upkeep.prune`; 0 while the store is broken. */
  prune(beforeMs: number, attemptsBeforeMs: number, limit: number): number {
    const found = this.#ask(() => this.#store.prune(beforeMs, attemptsBeforeMs, limit)) ?? 0;
    if (found > 0) this.#events.written();
    return found;
  }

  /** As `Upkeep.keepAhead`; called again and again, so that a store that is broken hears of it later. */
  keepAhead(aheadMs: number): void {
    this.#ask(() => this.#store.keepAhead(aheadMs));
  }

  changedByOthers(): boolean {
    return this.#ask(() => this.#store.changedByOthers()) ?? false;
  }

  /** `undefined` while the store is broken. */
  #ask<Answer>(question: () => Answer): Answer | undefined {
    if (this.#fault !== undefined) return undefined;
    try {
      return question();
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  /** Last chance: looks at the store once more, and writes what is kept. Says how many entries could not be. */
  close(): number {
    this.flush();
    this.changedByOthers();
    this.#fault?.retry.cancel();
    if (this.#fault !== undefined) this.#mend(this.#fault, Number.POSITIVE_INFINITY);
    this.#fault?.retry.cancel();
    return this.#kept.size;
  }

  #write(entry: Entry): void {
    this.#writeAll([entry], () => this.#writer.write(entry));
  }

  #writeAll(entries: readonly Entry[], apply: () => void): void {
    const keep = () => {
      for (const entry of entries) this.#kept.add(entry);
    };
    if (this.#fault !== undefined) return keep();
    try {
      apply();
      this.#events.written();
    } catch (error) {
      keep();
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#fault;
    const sinceMs = before?.sinceMs ?? nowMs;
    const tell = !isBusy(error) || nowMs - sinceMs >= BUSY_GRACE_MS;
    const delayMs = Math.min(LONGEST_RETRY_MS, (before?.delayMs ?? FIRST_RETRY_MS / 2) * 2);
    before?.retry.cancel();
    const fault: Fault = {
      ...{ error, sinceMs, delayMs, told: tell || (before?.told ?? false) },
      rowsMissing: before?.rowsMissing ?? false,
      written: before?.written ?? 0,
      retry: this.#clock.after(delayMs, () => this.#mend(fault, BITE_MS), false),
    };
    this.#fault = fault;
    if (tell && !before?.told) this.#events.broken(messageOf(error));
  }

  #mend(fault: Fault, biteMs: number): void {
    this.#attempt(() => {
      fault.rowsMissing = this.#store.mend(fault.error) || fault.rowsMissing;
      if (fault.rowsMissing) this.#writer.restore(this.#events.held());
      fault.rowsMissing = false;
      this.#catchUp(fault, biteMs);
    });
  }

  /** In bites, in order; until the last one is written everything new is kept behind it. */
  #catchUp(fault: Fault, biteMs: number): void {
    const untilMs = this.#clock.monotonicMs() + biteMs;
    this.#kept.writeOut((entry) => {
      this.#writer.write(entry);
      fault.written++;
      return this.#clock.monotonicMs() < untilMs;
    });
    if (this.#kept.size > 0) {
      fault.retry = this.#clock.after(0, () => this.#attempt(() => this.#catchUp(fault, biteMs)), false);
      return;
    }
    // Of these some may have no row, and still be in a lane's hands.
    if (this.#kept.hasDroppedOwed) this.#writer.restore(this.#events.held());
    this.#fault = undefined;
    const dropped = this.#kept.takeDropped();
    if (fault.told) this.#events.mended(fault.written, dropped);
    this.#events.written();
    this.#events.usable();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#break(error);
    }
  }
}
