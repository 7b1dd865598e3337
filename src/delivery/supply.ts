/**
 * Supplies a lane with pending deliveries: at most HEAD of them are in memory, the rest stay in the outbox, behind
 * them, and are taken up as places become free.
 */

import type { Timer } from '../platform/clock.ts';
import type { Delivery, PendingDelivery } from './delivery.ts';
import type { Head } from './head.ts';
import type { LaneDeps } from './lane-deps.ts';
import { compare } from './priority-list.ts';

/** Enough to keep any destination busy; small enough that a dead one costs nothing. */
export const HEAD = 1000;

export class Supply {
  readonly #head: Head;
  readonly #parts: () => Pick<LaneDeps, 'name' | 'journal' | 'clock'>;
  readonly #takeUp: (item: PendingDelivery) => void;
  /** More waits in the outbox than is held. */
  isBehind = false;
  #isStopped = false;
  #soon: Timer | undefined;

  /** `takeUp` puts it into `head`. */
  constructor(
    head: Head,
    parts: () => Pick<LaneDeps, 'name' | 'journal' | 'clock'>,
    takeUp: (item: PendingDelivery) => void,
  ) {
    this.#head = head;
    this.#parts = parts;
    this.#takeUp = takeUp;
  }

  refill(): void {
    this.#soon?.cancel();
    this.#soon = undefined;
    if (this.#isStopped) return;
    const { name, journal } = this.#parts();
    const owed = journal.owed(name, HEAD);
    if (owed === undefined) return;
    this.isBehind = owed.length === HEAD;
    for (const item of owed) {
      if (this.#head.size >= HEAD) break;
      if (!this.#head.has(item.delivery)) this.#takeUp(item);
    }
  }

  /** In a moment: several at once cost one look at the outbox. */
  refillSoon(): void {
    this.#soon ??= this.#parts().clock.after(0, () => this.refill());
  }

  /** One has gone for good. */
  ended(): void {
    if (this.isBehind && this.#head.size < HEAD / 2) this.refillSoon();
  }

  /** Lets go of the least important one when all places are taken (it stays in the outbox). False if the newcomer is that one. */
  makeRoom(newcomer: Delivery): boolean {
    if (this.#head.size < HEAD) return true;
    this.isBehind = true;
    const least = this.#head.least;
    if (least === undefined || compare({ delivery: newcomer }, least) < 0) return false;
    this.#head.move(least, 'gone');
    return true;
  }

  /** The store decides about the held ones: nothing is known while it is broken. */
  compareHeld(): void {
    const { name, journal } = this.#parts();
    const owed = journal.owed(name, HEAD + 1);
    if (owed !== undefined) this.#head.keepOnly(owed);
  }

  stop(): void {
    this.#isStopped = true;
    this.#soon?.cancel();
  }
}
