/**
 * The actions of somebody who runs the bridge, each defined once: HTTP (`web/app.ts`) and signals call them in
 * the running bridge; the command line calls them over HTTP (`cli/remote-operator.ts`), and for deliveries uses
 * the same operator on the store, so that it works while no bridge runs.
 */
import { DEFAULT_THRESHOLDS } from '../alerts/options.ts';
import type { ConditionWatch } from '../conditions/watch.ts';
import { destinationNames } from '../config/destination-names.ts';
import type { BudgetState } from '../delivery/budget-state.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { LaneReport } from '../lane-set.ts';
import type { KnownNames } from '../mutes/named.ts';
import { shownMutes } from '../mutes/shown.ts';
import type { DestinationFigures, Figures } from '../ops/destination-figures.ts';
import type { Injected } from '../ops/injected.ts';
import type { LastReload, ReloadSeen } from '../ops/last-reload.ts';
import type { Race } from '../ops/race.ts';
import type { AnnouncementHistory } from '../ops/recent-announcements.ts';
import type { Reloaded } from '../ops/reloaded.ts';
import type { RuleHitCounter } from '../ops/rule-hits.ts';
import { type Status, statusOf } from '../ops/status.ts';
import type { OpenStore } from '../outbox/store.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import { inTurns, loopTurns, type Steps, whole } from '../platform/steps.ts';
import type { Changer, ClusterOps, InspectedDestination, Inspector } from '../web/ops.ts';
import { bridgeState } from './bridge-state.ts';
import type { Clustering } from './clustering.ts';
import { DeliveryOperator } from './delivery-operator.ts';
import type { FeedSet } from './feed-set.ts';
import { inject } from './injection.ts';
import { inspectDestination } from './inspected-destination.ts';
import { createInspector } from './inspector.ts';
import { MuteOperator } from './mute-operator.ts';
import type { Muting } from './muting.ts';
import { createChanger } from './one-change.ts';
import type { RunningConfig } from './running-config.ts';
import type { TableSet } from './table-set.ts';
import { WaitingCounts } from './waiting-counts.ts';

export interface Operator extends Inspector, Changer {
  status(): Status;
  /** The same, with turns for others while it looks at thousands of lanes. */
  statusInTurns(): Promise<Status>;
  tables(): Status['tables'];
  cooldowns(): Status['cooldowns'];
  /** Of the last deliveries; `undefined`: none has ended since the start. */
  figures(destination: string): Figures | undefined;
  /** Its own budget, then those that it shares; none: there is no such destination. */
  budgets(destination: string): readonly BudgetState[];
  /** `undefined`: there is no such destination. */
  destination(name: string): InspectedDestination | undefined;
  /** Takes up the config file as it is now: all of it, or nothing. */
  reload(): Promise<Reloaded>;
  /** `undefined`: none since the start. */
  lastReload(): ReloadSeen | undefined;
  /** Takes an announcement as if a feed named `inject` had brought it (`injection.ts`). */
  inject(fields: Readonly<Record<string, unknown>>, real: boolean): Injected;
  readonly cluster: ClusterOps | undefined;
  /** Its changes are taken up within a second. */
  readonly deliveries: DeliveryOperator;
  /** Its changes are in force when it answers. */
  readonly mutes: MuteOperator;
}

export interface OperatorDeps {
  readonly version: string;
  readonly clock: Clock;
  /** When this life began, on that clock. */
  readonly startedMs: number;
  /** In use: another one in the config waits for a restart. */
  readonly store: Pick<OpenStore, 'path' | 'deliveries'>;
  readonly running: Pick<RunningConfig, 'report' | 'rejected' | 'config' | 'ready' | 'reload' | 'reconcile'>;
  readonly feeds: Pick<FeedSet, 'reports' | 'isListening'>;
  readonly pipeline: Pick<Pipeline, 'lanes' | 'journal' | 'intake' | 'mutes' | 'cooldowns'>;
  readonly muting: Pick<Muting, 'follow'>;
  readonly tables: Pick<TableSet, 'states'>;
  /** `undefined`: this bridge is alone. */
  readonly cluster?: Clustering | undefined;
  readonly seen: {
    readonly recent: AnnouncementHistory;
    readonly race: Race;
    readonly figures: DestinationFigures;
    readonly hits: RuleHitCounter;
    readonly lastReload: LastReload;
    readonly conditions: ConditionWatch;
  };
}

