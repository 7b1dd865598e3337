/**
 * Writes entries, and takes apart what the store refuses: one row that a working store does not take, and never will,
 * costs no other row, and is not tried again. Of an attempt, what became of its delivery is written all the same: a
 * delivery that has ended and stays pending in the store would be sent again in the next life.
 */

import type { PendingDelivery } from '../delivery/delivery.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Entry, lessOf, nameOf, partsOf } from './kept.ts';
import type { Ledger, Recorded } from './outbox.ts';
import { isRefused } from './store-errors.ts';

/** Rows of `restore` in one transaction. */
const TOGETHER = 500;

export class Writer {
  readonly #ledger: Ledger;
  readonly #refused: (what: string, message: string) => void;

  /** `refused`: this is left out, or a part of it. */
  constructor(ledger: Ledger, refused: (what: string, message: string) => void) {
    this.#ledger = ledger;
    this.#refused = refused;
  }

  /** Throws what is the store's fault. */
  write(entry: Entry): void {
    this.#orApart(
      () => this.#put(entry),
      () => partsOf(entry),
    );
  }

  /** In one transaction. Throws what is the store's fault. */
  writeAll(recorded: readonly Recorded[]): void {
    this.#orApart(
      () => this.#ledger.recordAll(recorded),
      () => recorded,
    );
  }

  /** Throws what is the store's fault. */
  restore(owed: Iterable<PendingDelivery>): void {
    const all = [...owed];
    for (let start = 0; start < all.length; start += TOGETHER) {
      const some = all.slice(start, start + TOGETHER);
      try {
        this.#ledger.restore(some);
      } catch (error) {
        if (!isRefused(error)) throw error;
        for (const one of some)
          this.#orRefuse(`delivery ${one.delivery.id}`, () => this.#ledger.restore([one]));
      }
    }
  }

  #orApart(write: () => void, parts: () => readonly Entry[]): void {
    try {
      write();
    } catch (error) {
      if (!isRefused(error)) throw error;
      for (const part of parts())
        if (partsOf(part).length > 1) this.write(part);
        else this.#orRefuse(nameOf(part), ...[part, ...lessOf(part)].map((one) => () => this.#put(one)));
    }
  }

  /** The first of these that the store takes. Told once, and only when nothing of it will be tried again. */
  #orRefuse(what: string, ...writes: readonly (() => void)[]): void {
    let refusal: unknown;
    for (const write of writes)
      try {
        write();
        break;
      } catch (error) {
        if (!isRefused(error)) throw error;
        refusal ??= error;
      }
    if (refusal !== undefined) this.#refused(what, messageOf(refusal));
  }

  #put(entry: Entry): void {
    if ('learnt' in entry) this.#ledger.learn(entry.learnt.key, entry.learnt.value);
    else if ('pause' in entry) this.#ledger.pause(entry.pause.key, entry.pause.untilMs);
    else if ('attempts' in entry) this.#ledger.settle(entry.attempts);
    else this.#ledger.record(entry.content, entry.deliveries);
  }
}
