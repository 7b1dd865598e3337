/**
 * What happens to an announcement between the frame and the lanes: is it new, which rules want it; then,
 * together with whatever else the same read of the socket brought, write down what is owed and hand it over.
 * Nothing here waits, logs or throws.
 */
import { type Announcement, importanceOf } from './announcement.ts';
import type { Dedupe, First } from './dedupe.ts';
import type { Delivery } from './delivery/delivery.ts';
import { type AnnouncementFrame, type Receipt, toAnnouncement } from './feed/frames.ts';
import type { Recorded } from './outbox/outbox.ts';
import type { Match, Router } from './routing/router.ts';

/** A destination, as far as intake is concerned. */
export interface Target {
  readonly forEachTicker: boolean;
  readonly maxAgeMs: number | false;
  push(delivery: Delivery): void;
}

export interface IntakeParts {
  readonly ids: (nowMs: number) => string;
  readonly dedupe: Dedupe;
  readonly journal: { recordAll(recorded: readonly Recorded[]): void };
  readonly events: {
    /** `rules`: every one that matched, also one that sends nothing. */
    received(announcement: Announcement, deliveries: readonly Delivery[], rules: readonly string[]): void;
    duplicate(announcement: Announcement, first: First): void;
  };
}

/** The part that a reload replaces as a whole. */
export interface Routes {
  readonly router: Router;
  readonly targets: ReadonlyMap<string, Target>;
}

/** Before the first config is in force. */
export const NOWHERE: Routes = {
  router: { route: () => ({ rules: [], matches: [] }), explain: () => [] },
  targets: new Map(),
};

/** Read and routed, not yet on record. */
interface Routed extends Recorded {
  readonly rules: readonly string[];
}

export class Intake {
  readonly #parts: IntakeParts;
  routes: Routes;
  #routed: Routed[] = [];

  constructor(parts: IntakeParts, routes: Routes) {
    this.#parts = parts;
    this.routes = routes;
  }

  /** On record and handed over when this returns. */
  accept(frame: AnnouncementFrame, receipt: Omit<Receipt, 'id'>): void {
    this.take(frame, receipt);
    this.#handOver();
  }

  /**
   * On record and handed over as soon as the socket's read has been taken apart: for one frame at once, for the
   * frames of a burst in one transaction.
   */
  take(frame: AnnouncementFrame, receipt: Omit<Receipt, 'id'>): void {
    const { receivedMs } = receipt;
    const { ids, dedupe, events } = this.#parts;
    const announcement = toAnnouncement(frame, { ...receipt, id: ids(receivedMs) });
    const first = dedupe.firstOf(announcement);
    if (first !== undefined) return events.duplicate(announcement, first);

    const { router, targets } = this.routes;
    const { rules, matches } = router.route(announcement);
    const deliveries = deliveriesOf(announcement, matches, targets, receivedMs);
    if (this.#routed.push({ announcement, deliveries, rules }) === 1) queueMicrotask(() => this.#handOver());
  }

  #handOver(): void {
    const routed = this.#routed;
    if (routed.length === 0) return;
    this.#routed = [];
    const { journal, events } = this.#parts;
    journal.recordAll(routed);
    for (const { announcement, deliveries, rules } of routed) {
      // Before the lanes speak of it; what listens is called after the sends.
      events.received(announcement, deliveries, rules);
      for (const delivery of deliveries) this.routes.targets.get(delivery.destination)?.push(delivery);
    }
  }
}

/** What is owed for an announcement, by today's rules. Pure: `replay` and `explain` ask the same question. */
export function deliveriesOf(
  announcement: Announcement,
  matches: readonly Match[],
  targets: Routes['targets'],
  receivedMs: number,
): Delivery[] {
  const deliveries: Delivery[] = [];
  const importance = importanceOf(announcement);
  for (const { destination, rule, template, tickers } of matches) {
    const target = targets.get(destination);
    if (target === undefined) continue;
    const expiresAtMs =
      target.maxAgeMs === false ? undefined : receivedMs + target.maxAgeMs - announcement.ageAtReceiptMs;
    // A redacted announcement names no ticker that could be traded, whatever its fields say.
    const forEach = target.forEachTicker ? (announcement.redacted ? [] : tickers) : [undefined];
    for (const ticker of forEach) {
      const id = `${announcement.id}-${deliveries.length}`;
      deliveries.push({ id, announcement, destination, rule, template, ticker, importance, expiresAtMs });
    }
  }
  return deliveries;
}
