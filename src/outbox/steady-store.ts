/**
 * A store that never throws, because a broken disk must not stop an announcement. What cannot be written is kept in
 * memory, in order and bounded, and written when the disk takes it again.
 *
 *   writing ── the store throws ──▶ holding ── the delay is over: mend works ──▶ replaying ── all is written ──▶ writing
 *                                   ▲     │                                      │   ▲  │
 *                                   │     └ mend throws: holding, a longer delay │   └──┘ in bites; new entries queue behind
 *                                   └───────────── the store throws ─────────────┘
 *
 *   writing    `fault` is undefined, entries go to the store at once.
 *   holding    entries are kept; reads give `undefined`. Reported once (`broken`), a short lock of another process never.
 *   replaying  after a replaced store first what the lanes hold, then the kept entries. At the end: `mended`, `usable`.
 */
import type { PendingDelivery } from '../delivery/delivery.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Dropped, type Entry, entriesOf, type Kept } from './kept.ts';
import type { Batch, Ledger, Upkeep } from './outbox.ts';
import { isBusy, isRefused } from './store-errors.ts';
import { type Refused, Writer } from './writer.ts';

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

export interface SteadyEvents {
  /** After each write that succeeded. */
  written(): void;
  broken(message: string): void;
  /** A store that works does not take this one row, and never will: it is left out. */
  readonly refused: Refused;
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

export class SteadyStore {
  readonly #store: Ledger & Pick<Upkeep, 'mend'>;
  readonly #clock: Clock;
  readonly #events: SteadyEvents;
  readonly #failing: () => void;
  readonly #writer: Writer;
  readonly #kept: Kept;
  #fault: Fault | undefined;

  /** `failing`: the store has just failed; the caller hands over what it still holds back, to be kept. */
  constructor(
    store: Ledger & Pick<Upkeep, 'mend'>,
    clock: Clock,
    events: SteadyEvents,
    failing: () => void,
    kept: Kept,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
    this.#failing = failing;
    this.#kept = kept;
    this.#writer = new Writer(store, (what, message) => events.refused(what, message));
  }

  /** The store's last failure; `undefined` while it works. */
  get fault(): string | undefined {
    return this.#fault?.told ? messageOf(this.#fault.error) : undefined;
  }

  /** False: the store did not take it as a whole, and it was taken apart. */
  write(batch: Batch): boolean {
    let isWhole = true;
    this.#orKeep(
      () => {
        isWhole = this.#writer.write(batch);
      },
      () => entriesOf(batch),
    );
    return isWhole;
  }

  writeOne(entry: Entry): void {
    this.#orKeep(
      () => this.#writer.writeOne(entry),
      () => [entry],
    );
  }

  /** False: the store did not take it, and it has to be written otherwise. */
  tryTo(write: () => void): boolean {
    if (this.#fault !== undefined) return false;
    try {
      write();
      this.#events.written();
      return true;
    } catch (error) {
      if (!isRefused(error)) this.#break(error);
      return false;
    }
  }

  /** `undefined` while the store is broken. */
  ask<Answer>(question: () => Answer): Answer | undefined {
    if (this.#fault !== undefined) return undefined;
    try {
      return question();
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  /** Last chance: writes what is kept. Says how many entries could not be. */
  close(): number {
    this.#fault?.retry.cancel();
    if (this.#fault !== undefined) this.#mend(this.#fault, Number.POSITIVE_INFINITY);
    this.#fault?.retry.cancel();
    return this.#kept.size;
  }

  #orKeep(write: () => void, entries: () => readonly Entry[]): void {
    if (this.#fault !== undefined) return this.#keep(entries());
    try {
      write();
      this.#events.written();
    } catch (error) {
      this.#keep(entries());
      this.#break(error);
    }
  }

  #keep(entries: readonly Entry[]): void {
    for (const entry of entries) this.#kept.add(entry);
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
    this.#failing();
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
      this.#writer.writeOne(entry);
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
