/** The last announcements and what became of them, kept in memory for people who look: since this start only. */

import { type Delivery, type DeliveryState, keyOf } from '../delivery/delivery.ts';
import { describeAttempt, describeEnding } from '../delivery/describe.ts';
import { askedMs } from '../delivery/events.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import { updateMarkOf } from '../routing/subject.ts';
import { latencyOf } from '../templates/variables.ts';

export interface RecentDelivery {
  readonly id: string;
  readonly destination: string;
  readonly ticker: string | undefined;
  state: DeliveryState;
  reason: string | undefined;
  /** What happened and what to do, while it is undelivered. */
  advice: string | undefined;
  attempts: number;
  /** Received → the last request on the wire. */
  dispatchMs: number | undefined;
  /** Received → ended. */
  tookMs: number | undefined;
}

export interface RecentAnnouncement {
  readonly id: string;
  /** Epoch ms, wall clock. */
  readonly receivedMs: number;
  readonly feed: string;
  readonly publisher: string;
  readonly listingType: string;
  readonly tickers: readonly string[];
  readonly title: string;
  readonly redacted: boolean;
  readonly test: boolean;
  /** An edit or a follow-up: rules that do not ask for these do not match. */
  readonly update: boolean;
  /** Detected → dispatched, by the service's clock. */
  readonly serviceMs: number | null;
  /** Dispatched → received, across two clocks: may be negative. */
  readonly networkMs: number | null;
  /** This process was held up for so long before it read the frame; 0: it was not. */
  readonly stalledMs: number;
  readonly rules: readonly string[];
  readonly deliveries: readonly RecentDelivery[];
}

const KEPT = 20;

export class AnnouncementHistory {
  /** Newest first. */
  readonly announcements: RecentAnnouncement[] = [];
  /** By the keys of their rows: an old frame that comes again after the window has the ids of the first. */
  readonly #shown = new Map<string, RecentDelivery>();
  /** Those keys, in the order of the announcements. */
  readonly #keys: string[][] = [];

  readonly listener = (event: BridgeEvent): void => {
    if (event.kind === 'announcement.received') this.#received(event);
    else if (event.kind === 'delivery.attempted') this.#attempted(event);
    else if (event.kind === 'delivery.ended') this.#ended(event);
  };

  #received({ announcement, deliveries, rules }: BridgeEventOf<'announcement.received'>): void {
    const { id, feed, publisher, listingType, tickers, title, redacted, test } = announcement;
    const { service, network, stalled } = latencyOf(announcement);
    const shown = deliveries.map(pending);
    const keys = deliveries.map(keyOf);
    for (const [at, one] of shown.entries()) this.#shown.set(keys[at] ?? one.id, one);
    this.#keys.unshift(keys);
    this.announcements.unshift({
      id,
      receivedMs: announcement.receivedTimestampUs / 1000,
      ...{ feed, publisher, listingType, tickers, title, redacted, test, rules },
      update: updateMarkOf(announcement) !== undefined,
      serviceMs: service,
      networkMs: network,
      stalledMs: stalled,
      deliveries: shown,
    });
    this.announcements.splice(KEPT);
    for (const gone of this.#keys.splice(KEPT)) for (const key of gone) this.#shown.delete(key);
  }

  #attempted(event: BridgeEventOf<'delivery.attempted'>): void {
    const { delivery, attempt, result } = event;
    const recent = this.#shown.get(keyOf(delivery));
    if (recent === undefined) return;
    recent.attempts = attempt;
    const { outcome, writtenMs } = result;
    recent.reason = 'reason' in outcome ? outcome.reason : undefined;
    recent.advice = outcome.kind === 'delivered' ? undefined : describeAttempt(result);
    if (writtenMs !== undefined) recent.dispatchMs = writtenMs - askedMs(event);
  }

  #ended(event: BridgeEventOf<'delivery.ended'>): void {
    const { delivery, state, reason, endedMs } = event;
    const recent = this.#shown.get(keyOf(delivery));
    if (recent === undefined) return;
    recent.state = state;
    // The last attempt has the receiver's sentence.
    if (reason === undefined) recent.advice = undefined;
    else if (reason !== recent.reason) recent.advice = describeEnding(reason);
    recent.reason = reason;
    recent.tookMs = endedMs - askedMs(event);
  }
}

const pending = ({ id, destination, ticker }: Delivery): RecentDelivery => ({
  ...{ id, destination, ticker, state: 'pending' },
  ...{ reason: undefined, advice: undefined, attempts: 0, dispatchMs: undefined, tookMs: undefined },
});
