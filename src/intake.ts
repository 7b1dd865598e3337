/**
 * The steps of an announcement between feed and lanes: is it new, which rules match; then, together with
 * everything else of the same read of the socket, write down the deliveries and hand them over. Nothing here
 * waits, logs or throws.
 */
import { type Announcement, identityOf, importanceOf } from './announcement.ts';
import type { Dedupe, First } from './dedupe.ts';
import { type Capped, describeCapped } from './delivery/capped.ts';
import { expiryWith, type NewsContent, newsOf } from './delivery/content.ts';
import { type AttemptRecord, type Delivery, keyOf } from './delivery/delivery.ts';
import { type Brakes, type HeldBack, heldBy, NONE_HELD, type Refused } from './delivery/held-back.ts';
import { mostValuableFirst, type Valued } from './delivery/value.ts';
import type { PreparedDestination } from './destinations/prepared.ts';
import type { News } from './feeds/news.ts';
import { DeliveryIds, deliveryKey, occurrenceOf } from './outbox/delivery-ids.ts';
import type { Recorded } from './outbox/outbox.ts';
import type { Match, Router, Routing } from './routing/router.ts';
import { MOST_TICKERS } from './routing/subject.ts';
import type { Tracer } from './routing/tracer.ts';

/** A destination, as far as intake is concerned. */
export interface Target extends Valued {
  readonly forEachTicker: boolean;
  /** Under `forEachTicker`, most requests for one announcement; absent: any number. */
  readonly maxTickers?: number;
  push(delivery: Delivery): void;
}

/** Of a destination as the config has it (`PreparedDestination`). */
export const targetOf = (
  {
    takesOrders,
    forEachTicker,
    maxTickers,
    options,
  }: Pick<PreparedDestination, 'takesOrders' | 'forEachTicker' | 'maxTickers' | 'options'>,
  push: Target['push'],
): Target => ({
  takesOrders,
  forEachTicker,
  ...(maxTickers !== undefined && { maxTickers }),
  maxAgeMs: options.maxAge,
  push,
});

/**
 * Deliveries handed over before the sockets have their turn. The first bite is small: its requests do not wait for those
 * of thousands. The others are large: in each turn the answers to earlier requests come before the next bite.
 */
const BITE = { first: 128, later: 1024 } as const;

export interface IntakeEvents {
  /** `rules`: every one that matched, also one that sends nothing. */
  received(announcement: Announcement, deliveries: readonly Delivery[], rules: readonly string[]): void;
  duplicate(announcement: Announcement, first: First): void;
  /** Held back; or it stands for all tickers beyond `maxTickers`. */
  skipped(held: HeldBack, nowMs: number): void;
}

export interface IntakeDeps {
  readonly ids: (nowMs: number) => string;
  readonly dedupe: Dedupe;
  readonly journal: {
    recordAll(recorded: readonly Recorded[]): void;
    settle(attempt: AttemptRecord): void;
  };
  /** Calls back once the sockets have had their turn. */
  readonly nextTurn: (callback: () => void) => void;
  readonly events: IntakeEvents;
  /** Absent: nothing is held back. */
  readonly brakes?: Brakes;
  /** Called with everything that was read, once the first of it has left. Absent: nobody else needs it. */
  readonly read?: (all: readonly Read[]) => void;
  /** The copy of that occurrence which another machine has read, however old it seems. Absent: there is none. */
  readonly known?: ((occurrence: string) => First | undefined) | undefined;
}

/** News, and the name of its occurrence (`occurrenceOf`). */
export interface Read {
  readonly content: NewsContent;
  readonly occurrence: string;
}

/** The part that a reload replaces as a whole. */
export interface Routes {
  readonly router: Router;
  readonly targets: ReadonlyMap<string, Target>;
  /** Absent: what the rules say is not kept. */
  readonly tracer?: Tracer;
}

/** Before the first config is in force. */
export const NOWHERE: Routes = {
  router: { route: () => ({ rules: [], matches: [] }), explain: () => [], explaining: () => [] },
  targets: new Map(),
};

