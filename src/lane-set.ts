/**
 * The lanes of the running config, one for each destination, by name. A reload leaves alone what has not
 * changed: the lane, its queue and, unless its own options changed, its open connections.
 */
import type { BudgetBook, Claims, DestinationBudgets } from './delivery/budget-book.ts';
import type { BudgetState } from './delivery/budget-state.ts';
import type { Content } from './delivery/content.ts';
import type { PendingDelivery } from './delivery/delivery.ts';
import type { Gate } from './delivery/gate.ts';
import type { Refused } from './delivery/held-back.ts';
import { Lane } from './delivery/lane.ts';
import type { LaneDeps, LaneEvents, LaneJournal, LaneStatus } from './delivery/lane-deps.ts';
import { nextTryMs } from './delivery/next-try.ts';
import type { TodaysMatch } from './delivery/renewal.ts';
import { ReservePlaces } from './delivery/reserve.ts';
import type { Tenure } from './delivery/tenure.ts';
import type { Destination, DestinationDeps } from './destinations/destination.ts';
import { openDestination } from './destinations/opening.ts';
import type { PreparedDestination } from './destinations/prepared.ts';
import { type Target, targetOf } from './intake.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import { fingerprint } from './platform/secret.ts';

export interface LaneSetDeps {
  readonly journal: LaneJournal & {
    /** By the names of destinations that have something pending; `undefined` while the store cannot be read. */
    waiting(): ReadonlyMap<string, unknown> | undefined;
  };
  readonly budgets: BudgetBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly depsOf: (limits: DestinationBudgets) => Omit<DestinationDeps, 'name'>;
  readonly events: LaneEvents;
  openFailed(destination: string, error: unknown): void;
  readonly turns: Turns;
  /** For deliveries of rules with a cooldown; `undefined`: no such rule sends there. */
  readonly gateOf?: (destination: string) => Gate | undefined;
  /** Of several machines that share the work, whether and how long this one sends there; absent: it is the only one. */
  readonly tenureOf?: ((limits: DestinationBudgets) => Tenure) | undefined;
  /** Holds back what waits; absent: nothing does. */
  readonly holdWaiting?: (item: PendingDelivery, nowMs: number) => Refused | undefined;
}

/** When destinations may be opened: the feeds go first. */
export interface Turns {
  /** Webhooks: cheap to open, and what they get may be an order. */
  readonly orders: Promise<void>;
  readonly rest: Promise<void>;
}

/** The rule by which a destination gets an announcement or an alert; `undefined` = it does not. `madeBy`: the rule of a delivery that waits. */
export type Wanted = (content: Content, destination: string, madeBy?: string) => TodaysMatch | undefined;

/** A destination as it is: its lane's state is taken when it is looked at, so that thousands cost little to list. */
export interface LaneReport {
  readonly name: string;
  readonly type: string;
  readonly lane: LaneStatus;
}

/** The obstacles before a lane. */
export interface Outlook {
  /** Its own budget, then those that it shares. */
  readonly budgets: readonly BudgetState[];
  /** `nextTryMs` */
  readonly nextTryMs: number | undefined;
}

interface Running {
  readonly report: LaneReport;
  readonly claims: Claims;
  readonly lane: Lane;
  readonly destination: Destination<unknown>;
  readonly prepared: PreparedDestination;
}

/** By name. */
export interface Applied {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Resolves when the removed lanes have let go; their pending deliveries are in the outbox. */
  readonly retired: (deadline: AbortSignal) => Promise<void>;
}

export class LaneSet {
  readonly #deps: LaneSetDeps;
  readonly #running = new Map<string, Running>();
  /** Of webhooks that are neither open yet nor have failed to open. */
  readonly #opening = new Set<Promise<void>>();
  readonly #reservePlaces = new ReservePlaces();
  #wanted: Wanted = () => undefined;

  constructor(deps: LaneSetDeps) {
    this.#deps = deps;
  }

