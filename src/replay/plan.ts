/**
 * Stored announcements by the rules of today once more: where each would go now beside where it went, and which of that may be
 * sent. The rules see it at its own time. Pure.
 */
import type { Announcement } from '../announcement.ts';
import { kindsOf } from '../cooldown/kinds.ts';
import { describeCapped } from '../delivery/capped.ts';
import { type NewsContent, originOf } from '../delivery/content.ts';
import { type Delivery, keyOf } from '../delivery/delivery.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import { deliveriesOf, targetOf } from '../intake.ts';
import type { FoundDelivery } from '../outbox/deliveries.ts';
import { isSameSubject } from '../outbox/replay-rows.ts';
import type { Router, RuleCooldown } from '../routing/router.ts';
import { type Fate, type FateDeps, fateOf } from './fate.ts';

export interface ReplayDeps extends Omit<FateDeps, 'isComplete'> {
  readonly router: Pick<Router, 'route'>;
  readonly destinations: readonly PreparedDestination[];
  /** By rule. */
  readonly cooldowns: ReadonlyMap<string, RuleCooldown>;
  /** As `outbox/delivery-ids.ts` has it: its deliveries are named after it. */
  occurrenceOf(announcement: Announcement): string;
  /** Only these deliveries are of interest. */
  isWanted(delivery: Delivery): boolean;
}

export interface Replayed {
  readonly announcement: Announcement;
  readonly deliveries: readonly ReplayedDelivery[];
  /** Those of then that no rule of today asks for. */
  readonly noLonger: readonly FoundDelivery[];
  /** Tickers beyond `maxTickers`. */
  readonly capped: readonly { readonly destination: string; readonly reason: string }[];
  /** A destination of then or now is not one of the other. */
  readonly goesElsewhere: boolean;
}

export interface ReplayedDelivery {
  readonly delivery: Delivery;
  /** The latest of then; absent: there was none. */
  readonly before?: FoundDelivery;
  /** Those of its announcement and destination that say the same. */
  readonly related: readonly FoundDelivery[];
  readonly fate: Fate;
}

/** Plans one announcement after the other, the newest first; of one kind under a cooldown it sends the newest. */
export class ReplayPlanner {
  readonly #deps: ReplayDeps;
  readonly #targets: ReadonlyMap<string, ReturnType<typeof targetOf>>;
  readonly #byName: ReadonlyMap<string, PreparedDestination>;
  /** Ids of what this replay sends. */
  readonly #sent = new Set<string>();
  /** By kind: whose it is in this replay. */
  readonly #cooling = new Map<string, string>();

  constructor(deps: ReplayDeps) {
    this.#deps = deps;
    this.#targets = new Map(deps.destinations.map((one) => [one.name, targetOf(one, () => undefined)]));
    this.#byName = new Map(deps.destinations.map((one) => [one.name, one]));
  }

  /** `rows`: all deliveries of the announcement that are there. `isComplete`: to that destination there were no others. */
  plan(
    announcement: Announcement,
    rows: readonly FoundDelivery[],
    isComplete: (destination: string) => boolean,
  ): Replayed {
    const { router, occurrenceOf, isWanted } = this.#deps;
    const { matches } = router.route(announcement);
    const occurrence = occurrenceOf(announcement);
    const { receivedMs } = announcement;
    const planned = deliveriesOf(announcement, matches, this.#targets, receivedMs, occurrence);
    const wanted = planned.deliveries.filter(isWanted);
    const wantedRows = rows.filter(({ delivery }) => isWanted(delivery.delivery));
    const byDestination = Map.groupBy(rows, ({ delivery }) => delivery.delivery.destination);
    const deliveries = wanted.flatMap((delivery) => {
      const destination = this.#byName.get(delivery.destination);
      const news = { ...delivery, content: planned.content };
      const own = byDestination.get(delivery.destination) ?? [];
      return destination === undefined
        ? []
        : [this.#planned(news, destination, own, isComplete(delivery.destination))];
    });
    const now = new Set(planned.deliveries.map(targetText));
    const noLonger = wantedRows.filter(({ delivery }) => !now.has(targetText(delivery.delivery)));
    return {
      announcement,
      deliveries,
      noLonger,
      capped: planned.capped
        .filter(({ delivery }) => isWanted(delivery))
        .map((capped) => ({ destination: capped.delivery.destination, reason: describeCapped(capped) })),
      goesElsewhere: noLonger.length > 0 || deliveries.some(({ before }) => before === undefined),
    };
  }

  #planned(
    delivery: Delivery & { readonly content: NewsContent },
    destination: PreparedDestination,
    rows: readonly FoundDelivery[],
    isComplete: boolean,
  ): ReplayedDelivery {
    const related = rows.filter((found) => isSameSubject(delivery.ticker, found.delivery.delivery.ticker));
    const before = rows.findLast((found) => targetText(found.delivery.delivery) === targetText(delivery));
    const fate = this.#fateAmongOthers(
      delivery,
      fateOf(delivery, destination, related, rows.length, { ...this.#deps, isComplete }),
    );
    return { delivery, related, fate, ...(before !== undefined && { before }) };
  }

  #fateAmongOthers(delivery: Delivery, fate: Fate): Fate {
    if (!('sends' in fate)) return fate;
    // Stored twice, it is one: to its receiver the id is the same.
    if (this.#sent.has(fate.sends.id)) return { leftOut: 'pending', detail: 'this replay sends it already' };
    const cooled = this.#cooled(delivery);
    if (cooled === undefined) this.#sent.add(fate.sends.id);
    return cooled ?? fate;
  }

  #cooled(delivery: Delivery): Fate | undefined {
    const rule = this.#deps.cooldowns.get(delivery.rule);
    if (rule === undefined) return undefined;
    // As a cooldown itself sees it: the tickers of one announcement are one title.
    const owner = rule.by === 'ticker' ? keyOf(delivery) : originOf(delivery.content).id;
    const kinds = kindsOf(delivery, rule).map((kind) =>
      JSON.stringify([delivery.rule, delivery.destination, kind]),
    );
    const isTaken = (kind: string) => (this.#cooling.get(kind) ?? owner) !== owner;
    if (kinds.length > 0 && kinds.every(isTaken))
      return { leftOut: 'cooldown', detail: 'a later one of its kind is in this replay' };
    for (const kind of kinds) if (!isTaken(kind)) this.#cooling.set(kind, owner);
    return undefined;
  }
}

const targetText = ({ destination, ticker }: Pick<Delivery, 'destination' | 'ticker'>): string =>
  JSON.stringify([destination, ticker]);