/** The deliveries of one announcement. */
export interface Planned {
  /** Of all of them. */
  readonly content: NewsContent;
  readonly deliveries: readonly Delivery[];
  readonly capped: readonly Capped[];
}

/** News, and all that follows from it by the rules. */
export interface Taken extends Planned {
  /** Of `deliveries`, those that are on record and not handed over. */
  readonly held: ReadonlyMap<Delivery, Refused>;
  /** They are named after it. */
  readonly occurrence: string;
  /** Every rule that matched, also one that sends nothing. */
  readonly rules: readonly string[];
}

/** Read and routed, not yet on record. */
interface Routed extends Taken {
  readonly identity: string;
  readonly routing: Routing;
  /** Of the rules that decided it. */
  readonly tracer: Tracer | undefined;
  readonly targets: Routes['targets'];
}

/** The next to be handed over. */
interface Place {
  readonly routed: readonly Routed[];
  announcement: number;
  delivery: number;
}

const routedAt = ({ routed, announcement }: Place): Routed | undefined => routed[announcement];

export class Intake {
  readonly #deps: IntakeDeps;
  routes: Routes;
  #routed: Routed[] = [];

  constructor(deps: IntakeDeps, routes: Routes) {
    this.#deps = deps;
    this.routes = routes;
  }

  /** On record and handed over when this returns. */
  accept(news: News): Taken | First {
    const taken = this.take(news);
    this.handOver(Number.POSITIVE_INFINITY);
    return taken;
  }

  /**
   * On record and handed over together with what else the same read of the socket brings: by `handOver`, at the latest in a microtask.
   * `targets`: those that may get it, of the ones in force.
   */
  take(news: News, targets = this.routes.targets): Taken | First {
    const { receivedMs } = news;
    const { ids, dedupe, events, brakes, known } = this.#deps;
    const announcement: Announcement = { ...news, id: ids(receivedMs) };
    const identity = identityOf(announcement);
    const occurrence = occurrenceOf(announcement, identity, dedupe.windowMs);
    const first = dedupe.firstOf(announcement, identity) ?? known?.(occurrence);
    if (first !== undefined) {
      events.duplicate(announcement, first);
      return first;
    }
    const { router, tracer } = this.routes;
    const routing = router.route(announcement);
    const planned = deliveriesOf(announcement, routing.matches, targets, receivedMs, occurrence);
    const held = brakes?.areOn ? heldBy(brakes, planned.deliveries, receivedMs) : NONE_HELD;
    const routed = { ...planned, held, identity, occurrence, rules: routing.rules, routing, tracer, targets };
    if (this.#routed.push(routed) === 1) queueMicrotask(this.#readHasEnded);
    return routed;
  }

  readonly #readHasEnded = (): void => this.handOver();

  /**
   * The socket's read has been taken apart: for one frame at once, for the frames of a burst in one transaction. All are on record before the
   * first is handed over. `bite`: so many deliveries at once, before the sockets have their turn.
   */
  handOver(bite: number = BITE.first): void {
    const routed = this.#routed;
    if (routed.length === 0) return;
    this.#routed = [];
    const { journal, events } = this.#deps;
    journal.recordAll(routed.map(recordedOf));
    // Before the lanes speak of it; what listens is called after the sends.
    for (const { content, deliveries, rules } of routed)
      events.received(content.announcement, deliveries, rules);
    // A notice read together with a listing must not take the last place of a limit.
    if (routed.length > 1) routed.sort(mostImportantFirst);
    if (this.#deps.read !== undefined) this.#tell(routed, this.#deps.read);
    this.#push({ routed, announcement: 0, delivery: 0 }, bite);
  }

  /** Requests over used connections leave in the next turn, so this comes one later; of very many, before the second bite. */
  #tell(routed: readonly Routed[], read: (all: readonly Read[]) => void): void {
    const { nextTurn } = this.#deps;
    const tell = () => read(routed);
    const count = routed.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    nextTurn(count === 0 || count > BITE.first ? tell : () => nextTurn(tell));
  }

  /** From a place on. */
  #push(place: Place, bite: number): void {
    let left = bite;
    for (let routed = routedAt(place); routed !== undefined; routed = routedAt(place)) {
      const { content, deliveries, capped, held } = routed;
      for (; place.delivery < deliveries.length; place.delivery++, left--) {
        if (left === 0) return this.#deps.nextTurn(() => this.#push(place, BITE.later));
        const delivery = deliveries[place.delivery];
        if (delivery === undefined || (held.size > 0 && held.has(delivery))) continue;
        this.routes.targets.get(delivery.destination)?.push(delivery);
      }
      const { receivedMs } = content.announcement;
      for (const [delivery, refused] of held) this.#skip({ delivery, ...refused }, receivedMs);
      for (const one of capped) {
        const detail = describeCapped(one);
        this.#skip({ delivery: one.delivery, reason: 'max_tickers', detail }, receivedMs);
      }
      place.announcement++;
      place.delivery = 0;
    }
  }