  reports(): readonly LaneReport[] {
    return Array.from(this.#running.values(), ({ report }) => report);
  }

  get size(): number {
    return this.#running.size;
  }

  report(destination: string): LaneReport | undefined {
    return this.#running.get(destination)?.report;
  }

  /** None: there is no such destination. */
  budgets(destination: string, nowMs: number): readonly BudgetState[] {
    const claims = this.#running.get(destination)?.claims;
    return claims === undefined ? [] : [claims.own, ...claims.shared.values()].map((one) => one.state(nowMs));
  }

  /** Looks through everything of one lane that is in memory. */
  outlook(destination: string, nowMs: number): Outlook | undefined {
    const running = this.#running.get(destination);
    if (running === undefined) return undefined;
    const budgets = this.budgets(destination, nowMs);
    return { budgets, nextTryMs: nextTryMs(running.lane, running.prepared.options, budgets, nowMs) };
  }

  lane(destination: string): Lane | undefined {
    return this.#running.get(destination)?.lane;
  }

  prepared(destination: string): PreparedDestination | undefined {
    return this.#running.get(destination)?.prepared;
  }

  /** For intake; of several machines, those to which this one sends, unless `ofAll`. */
  targets(ofAll = false): ReadonlyMap<string, Target> {
    const targets = new Map<string, Target>();
    for (const [name, { lane, prepared }] of this.#running) {
      if (!ofAll && this.#deps.tenureOf?.(prepared.limits).isOpen === false) continue;
      targets.set(
        name,
        targetOf(prepared, (delivery) => lane.push(delivery)),
      );
    }
    return targets;
  }

  /**
   * Synchronous, so that no announcement meets half of a config. New lanes do not take up old work before `refill`.
   * `wanted`: by which rule (or `alerts`) a destination gets what, today.
   */
  apply(destinations: readonly PreparedDestination[], wanted: Wanted): Applied {
    this.#wanted = wanted;
    const added: string[] = [];
    const changed: string[] = [];
    // All of them before the first lane sends anything: one may hold another back.
    const claims = this.#deps.budgets.claim(destinations);
    for (const prepared of destinations) {
      const { name } = prepared;
      const claimed = claims.get(name);
      if (claimed === undefined) continue;
      const before = this.#running.get(name);
      if (before === undefined) {
        added.push(name);
        this.#start(prepared, claimed);
      } else if (this.#change(before, prepared, claimed)) changed.push(name);
    }
    const names = new Set(destinations.map(({ name }) => name));
    const gone = [...this.#running].filter(([name]) => !names.has(name));
    for (const [name] of gone) this.#running.delete(name);
    return {
      added,
      changed,
      removed: gone.map(([name]) => name),
      retired: async (deadline) => {
        for (const [, { lane }] of gone) lane.recall();
        await Promise.all(gone.map(([, running]) => retire(running, deadline)));
      },
    };
  }

  /** The destinations with their lanes. */
  running(): IteratorObject<{ readonly lane: Lane; readonly prepared: PreparedDestination }> {
    return this.#running.values();
  }

  /** Every delivery that is in memory. */
  *held(): Generator<PendingDelivery> {
    for (const { lane } of this.#running.values()) yield* lane.held;
  }

  /** At the start, after a reload, and when the store can be read again. */
  refill(): void {
    this.#deps.budgets.takeUp();
    const mayHaveWork = this.#workIn();
    for (const [name, { lane }] of this.#running)
      if (mayHaveWork(name, lane)) lane.refill();
      else lane.wake();
  }

  /** Somebody else changed the store, or holds back what waits (a mute). */
  reconcile(): void {
    const mayHaveWork = this.#workIn();
    for (const [name, { lane }] of this.#running)
      if (mayHaveWork(name, lane)) lane.reconcile();
      else lane.resume();
  }

  /** Asks the store once: of thousands of lanes hardly any has something pending, and each would ask for itself. */
  #workIn(): (name: string, lane: Lane) => boolean {
    const waiting = this.size === 0 ? undefined : this.#deps.journal.waiting();
    return (name, { status: { held, behind } }) =>
      waiting === undefined || waiting.has(name) || held > 0 || behind;
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => retire(running, deadline)));
  }

  #start(prepared: PreparedDestination, claims: Claims): void {
    const destination = this.#open(prepared);
    const lane = new Lane(this.#laneParts(prepared, destination, claims));
    const report = reportOf(prepared, lane);
    this.#running.set(prepared.name, { lane, destination, prepared, claims, report });
  }

  /** True if its own options changed; a template or a rule may have changed in any case. */
  #change(
    { lane, destination, prepared: before }: Running,
    prepared: PreparedDestination,
    claims: Claims,
  ): boolean {
    const same = fingerprint(before.options) === fingerprint(prepared.options);
    const next = same ? destination : this.#open(prepared);
    const ended = lane.reconfigure(this.#laneParts(prepared, next, claims));
    if (!same) void ended.then(() => destination.close());
    const report = reportOf(prepared, lane);
    this.#running.set(prepared.name, { lane, destination: next, prepared, claims, report });
    return !same;
  }

  /** When every webhook is open, or could not be opened. */
  async opened(): Promise<void> {
    await Promise.all(this.#opening);
  }

  #open(prepared: PreparedDestination): Destination<unknown> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (prepared.takesOrders) this.#opening.add(promise);
    void promise.then(() => this.#opening.delete(promise));
    const deps = this.#deps.depsOf(prepared.limits);
    return openDestination(
      () => prepared.open(deps),
      (error) => {
        resolve();
        this.#deps.openFailed(prepared.name, error);
      },
      deps.redact,
      prepared.takesOrders ? this.#deps.turns.orders : this.#deps.turns.rest,
      () => {
        resolve();
        this.lane(prepared.name)?.wake();
      },
    );
  }

  #laneParts(
    prepared: PreparedDestination,
    destination: Destination<unknown>,
    { own, shared }: Claims,
  ): LaneDeps {
    const { journal, clock, random, events, holdWaiting } = this.#deps;
    const { name, options, forEachTicker, maxTickers, render, renderDefault } = prepared;
    const [tenure, gate] = [this.#deps.tenureOf?.(prepared.limits), this.#deps.gateOf?.(name)];
    const wanted = this.#wanted;
    return {
      ...{ name, options, forEachTicker, sender: destination },
      ...(maxTickers !== undefined && { maxTickers }),
      ...(gate !== undefined && { gate }),
      ...(tenure !== undefined && { tenure }),
      match: ({ content, rule }) => wanted(content, name, rule),
      ...(holdWaiting && { heldBack: (item: PendingDelivery) => holdWaiting(item, clock.monotonicMs()) }),
      ...{ render, renderDefault, journal, clock, random, events },
      ...{ ownBudget: own, sharedBudgets: shared, reservePlaces: this.#reservePlaces },
    };
  }
}

const reportOf = ({ name, options: { type } }: PreparedDestination, lane: Lane): LaneReport => ({
  name,
  type,
  get lane() {
    return lane.status;
  },
});

async function retire({ lane, destination }: Running, deadline: AbortSignal): Promise<void> {
  await lane.stop(deadline);
  await destination.close();
}
