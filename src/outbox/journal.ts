/**
 * The outbox as the running bridge sees it: nothing here throws, because a broken disk must not stop an
 * announcement. What cannot be written is kept in order in memory and written when the disk takes it
 * again; until then `fault` says what is wrong, and the owner is told once when it starts and ends.
 *
 * Attempts are gathered and written together at the end of the tick: they come after the send, and one
 * transaction for a burst is much cheaper than one each. A crash before that repeats what was in flight.
 */
import type { Announcement } from '../announcement.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { AttemptRecord, Outbox, OwedDelivery, Waiting } from './outbox.ts';

/** How often a store that failed is tried again. */
const RETRY_MS = 1000;

/** What is kept in memory while the store is broken: about a day of announcements with their attempts. */
const MOST_KEPT = 100_000;

type Entry =
  | { readonly learnt: { readonly key: string; readonly value: string } }
  | { readonly pause: { readonly key: string; readonly untilMs: number } }
  | { readonly announcement: Announcement; readonly deliveries: readonly Delivery[] }
  | { readonly attempts: readonly AttemptRecord[] };

export interface JournalEvents {
  /** After each write that succeeded. */
  written(): void;
  broken(message: string): void;
  /** Everything that was kept has been written. */
  mended(entries: number, dropped: number): void;
}

export class Journal {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #events: JournalEvents;
  #gathered: AttemptRecord[] = [];
  #gathering: Timer | undefined;
  #kept: Entry[] = [];
  #dropped = 0;
  #retry: Timer | undefined;
  #fault: string | undefined;

  constructor(outbox: Outbox, clock: Clock, events: JournalEvents) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#events = events;
  }

  /** What the store said when it last failed; `undefined` while it works. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Before the sends. */
  record(announcement: Announcement, deliveries: readonly Delivery[]): void {
    this.#write({ announcement, deliveries });
  }

  /** The far end asked for silence; kept over a restart. */
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

  /** Writes what is gathered now; also called at the end, so that nothing that happened is forgotten. */
  flush(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    if (this.#gathered.length === 0) return;
    const attempts = this.#gathered;
    this.#gathered = [];
    this.#write({ attempts });
  }

  /** As `Outbox.owed`, with everything settled so far taken into account; nothing while the store is broken. */
  owed(destination: string, limit: number): readonly OwedDelivery[] {
    this.flush();
    return this.#ask(() => this.#outbox.owed(destination, limit)) ?? [];
  }

  /** As `Outbox.waiting`; `undefined` while the store is broken. */
  waiting(): ReadonlyMap<string, Waiting> | undefined {
    this.flush();
    return this.#ask(() => this.#outbox.waiting());
  }

  /** As `Outbox.buryRemoved`; 0 while the store is broken: it is asked again at the next start or reload. */
  buryRemoved(configured: readonly string[], nowMs: number): number {
    this.flush();
    return this.#ask(() => this.#outbox.buryRemoved(configured, nowMs)) ?? 0;
  }

  changedByOthers(): boolean {
    return this.#ask(() => this.#outbox.changedByOthers()) ?? false;
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

  /** Last chance: tries once more to write what is kept. Says how many entries could not be. */
  close(): number {
    this.flush();
    this.#retry?.cancel();
    if (this.#kept.length > 0) this.#mend();
    this.#retry?.cancel();
    return this.#kept.length;
  }

  #write(entry: Entry): void {
    if (this.#fault !== undefined) return this.#keep(entry);
    try {
      this.#apply(entry);
      this.#events.written();
    } catch (error) {
      this.#keep(entry);
      this.#break(error);
    }
  }

  #apply(entry: Entry): void {
    if ('learnt' in entry) this.#outbox.learn(entry.learnt.key, entry.learnt.value);
    else if ('pause' in entry) this.#outbox.pause(entry.pause.key, entry.pause.untilMs);
    else if ('attempts' in entry) this.#outbox.settle(entry.attempts);
    else this.#outbox.record(entry.announcement, entry.deliveries);
  }

  #keep(entry: Entry): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(entry);
    else this.#dropped++;
  }

  #break(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const news = this.#fault === undefined;
    this.#fault = message;
    if (news) this.#events.broken(message);
    this.#retry?.cancel();
    this.#retry = this.#clock.after(RETRY_MS, () => this.#mend(), false);
  }

  /** In order, one by one, so that a second failure loses nothing. */
  #mend(): void {
    let written = 0;
    try {
      // A store that failed on a read keeps nothing: see whether it can be read again.
      this.#outbox.changedByOthers();
      for (const entry of this.#kept) {
        this.#apply(entry);
        written++;
      }
    } catch (error) {
      this.#kept = this.#kept.slice(written);
      return this.#break(error);
    }
    this.#kept = [];
    this.#fault = undefined;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#events.mended(written, dropped);
    this.#events.written();
  }
}
