/**
 * The deliveries of a lane that are in memory, each in one state:
 *
 *   ┌───────────────────────┐   fresh, and it would be the next: it goes past the lists
 *   │                       ▼
 *   new ─────▶ ready ──▶ in flight ──▶ gone
 *   ▲ │         ▲ ▲          │
 *   │ │         │ └─ tried ◀─┤   the destination is in trouble; ready again when that is over
 *   │ └──▶ waiting ◀─────────┤   a retry; ready when its time has come
 *   └────────────────────────┘   recalled, by a reload, before its bytes left
 *
 *   new        taken up, or judged again by a reload. The config in force may end it at once.
 *   ready      may be sent: the most important one goes first.
 *   tried      failed in the present trouble of the destination: the others go first.
 *   waiting    for its retry time.
 *   gone       delivered, dead, expired or skipped; every state but `in flight` can expire.
 *
 * Knows which goes next, which can best be dropped from memory, and which expires first, each without a search.
 */

import type { Timer } from '../platform/clock.ts';
import { type Delivery, keyOf, type PendingDelivery } from './delivery.ts';
import type { Witness } from './judgement.ts';
import { compare, compareExpiry, expiryOf, PriorityList } from './priority-list.ts';

/** A delivery in the lane's hands. */
export interface Held extends PendingDelivery, Witness {
  attempts: number;
  plain: boolean;
  notBeforeMs: number;
  begunMs: number | undefined;
  reason: string | undefined;
  /** As the config in force would have it (`renewal.ts`). */
  delivery: Delivery;
  /** As it was queued. */
  readonly queued: Delivery;
  /** So many of its attempts do not count: another form, another address. */
  uncounted: number;
  /** Answers that could not be read, in this life of the bridge. */
  unreadable: number;
  /** Rendered at the first attempt. */
  message: unknown;
  place: Place;
  /** It may not leave sooner, whatever happens (`delay`); on the monotonic clock. */
  dueMs: number;
  /** Runs while it is waiting. */
  retry: Timer | undefined;
  /** Somebody changed its row while it was in flight. */
  isStale: boolean;
  /** Another machine has sent it, or may have. */
  isElsewhere: boolean;
}

type Place = 'new' | 'ready' | 'tried' | 'waiting' | 'in flight' | 'gone';

const isIdle = (place: Place) => place === 'ready' || place === 'tried' || place === 'waiting';

const mayGo = ({ place, dueMs }: Held, nowMs: number) => place === 'waiting' && dueMs <= nowMs;

/** How a message stands that nobody has refused. */
const BLAMELESS = { isOutvoted: false, refusals: 0, refusedSinceMs: undefined };

/** Another form, or another address that the receiver named: so many cost no attempt and no wait. */
export const MOST_FREE = 3;

export class Head {
  /** Not by id: a copy that was read later may have the same one, and is sent as well. */
  readonly #byKey = new Map<string, Held>();
  readonly #ready = new PriorityList<Held>(compare);
  readonly #idle = new PriorityList<Held>(compare);
  readonly #expiring = new PriorityList<Held>(compareExpiry);
  readonly #tried = new Set<Held>();

  get size(): number {
    return this.#byKey.size;
  }

  get readyCount(): number {
    return this.#ready.size;
  }

  /** The most important one that may go. */
  get next(): Held | undefined {
    return this.#ready.last;
  }

  /** The least important one that is idle. */
  get least(): Held | undefined {
    return this.#idle.first;
  }

  /** The idle one that expires first. */
  get soonest(): Held | undefined {
    return this.#expiring.first;
  }

