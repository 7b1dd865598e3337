/**
 * Supplies a lane with pending deliveries: at most HEAD of them are in its hands, the rest wait behind them and are
 * taken up as places become free: from memory, if all of them are there (`reserve.ts`), else from the outbox.
 */

import type { Timer } from '../platform/clock.ts';
import { type Delivery, type PendingDelivery, unattempted } from './delivery.ts';
import { type Head, type Held, pendingOf } from './head.ts';
import type { LaneDeps } from './lane-deps.ts';
import { compare } from './priority-list.ts';
import { Reserve } from './reserve.ts';

/** Enough to keep any destination busy; small enough that a dead one costs nothing. */
export const HEAD = 1000;

/** Taken up from memory at once: about a millisecond. */
const BITE = 100;

type Parts = Pick<LaneDeps, 'name' | 'journal' | 'clock' | 'reservePlaces' | 'heldBack' | 'tenure'>;

export class Supply {
  readonly #head: Head;
  readonly #parts: () => Parts;
  readonly #place: (held: Held) => void;
  readonly #reserve: Reserve;
  /** More waits than is in the head. */
  isBehind = false;
  #isStopped = false;
  #soon: Timer | undefined;

  /** `place`: it was taken up. */
  constructor(head: Head, parts: () => Parts, place: (held: Held) => void) {
    this.#head = head;
    this.#parts = parts;
    this.#place = place;
    this.#reserve = new Reserve(parts().reservePlaces);
  }

  /** Whatever is in memory, as the outbox would return it. */
  *inMemory(): Generator<PendingDelivery> {
    yield* this.#head;
    yield* this.#reserve;
  }

  /** From the outbox. */
  refill(): void {
    this.#soon?.cancel();
    this.#soon = undefined;
    if (this.#isStopped || this.#parts().tenure?.isShut) return;
    const { name, journal } = this.#parts();
    const owed = journal.owed(name, HEAD);
    if (owed === undefined) return;
    this.#reserve.forget();
    this.isBehind = owed.length === HEAD;
    for (const item of owed) {
      if (this.#head.has(item.delivery)) continue;
      if (this.#head.size >= HEAD) {
        this.isBehind = true;
        break;
      }
      this.#place(this.#head.take(item));
    }
    this.#reserve.isWhole = !this.isBehind;
  }

  /** If it is still pending, the outbox returns it. */
  putBack(held: Held): void {
    this.#head.move(held, 'gone');
    this.refillSoon();
  }

  /** From the outbox, in a moment: several at once cost one look at it. */
  refillSoon(): void {
    this.#reserve.forget();
    this.#moreSoon();
  }

  /** All but what is under way: it is somebody else's. */
  letGo(): void {
    this.#reserve.forget();
    this.isBehind = false;
    for (const held of [...this.#head])
      if (held.place === 'in flight') held.isStale = true;
      else this.#head.move(held, 'gone');
  }

  /** One has gone for good. */
  ended(): void {
    if (this.isBehind && this.#head.size < HEAD / 2) this.#moreSoon();
  }

  /** Lets go of the least important one when all places are taken (it stays in the outbox). False if the newcomer is that one. */
  makeRoom(newcomer: Delivery): boolean {
    if (this.#head.size < HEAD) return true;
    this.isBehind = true;
    const least = this.#head.least;
    if (least === undefined || compare({ delivery: newcomer }, least) < 0) {
      this.#reserve.add(unattempted(newcomer));
      return false;
    }
    this.#head.move(least, 'gone');
    this.#reserve.add(pendingOf(least));
    return true;
  }

  /** The store decides about the held ones: nothing is known while it is broken. */
  compareHeld(): void {
    const { name, journal, heldBack } = this.#parts();
    const owed = journal.owed(name, HEAD + 1);
    if (owed !== undefined) this.#head.keepOnly(owed, (held) => heldBack?.(held) !== undefined);
  }

  stop(): void {
    this.#isStopped = true;
    this.#reserve.forget();
    this.#soon?.cancel();
  }

  #moreSoon(): void {
    this.#soon ??= this.#parts().clock.after(0, () =>
      this.#reserve.isWhole ? this.#takeBite() : this.refill(),
    );
  }

  #takeBite(): void {
    this.#soon = undefined;
    if (this.#isStopped) return;
    for (let n = 0; n < BITE && this.#head.size < HEAD; n++) {
      const next = this.#reserve.take();
      if (next === undefined) break;
      this.#place(this.#head.take(next));
    }
    // A bite may have ended all that it took up, and more than that have come meanwhile.
    this.isBehind = this.#reserve.size > 0 || !this.#reserve.isWhole;
    this.ended();
  }
}
