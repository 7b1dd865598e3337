/**
 * One line instead of thousands: the deliveries of an announcement that goes to many destinations are summed up,
 * once soon and, if some were late, once more when all of them have ended.
 */

import { originOf } from '../delivery/content.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { LogFields } from '../platform/log.ts';
import { MANY_DELIVERIES, someOf } from './many.ts';

/** A delivery that has not ended by then is reported as waiting. */
const SOON_MS = 2000;
/** Announcements of which some deliveries are still pending; the oldest are no longer reported. */
const MOST_SUMS = 1000;

interface Sum {
  readonly title: string;
  readonly receivedMs: number;
  readonly total: number;
  readonly ended: Record<string, number>;
  /** Of attempts that were not taken, by reason, with their destinations. */
  readonly failed: Map<string, string[]>;
  left: number;
  firstDispatchMs: number | undefined;
  lastDispatchMs: number | undefined;
  soon: Timer | undefined;
}

export class Sums {
  readonly #clock: Clock;
  readonly #tell: (fields: LogFields, isGood: boolean) => void;
  readonly #sums = new Map<string, Sum>();

  /** `isGood`: everything that has ended was delivered, and nothing failed. */
  constructor(clock: Clock, tell: (fields: LogFields, isGood: boolean) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** True if it is part of a sum: a line of its own is only for those who look closely. */
  take(event: BridgeEvent): boolean {
    switch (event.kind) {
      case 'announcement.received':
        this.#begin(event);
        return false;
      case 'delivery.attempted':
        return this.#attempted(event);
      case 'delivery.ended':
        return this.#ended(event);
      default:
        return false;
    }
  }

  #begin({ announcement, deliveries }: BridgeEventOf<'announcement.received'>): void {
    if (deliveries.length <= MANY_DELIVERIES) return;
    const { id, title, receivedMs } = announcement;
    const [oldest] = this.#sums.keys();
    if (this.#sums.size >= MOST_SUMS && oldest !== undefined) this.#forget(oldest);
    const total = deliveries.length;
    const nothing = { firstDispatchMs: undefined, lastDispatchMs: undefined };
    const sum: Sum = {
      ...{ title, receivedMs, total, left: total, ...nothing },
      ...{ ended: {}, failed: new Map() },
      soon: this.#clock.after(SOON_MS, () => this.#say(id, sum), false),
    };
    this.#sums.set(id, sum);
  }

  #attempted({ delivery, result, attempt }: BridgeEventOf<'delivery.attempted'>): boolean {
    const sum = this.#sums.get(originOf(delivery.content).id);
    if (sum === undefined) return false;
    const { outcome, writtenMs } = result;
    if (attempt === 1 && writtenMs !== undefined) {
      const dispatchMs = writtenMs - sum.receivedMs;
      sum.firstDispatchMs = Math.min(sum.firstDispatchMs ?? dispatchMs, dispatchMs);
      sum.lastDispatchMs = Math.max(sum.lastDispatchMs ?? dispatchMs, dispatchMs);
    }
    if (outcome.kind === 'delivered') return true;
    const names = sum.failed.get(outcome.reason) ?? [];
    sum.failed.set(outcome.reason, names);
    names.push(delivery.destination);
    return true;
  }

  #ended({ delivery, state, reason }: BridgeEventOf<'delivery.ended'>): boolean {
    const { id } = originOf(delivery.content);
    const sum = this.#sums.get(id);
    // The row that stands for tickers beyond `maxTickers` is no delivery.
    if (sum === undefined || (reason === 'max_tickers' && delivery.ticker === undefined)) return false;
    sum.ended[state] = (sum.ended[state] ?? 0) + 1;
    sum.left--;
    if (sum.left > 0) return true;
    this.#say(id, sum);
    this.#forget(id);
    return true;
  }

  #say(id: string, sum: Sum): void {
    const { title, total, ended, failed, left, firstDispatchMs, lastDispatchMs } = sum;
    sum.soon?.cancel();
    const failures = [...failed].map(([reason, names]) => [reason, someOf([...new Set(names)])]);
    const fields = {
      announcement: id,
      title,
      deliveries: total,
      ...ended,
      waiting: left === 0 ? undefined : left,
      firstDispatchMs: rounded(firstDispatchMs),
      lastDispatchMs: rounded(lastDispatchMs),
      failedAttempts: failures.length === 0 ? undefined : Object.fromEntries(failures),
    };
    const isGood = failures.length === 0 && (ended['delivered'] ?? 0) + left === total;
    this.#tell(fields, isGood);
  }

  #forget(id: string): void {
    this.#sums.get(id)?.soon?.cancel();
    this.#sums.delete(id);
  }
}

const rounded = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 100) / 100);
