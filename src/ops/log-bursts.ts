/**
 * One line for a burst: beyond the first of a second, announcements and what became of them are summed up. Every one
 * of them is in the store (`listing-bridge deliveries`), under the ids that the line names.
 */
import { originOf } from '../delivery/content.ts';
import type { BridgeEventOf } from '../events/bridge-event.ts';
import type { Clock } from '../platform/clock.ts';
import { isForMany, SOON_MS, Sum, type Tell } from './log-sum.ts';
import { MANY_ANNOUNCEMENTS, someOf } from './many.ts';

const SECOND_MS = 1000;
/** Bursts of which some deliveries are still pending; the oldest are no longer reported. */
const MOST_BURSTS = 100;

interface Burst {
  /** Ids of announcements rise, and while a burst lasts all of them belong to it: these two stand for all between. */
  readonly first: string;
  last: string;
  announcements: number;
  /** Of them, those that no rule sends anywhere. */
  unmatched: number;
  /** Rows that stand for tickers beyond `maxTickers`. */
  capped: number;
  readonly feeds: Set<string>;
  readonly publishers: Set<string>;
  readonly sum: Sum;
}

export class Bursts {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #second = { startMs: Number.NEGATIVE_INFINITY, announcements: 0 };
  /** Oldest first; of all but the last everything has been received. */
  readonly #bursts: Burst[] = [];
  /** The last one, while it goes on. */
  #open: Burst | undefined;

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** True if it is part of one. */
  received({ announcement, deliveries }: BridgeEventOf<'announcement.received'>): boolean {
    const { id, receivedMs, feed, publisher } = announcement;
    if (this.#open === undefined && !this.#isOneTooMany(receivedMs)) return false;
    this.#open ??= this.#begin(id);
    const burst = this.#open;
    burst.last = id;
    burst.announcements++;
    if (deliveries.length === 0) burst.unmatched++;
    burst.feeds.add(feed);
    burst.publishers.add(publisher);
    burst.sum.add(deliveries.length);
    return true;
  }

  attempted(event: BridgeEventOf<'delivery.attempted'>): boolean {
    const burst = this.#burstOf(event);
    burst?.sum.attempted(event);
    return burst !== undefined;
  }

  ended(event: BridgeEventOf<'delivery.ended'>): boolean {
    const burst = this.#burstOf(event);
    if (burst === undefined) return false;
    if (isForMany(event)) burst.capped++;
    else burst.sum.ended(event);
    if (burst !== this.#open && burst.sum.left === 0) {
      this.#say(burst);
      this.#bursts.splice(this.#bursts.indexOf(burst), 1);
    }
    return true;
  }

  /** Reports the one that goes on. */
  end(): void {
    if (this.#open !== undefined) this.#close(this.#open);
  }

  #isOneTooMany(receivedMs: number): boolean {
    const second = this.#second;
    if (receivedMs - second.startMs >= SECOND_MS) {
      second.startMs = receivedMs;
      second.announcements = 0;
    }
    return ++second.announcements > MANY_ANNOUNCEMENTS;
  }

  #begin(id: string): Burst {
    const nothing = { announcements: 0, unmatched: 0, capped: 0 };
    const sets = { feeds: new Set<string>(), publishers: new Set<string>() };
    const burst = { first: id, last: id, ...nothing, ...sets, sum: new Sum() };
    this.#bursts.push(burst);
    if (this.#bursts.length > MOST_BURSTS) this.#bursts.shift();
    this.#clock.after(
      SOON_MS,
      () => {
        if (this.#open === burst) this.#close(burst);
      },
      false,
    );
    return burst;
  }

  #close(burst: Burst): void {
    this.#open = undefined;
    this.#say(burst);
    if (burst.sum.left === 0) this.#bursts.splice(this.#bursts.indexOf(burst), 1);
  }

  #burstOf({
    delivery: { content },
  }: BridgeEventOf<'delivery.attempted' | 'delivery.ended'>): Burst | undefined {
    if (this.#bursts.length === 0 || content.kind !== 'news') return undefined;
    const { id } = originOf(content);
    const burst = this.#bursts.findLast(({ first }) => first <= id);
    return burst !== undefined && id <= burst.last ? burst : undefined;
  }

  #say({ first, last, announcements, unmatched, capped, feeds, publishers, sum }: Burst): void {
    const fields = {
      ...{ announcements, first, last, feeds: someOf([...feeds]), publishers: someOf([...publishers]) },
      unmatched: unmatched === 0 ? undefined : unmatched,
      capped: capped === 0 ? undefined : capped,
      ...sum.fields,
    };
    this.#tell('burst.sent', fields, sum.isGood && capped === 0);
  }
}