  #skip(held: HeldBack, nowMs: number): void {
    const { delivery, reason, detail, heldBy } = held;
    this.#deps.journal.settle({
      deliveryKey: keyOf(delivery),
      attempt: 0,
      startedMs: nowMs,
      durationMs: 0,
      outcome: `skipped ${reason}`,
      status: undefined,
      detail,
      state: 'skipped',
      reason,
      notBeforeMs: 0,
      plain: false,
      ...(heldBy !== undefined && { heldBy }),
    });
    this.#deps.events.skipped(held, nowMs);
  }
}

const mostImportantFirst = (a: Routed, b: Routed): number =>
  importanceOf(b.content.announcement) - importanceOf(a.content.announcement);

function recordedOf(routed: Routed): Recorded {
  const { content, identity, occurrence, deliveries, capped } = routed;
  if (capped.length === 0) return { content, identity, occurrence, deliveries, traced: routed };
  // Not in the order in which they were named.
  const all = [...deliveries, ...capped.map(({ delivery }) => delivery)];
  return { content, identity, deliveries: all, traced: routed };
}

/**
 * The deliveries of an announcement, by the current rules, the most valuable first. Pure: `replay` and `explain` use it too.
 * `occurrence`: what its deliveries are named after; left out where none is sent.
 */
export function deliveriesOf(
  announcement: Announcement,
  matches: readonly Match[],
  targets: Routes['targets'],
  receivedMs: number,
  occurrence = announcement.id,
): Planned {
  const content = newsOf(announcement);
  const ids = new DeliveryIds(occurrence);
  const deliveries: Delivery[] = [];
  const capped: Capped[] = [];
  const importance = importanceOf(announcement);
  const ordered = mostValuableFirst(matches, ({ destination }) => targets.get(destination));
  for (const { destination, rule, template, tickers } of ordered) {
    const target = targets.get(destination);
    if (target === undefined) continue;
    const expiresAtMs = expiryWith(target.maxAgeMs, {
      receivedMs,
      ageAtReceiptMs: announcement.ageAtReceiptMs,
    });
    // A redacted announcement names no ticker that could be traded, whatever its fields say.
    const wanted = target.forEachTicker ? (announcement.redacted ? [] : tickers) : [undefined];
    const { maxTickers = wanted.length } = target;
    const make = (ticker: string | undefined): Delivery => {
      const id = ids.of(destination, ticker);
      const key = deliveryKey(announcement.id, deliveries.length + capped.length);
      return { id, key, content, destination, rule, template, ticker, importance, expiresAtMs };
    };
    // The first ones: the order of the feed is the order of the exchange's words.
    const isCapped = wanted.length > maxTickers;
    for (const ticker of isCapped ? wanted.slice(0, maxTickers) : wanted) deliveries.push(make(ticker));
    if (isCapped) {
      const all = announcement.tickers.length;
      // Beyond `MOST_TICKERS` nobody asked which of them fit.
      const total = all > MOST_TICKERS ? all : wanted.length;
      capped.push({ delivery: make(undefined), skipped: tickers.slice(maxTickers), maxTickers, total });
    }
  }
  return { content, deliveries, capped };
}
