/**
 * Writes entries, and takes apart what the store refuses: one row that a working store does not take, and never will,
 * costs no other row, and is not tried again. Of an attempt, what became of its delivery is written all the same: a
 * delivery that has ended and stays pending in the store would be sent again in the next life.
 */

import type { PendingDelivery } from '../delivery/delivery.ts';
import { messageOf } from '../platform/message-of.ts';
import { NOTHING } from './batch.ts';
import { type Entry, entriesOf, lessOf, nameOf, partsOf } from './kept.ts';
import type { Batch, Ledger } from './outbox.ts';
import { isRefused } from './store-errors.ts';

/** Rows of `restore` in one transaction. */
const TOGETHER = 500;

/** This is left out, or a part of it. */
export type Refused = (what: string, message: string) => void;

export class Writer {
  readonly #ledger: Ledger;
  readonly #refused: Refused;

  constructor(ledger: Ledger, refused: Refused) {
    this.#ledger = ledger;
    this.#refused = refused;
  }

  /** Throws what is the store's fault. */
  writeOne(entry: Entry): void {
    this.#orApart(
      () => this.#put(entry),
      () => partsOf(entry),
    );
  }

  /** In one transaction; false: taken apart. Throws what is the store's fault. */
  write(batch: Batch): boolean {
    return this.#orApart(
      () => this.#ledger.write(batch),
      () => entriesOf(batch),
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

  #orApart(write: () => void, parts: () => readonly Entry[]): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      for (const part of parts())
        if (partsOf(part).length > 1) this.writeOne(part);
        else this.#orRefuse(nameOf(part), ...[part, ...lessOf(part)].map((one) => () => this.#put(one)));
      return false;
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
    else if ('rows' in entry) this.#ledger.write({ ...NOTHING, rows: entry.rows });
    else this.#ledger.recordAll([entry]);
  }
}
