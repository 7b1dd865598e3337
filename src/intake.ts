/**
 * What happens to an announcement between the frame and the lanes, in one synchronous step: is it new,
 * which rules want it, write down what is owed, hand it over. Nothing here waits, logs or throws.
 */
import { type Announcement, identityOf, importanceOf } from './announcement.ts';
import type { Dedupe } from './dedupe.ts';
import type { Delivery } from './delivery/delivery.ts';
import { type AnnouncementFrame, type Receipt, toAnnouncement } from './feed/frames.ts';
import type { Router } from './routing/router.ts';

/** A destination, as far as intake is concerned. */
export interface Target {
  readonly forEachTicker: boolean;
  readonly maxAgeMs: number | false;
  push(delivery: Delivery): void;
}

export interface IntakeParts {
  readonly ids: (nowMs: number) => string;
  readonly dedupe: Dedupe;
  readonly journal: { record(announcement: Announcement, deliveries: readonly Delivery[]): void };
  readonly events: {
    received(announcement: Announcement, deliveries: readonly Delivery[]): void;
    duplicate(announcement: Announcement): void;
  };
}

/** The part that a reload replaces as a whole. */
export interface Routes {
  readonly router: Router;
  readonly targets: ReadonlyMap<string, Target>;
}

export class Intake {
  readonly #parts: IntakeParts;
  routes: Routes;

  constructor(parts: IntakeParts, routes: Routes) {
    this.#parts = parts;
    this.routes = routes;
  }

  accept(frame: AnnouncementFrame, receipt: Omit<Receipt, 'id'>): void {
    const { receivedMs } = receipt;
    const { ids, dedupe, journal, events } = this.#parts;
    const announcement = toAnnouncement(frame, { ...receipt, id: ids(receivedMs) });
    if (dedupe.isRepeat(identityOf(announcement), receivedMs)) return events.duplicate(announcement);

    const deliveries = deliveriesOf(announcement, this.routes, receivedMs);
    journal.record(announcement, deliveries);
    for (const delivery of deliveries) this.routes.targets.get(delivery.destination)?.push(delivery);
    events.received(announcement, deliveries);
  }
}

/** What is owed for an announcement, by today's rules. Pure: `replay` and `explain` ask the same question. */
export function deliveriesOf(
  announcement: Announcement,
  { router, targets }: Routes,
  receivedMs: number,
): Delivery[] {
  const deliveries: Delivery[] = [];
  const importance = importanceOf(announcement);
  for (const { destination, rule, template, tickers } of router.route(announcement)) {
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