  /** How long the idle one that expires last still has, in ms; Infinity when one never does, 0 when none is idle. */
  longestLifeMs(nowMs: number): number {
    if (this.#idle.size > this.#expiring.size) return Number.POSITIVE_INFINITY;
    const { last } = this.#expiring;
    return last === undefined ? 0 : expiryOf(last) - nowMs;
  }

  has(delivery: Delivery): boolean {
    return this.#byKey.has(keyOf(delivery));
  }

  [Symbol.iterator](): Iterator<Held> {
    return this.#byKey.values();
  }

  take(item: PendingDelivery): Held {
    const held: Held = {
      ...item,
      begunMs: item.begunMs,
      reason: item.reason,
      queued: item.delivery,
      // The rich form was one of its attempts, and so were the addresses from which it has moved.
      uncounted: Math.min(MOST_FREE, (item.plain ? 1 : 0) + (item.moves ?? 0)),
      unreadable: 0,
      ...BLAMELESS,
      message: undefined,
      place: 'new',
      dueMs: 0,
      retry: undefined,
      isStale: false,
      isElsewhere: false,
    };
    this.#byKey.set(keyOf(held.delivery), held);
    return held;
  }

  /**
   * Lets go of what is not among these rows, or not as it is there, or held back now, once it is idle: what may suddenly go, or may be
   * late, or may not go, is taken up again.
   */
  keepOnly(rows: readonly PendingDelivery[], isHeldBack: (held: Held) => boolean): void {
    const owed = new Map(rows.map((row) => [keyOf(row.delivery), row]));
    for (const held of [...this.#byKey.values()]) {
      const row = owed.get(keyOf(held.delivery));
      const isSame =
        row?.notBeforeMs === held.notBeforeMs &&
        row.byHandMs === held.byHandMs &&
        row.delivery.expiresAtMs === held.queued.expiresAtMs &&
        !isHeldBack(held);
      if (isIdle(held.place) && !isSame) this.move(held, 'gone');
      else held.isStale = !isSame;
    }
  }

  /** All were tried: from the beginning, without those that had better go last, unless there are no others. */
  tryAgain(isLastChoice: (held: Held) => boolean): void {
    const others = [...this.#tried].filter((held) => !isLastChoice(held));
    for (const held of others.length > 0 ? others : [...this.#tried]) this.move(held, 'ready');
  }

  /** These need not wait for their own time; when the trouble is over, nothing does that waits because of the destination. What is not due waits on. */
  release(acquitted: Iterable<Held>, isOver: boolean, nowMs: number): void {
    for (const held of acquitted) if (mayGo(held, nowMs)) this.move(held, 'ready');
    if (!isOver) return;
    for (const held of this.#byKey.values())
      if (held.place === 'tried' || (mayGo(held, nowMs) && !held.isOutvoted)) this.move(held, 'ready');
  }

  /** Another address: what the one before did counts no more. Gives those that need not wait for its sake any longer. */
  beginAnew(): readonly Held[] {
    const waiting: Held[] = [];
    for (const held of this.#byKey.values()) {
      Object.assign(held, BLAMELESS, { uncounted: held.attempts, unreadable: 0, plain: false });
      if (held.place !== 'waiting') continue;
      held.notBeforeMs = 0;
      waiting.push(held);
    }
    return waiting;
  }

  /** `timer` ends it. */
  wait(held: Held, timer: Timer): void {
    this.move(held, 'waiting');
    held.retry = timer;
  }

  move(held: Held, place: Place): void {
    const [wasIdle, nowIdle] = [isIdle(held.place), isIdle(place)];
    if (held.place === 'waiting') held.retry?.cancel();
    if (held.place === 'ready') this.#ready.remove(held);
    if (held.place === 'tried') this.#tried.delete(held);
    if (place === 'ready') this.#ready.add(held);
    if (place === 'tried') this.#tried.add(held);
    if (wasIdle && !nowIdle) this.#idle.remove(held);
    if (!wasIdle && nowIdle) this.#idle.add(held);
    if (held.delivery.expiresAtMs !== undefined) {
      if (wasIdle && !nowIdle) this.#expiring.remove(held);
      if (!wasIdle && nowIdle) this.#expiring.add(held);
    }
    held.place = place;
    if (place === 'gone') this.#byKey.delete(keyOf(held.delivery));
  }
}

/** As the outbox would return it. */
export function pendingOf(held: Held): PendingDelivery {
  const { queued, attempts, uncounted, notBeforeMs, plain, begunMs, reason, byHandMs } = held;
  // As many as `take` counts again.
  const moves = Math.max(0, uncounted - (plain ? 1 : 0));
  return { delivery: queued, attempts, notBeforeMs, plain, moves, begunMs, reason, byHandMs };
}

export const isExpired = ({ delivery }: Held, nowMs: number): boolean =>
  delivery.expiresAtMs !== undefined && nowMs >= delivery.expiresAtMs;
