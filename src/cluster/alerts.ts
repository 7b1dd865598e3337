/**
 * Alerts of a node reach destinations that others hold, and of what all nodes see there is one: through the log, with their deliveries. The holder claims each before
 * it takes it up, so that one that comes in the middle of a hand-over has one sender.
 */
import type { AlertContent } from '../delivery/content.ts';
import { type Delivery, UNDER_WAY } from '../delivery/delivery.ts';
import type { LaneSet } from '../lane-set.ts';
import { contentIn, type StoredBody, storedBody } from '../outbox/content-rows.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import { Batches } from './batches.ts';
import type { Holdings } from './holdings.ts';
import { type LogEntry, type LogRow, type PlannedDelivery, type Shared, SharedError } from './shared.ts';
import type { Tenures } from './tenures.ts';

/** A holder that comes later than that does not take it up. */
const FRESH_MS = 10 * 60_000;

/** Nodes see the same thing so far apart, at most. */
const SAME_MS = 5 * 60_000;

/** That are kept, of all nodes. */
const MOST_KEPT = 500;

export interface AlertsDeps {
  readonly shared: Pick<Shared, 'append' | 'begin'>;
  readonly clock: Clock;
  readonly node: string;
  readonly pipeline: Pick<Pipeline, 'journal' | 'intake'> & { readonly lanes: Pick<LaneSet, 'prepared'> };
  readonly tenures: Tenures;
  readonly holdings: Holdings;
}

interface Told {
  readonly content: AlertContent;
  readonly deliveries: readonly Delivery[];
  readonly sameAs: string | undefined;
}

interface Heard {
  readonly content: AlertContent;
  /** Not taken up by anybody, for all that is known here. */
  readonly open: Set<PlannedDelivery>;
}

export class Alerts {
  readonly #deps: AlertsDeps;
  readonly #batches: Batches<Told>;
  /** By key, oldest first. */
  readonly #heard = new Map<string, Heard>();
  #isTaking = false;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    this.#batches = new Batches({
      clock: deps.clock,
      delayMs: 0,
      send: async (items) => {
        await deps.shared.append(items.map((item) => this.#entryOf(item)));
      },
    });
  }

  /** `sameAs`: another that says the same, a moment before or after, is this one. */
  tell(content: AlertContent, deliveries: readonly Delivery[], sameAs?: string): void {
    const { lanes } = this.#deps.pipeline;
    const known = deliveries.filter(({ destination }) => lanes.prepared(destination) !== undefined);
    if (known.length > 0) this.#batches.add({ content, deliveries: known, sameAs });
  }

  /** Of the log; news is none of it. */
  arrived(row: Omit<LogRow, 'seq'>): void {
    if (this.#heard.has(row.key)) return;
    const content = contentIn(JSON.parse(row.body) as StoredBody);
    if (content.kind !== 'alert') return;
    const raisedMs = this.#deps.clock.monotonicMs() - Math.max(0, row.ageMs);
    const alert = { ...content.alert, raisedMs };
    this.#heard.set(row.key, { content: { kind: 'alert', alert }, open: new Set(row.plan) });
    const [oldest] = this.#heard.keys();
    if (oldest !== undefined && this.#heard.size > MOST_KEPT) this.#heard.delete(oldest);
    void this.look();
  }

  /** Takes up those for destinations that are held here now. */
  async look(): Promise<void> {
    this.#batches.now();
    if (this.#isTaking) return;
    this.#isTaking = true;
    const sinceMs = this.#deps.clock.monotonicMs() - FRESH_MS;
    try {
      for (const heard of this.#heard.values())
        if (heard.open.size > 0 && heard.content.alert.raisedMs > sinceMs) await this.#take(heard);
    } catch (error) {
      // The next view, a second later, tries again.
      if (!(error instanceof SharedError)) throw error;
    } finally {
      this.#isTaking = false;
    }
  }

  stop(): void {
    this.#batches.stop();
  }

  async #take({ content, open }: Heard): Promise<void> {
    const { shared, node, holdings, tenures } = this.#deps;
    const mine = [...open].filter(({ partition }) => !tenures.at(partition).isShut);
    if (mine.length === 0) return;
    const claims = mine.map(({ id, destination, partition, rule }) => ({
      ...{ id, key: content.alert.id, destination, partition, rule, node, attempts: 0, ageMs: 0 },
      ...{ epoch: holdings.epochOf(partition), claim: 1, state: 'begun' as const, reason: UNDER_WAY },
      ...{ isRepeatable: false, isByHand: false },
    }));
    const given = await shared.begin(claims);
    const isHeld = ({ partition }: PlannedDelivery, at: number) =>
      holdings.epochOf(partition) === claims[at]?.epoch;
    // Held all the time, and not given: another has it.
    for (const [at, planned] of mine.entries())
      if (given.has(planned.id) || isHeld(planned, at)) open.delete(planned);
    this.#push(
      content,
      mine.filter(({ id }) => given.has(id)),
    );
  }

  #push(content: AlertContent, planned: readonly PlannedDelivery[]): void {
    const { journal, intake } = this.#deps.pipeline;
    const { targets } = intake.routes;
    const deliveries = planned
      .filter(({ destination }) => targets.has(destination))
      .map(
        ({ id, destination, rule, lifeMs }): Delivery => ({
          ...{ id, content, destination, rule, template: undefined, ticker: undefined, importance: -1 },
          expiresAtMs: lifeMs === undefined ? undefined : content.alert.raisedMs + lifeMs,
        }),
      );
    if (deliveries.length === 0) return;
    journal.record(content, deliveries);
    for (const delivery of deliveries) targets.get(delivery.destination)?.push(delivery);
  }

  #entryOf({ content, deliveries, sameAs }: Told): LogEntry {
    const { clock, node, pipeline, tenures } = this.#deps;
    const { id, raisedMs } = content.alert;
    const plan = deliveries.flatMap((delivery): PlannedDelivery[] => {
      const { limits } = pipeline.lanes.prepared(delivery.destination) ?? {};
      if (limits === undefined) return [];
      const { id: name, destination, rule, expiresAtMs } = delivery;
      const partition = tenures.partition(limits);
      return [
        {
          ...{ id: name, destination, rule, partition },
          ...(expiresAtMs !== undefined && { lifeMs: expiresAtMs - raisedMs }),
        },
      ];
    });
    return {
      ...{ key: id, windowMs: SAME_MS, node, ageMs: clock.monotonicMs() - raisedMs, isLate: false, plan },
      ...(sameAs !== undefined && { identity: `alert ${sameAs}` }),
      ...{ body: JSON.stringify(storedBody(content)), importance: -1 },
    };
  }
}