/** Each lane once, which is the most of a status: there may be thousands. */
function* lookingAtLanes(lanes: Pick<Pipeline['lanes'], 'reports'>): Steps<readonly LaneReport[]> {
  const seen: LaneReport[] = [];
  for (const { name, type, lane } of lanes.reports()) {
    seen.push({ name, type, lane });
    yield;
  }
  return seen;
}

export function createOperator(deps: OperatorDeps): Operator {
  const { version, clock, startedMs, running, feeds, pipeline, seen } = deps;
  const { lanes, journal, intake, mutes } = pipeline;
  const local = deps.store.deliveries;
  const deliveries = deps.cluster?.allDeliveries(local) ?? local;
  const operator = new DeliveryOperator({
    deliveries,
    nowMs: () => clock.monotonicMs(),
    destinations: () => ({
      options: new Map(Object.entries(running.config.destinations)),
      isComplete: true,
    }),
  });
  const waiting = new WaitingCounts({ journal, deliveries, clock });
  const names = (): KnownNames => ({
    rules: running.config.rules.map(({ name }) => name),
    destinations: destinationNames(running.config),
    isComplete: true,
  });
  const now = () => ({ nowMs: clock.monotonicMs(), wallMs: clock.wallMs(), names: names() });
  const inspector = createInspector({
    ...{ running, deliveries, hits: seen.hits, mutes, cooldowns: pipeline.cooldowns, clock },
  });
  const mutesInForce = () => (mutes.areOn ? shownMutes(mutes.inForce(clock.monotonicMs()), now()) : []);
  const company = deps.cluster && {
    ...{ targets: () => lanes.targets(true), holderOf: deps.cluster.holderOf },
    hold: (delivery: Delivery, nowMs: number) => (mutes.areOn ? mutes.hold(delivery, nowMs) : undefined),
  };
  const cooldowns = () => pipeline.cooldowns.shown(clock.monotonicMs());
  function statusWith(destinations: readonly LaneReport[]): Status {
    const config = running.report;
    return statusOf({
      ...{ version, startedMs, config, destinations },
      store: { path: deps.store.path, fault: journal.fault },
      feeds: feeds.reports,
      conditions: seen.conditions.seen(
        { ...bridgeState(deps), destinations, config },
        running.config.alerts ?? DEFAULT_THRESHOLDS,
      ),
      tables: deps.tables.states,
      mutes: mutesInForce(),
      cooldowns: cooldowns(),
      waiting: waiting.now(),
      announcements: seen.recent.announcements,
      race: seen.race.report,
      cluster: deps.cluster?.report,
      holderOf: deps.cluster?.holderOf,
      nowMs: clock.monotonicMs(),
    });
  }
  return {
    ...inspector,
    status: () => statusWith(whole(lookingAtLanes(lanes))),
    statusInTurns: async () => statusWith(await inTurns(lookingAtLanes(lanes), loopTurns(clock))),
    tables: () => deps.tables.states,
    cooldowns,
    figures: (destination) => seen.figures.of(destination),
    budgets: (destination) => lanes.budgets(destination, clock.monotonicMs()),
    destination: (name) =>
      inspectDestination(name, {
        ...{ lanes, config: running.config, hits: seen.hits, mutes: mutesInForce },
        ...{ waiting: () => waiting.now(), nowMs: clock.monotonicMs(), holderOf: deps.cluster?.holderOf },
      }),
    reload: () => running.reload(),
    lastReload: () => seen.lastReload.report,
    inject: (fields, real) => inject(fields, real, { intake, feeds, clock, company }),
    ...createChanger(operator),
    cluster: deps.cluster,
    deliveries: operator,
    mutes: new MuteOperator({
      ...{ store: deps.store.deliveries, names },
      nowMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      changed: () => {
        if (deps.muting.follow()) running.reconcile();
      },
    }),
  };
}
