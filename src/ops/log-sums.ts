/**
 * One line instead of thousands: the deliveries of an announcement that goes to many destinations are summed up,
 * once soon and, if some were late, once more when all of them have ended. Of a burst the announcements are as well.
 */

import { originOf } from '../delivery/content.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { Bursts } from './log-bursts.ts';
import { isForMany, SOON_MS, Sum, type Tell } from './log-sum.ts';
import { MANY_DELIVERIES } from './many.ts';

/** Announcements of which some deliveries are still pending; the oldest are no longer reported. */
const MOST_SUMS = 1000;

interface Wide {
  readonly title: string;
  readonly sum: Sum;
  readonly soon: Timer;
  isSaid: boolean;
}

export class Sums {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #wide = new Map<string, Wide>();
  readonly #bursts: Bursts;

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
    this.#bursts = new Bursts(clock, tell);
  }

  /** True if it is part of a sum: a line of its own is only for those who look closely. */
  take(event: BridgeEvent): boolean {
    switch (event.kind) {
      case 'announcement.received':
        if (this.#bursts.received(event)) return true;
        this.#begin(event);
        return false;
      case 'delivery.attempted':
        return this.#attempted(event) || this.#bursts.attempted(event);
      case 'delivery.ended':
        return this.#ended(event) || this.#bursts.ended(event);
      case 'bridge.ended':
        this.#sayNow();
        return true;
      default:
        return false;
    }
  }

  /** Those whose time for it has not come. */
  #sayNow(): void {
    this.#bursts.end();
    for (const [id, wide] of this.#wide) if (!wide.isSaid) this.#say(id, wide);
  }

  #begin({ announcement, deliveries }: BridgeEventOf<'announcement.received'>): void {
    if (deliveries.length <= MANY_DELIVERIES) return;
    const { id, title } = announcement;
    const [oldest] = this.#wide.keys();
    if (this.#wide.size >= MOST_SUMS && oldest !== undefined) this.#forget(oldest);
    const sum = new Sum();
    sum.add(deliveries.length);
    const soon = this.#clock.after(SOON_MS, () => this.#say(id, wide), false);
    const wide: Wide = { title, sum, soon, isSaid: false };
    this.#wide.set(id, wide);
  }

  #attempted(event: BridgeEventOf<'delivery.attempted'>): boolean {
    const wide = this.#wide.get(originOf(event.delivery.content).id);
    wide?.sum.attempted(event);
    return wide !== undefined;
  }

  #ended(event: BridgeEventOf<'delivery.ended'>): boolean {
    const { id } = originOf(event.delivery.content);
    const wide = this.#wide.get(id);
    if (wide === undefined || isForMany(event)) return false;
    wide.sum.ended(event);
    if (wide.sum.left > 0) return true;
    this.#say(id, wide);
    this.#forget(id);
    return true;
  }

  #say(id: string, wide: Wide): void {
    const { title, sum, soon } = wide;
    soon.cancel();
    wide.isSaid = true;
    this.#tell('announcement.sent', { announcement: id, title, ...sum.fields }, sum.isGood);
  }

  #forget(id: string): void {
    this.#wide.get(id)?.soon.cancel();
    this.#wide.delete(id);
  }
}
