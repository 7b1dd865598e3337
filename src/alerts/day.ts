/**
 * Counts since the last sign of life, from the events: they distinguish "nothing was announced" from "nothing was
 * received".
 */
import { askedMs } from '../delivery/events.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';

/** Enough for a median that means something. */
const MOST_SAMPLES = 1000;

export interface DestinationCounts {
  delivered: number;
  expired: number;
  dead: number;
}

export class Day {
  /** Monotonic ms. */
  readonly sinceMs: number;
  /** By feed; without self-tests. */
  readonly announcements = new Map<string, number>();
  readonly deliveries = new Map<string, DestinationCounts>();
  /** From the frame to the first request, in ms. */
  readonly #dispatchMs: number[] = [];

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  /** In ms; `undefined` when nothing was sent. */
  get medianDispatchMs(): number | undefined {
    const sorted = this.#dispatchMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  learn(event: BridgeEvent): void {
    if (event.kind === 'announcement.received') this.#received(event);
    else if (event.kind === 'delivery.attempted') this.#attempted(event);
    else if (event.kind === 'delivery.ended') this.#ended(event);
  }

  #received({ announcement: { test, feed } }: BridgeEventOf<'announcement.received'>): void {
    if (!test) this.announcements.set(feed, (this.announcements.get(feed) ?? 0) + 1);
  }

  #attempted(event: BridgeEventOf<'delivery.attempted'>): void {
    const { delivery, attempt, result } = event;
    const { writtenMs } = result;
    if (attempt > 1 || writtenMs === undefined || delivery.content.kind !== 'news') return;
    this.#dispatchMs.push(writtenMs - askedMs(event));
    if (this.#dispatchMs.length > MOST_SAMPLES) this.#dispatchMs.shift();
  }

  #ended({ delivery: { destination, content }, state }: BridgeEventOf<'delivery.ended'>): void {
    if (state === 'skipped' || content.kind !== 'news') return;
    const counts = this.deliveries.get(destination) ?? { delivered: 0, expired: 0, dead: 0 };
    this.deliveries.set(destination, counts);
    counts[state]++;
  }
}
