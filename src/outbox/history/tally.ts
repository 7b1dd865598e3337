/**
 * Figures that add up: of the announcements that feeds brought, and of deliveries by their state. Those of an hour are the
 * sum of those of its minutes, and so on. In the store as JSON (`stored`), which a later version has to read.
 */
import type { DeliveryState } from '../../delivery/delivery.ts';
import { Spread, type StoredSpread } from '../../platform/spread.ts';

/** Of one feed, or of all. Self-tests and alerts of the bridge do not count. */
export class FeedTally {
  announcements = 0;
  /** Detected → dispatched, by the service's clock. */
  readonly service = new Spread();
  /** Dispatched → received, across two clocks. */
  readonly network = new Spread();
  /** Announcements that it brought before another feed did, and how far ahead it was. */
  readonly won = new Spread();
  /** Copies of what another feed had brought before, and how far behind they were. */
  readonly lost = new Spread();

  add(other: FeedTally): void {
    this.announcements += other.announcements;
    for (const part of FEED_SPREADS) this[part].addAll(other[part]);
  }

  stored(): StoredFeedTally {
    return [this.announcements, ...FEED_SPREADS.map((part) => this[part].stored())];
  }

  addStored([announcements, ...spreads]: StoredFeedTally): void {
    this.announcements += announcements;
    for (const [at, part] of FEED_SPREADS.entries()) this[part].addStored(spreads[at] ?? []);
  }
}

type StoredFeedTally = readonly [announcements: number, ...StoredSpread[]];
const FEED_SPREADS = ['service', 'network', 'won', 'lost'] as const;

/** Of the deliveries to one destination, of one rule, or of all. */
export class DeliveryTally {
  readonly states: Record<DeliveryState, number> = {
    pending: 0,
    delivered: 0,
    dead: 0,
    expired: 0,
    skipped: 0,
  };
  /** Requests. */
  attempts = 0;
  /** Deliveries of which a request began. */
  tried = 0;
  /** Received, or requested by a person, → first request after that. */
  readonly dispatch = new Spread();
  /** Received, or requested by a person, → acknowledged; of those that were delivered. */
  readonly took = new Spread();

  get deliveries(): number {
    return STATES.reduce((sum, state) => sum + this.states[state], 0);
  }

  add(other: DeliveryTally): void {
    for (const state of STATES) this.states[state] += other.states[state];
    this.attempts += other.attempts;
    this.tried += other.tried;
    this.dispatch.addAll(other.dispatch);
    this.took.addAll(other.took);
  }

  stored(): StoredDeliveryTally {
    const counts = [...STATES.map((state) => this.states[state]), this.attempts, this.tried];
    return [counts, this.dispatch.stored(), this.took.stored()];
  }

  addStored([counts, dispatch = [], took = []]: StoredDeliveryTally): void {
    for (const [at, state] of STATES.entries()) this.states[state] += counts[at] ?? 0;
    this.attempts += counts[STATES.length] ?? 0;
    this.tried += counts[STATES.length + 1] ?? 0;
    this.dispatch.addStored(dispatch);
    this.took.addStored(took);
  }
}

type StoredDeliveryTally = readonly [counts: readonly number[], dispatch?: StoredSpread, took?: StoredSpread];

/** In the order of `stored`; none is ever taken out, and new ones would come after `tried`. */
const STATES = ['pending', 'delivered', 'dead', 'expired', 'skipped'] as const satisfies DeliveryState[];
