/**
 * The composition root: the parts in the order in which an announcement moves through them, each with its disposal on
 * the next line. They are taken down in the order feeds, lanes, server, store, so that nothing is read that cannot be
 * kept.
 */
import { PoolRegistry } from '../http/pool-registry.ts';
import { startRetention } from '../outbox/retention.ts';
import { openStore } from '../outbox/store.ts';
import { createPipeline } from '../pipeline.ts';
import type { Log } from '../platform/log.ts';
import { LoopDelay } from '../platform/loop-delay.ts';
import { mostOpenFiles } from '../platform/open-files.ts';
import type { Random } from '../platform/random.ts';
import { LatestRedactor, type Redactor } from '../platform/secret.ts';
import { Timeline } from '../platform/timeline.ts';
import { Rehearsal } from '../rehearsal/rehearsal.ts';
import { createAlerts } from './alerting.ts';
import { clusterOf } from './cluster-of.ts';
import { goOn } from './earlier-life.ts';
import { closingOf, Ending } from './ending.ts';
import { createFeeds } from './feeding.ts';
import { FirstSecond } from './first-second.ts';
import { keepHistory } from './history.ts';
import { Muting } from './muting.ts';
import { createObservers } from './observers.ts';
import { createOperator, type Operator } from './operator.ts';
import { makeReady, outlineOf, type SoundConfig } from './ready-config.ts';
import { rehearseAfter } from './rehearsing.ts';
import { RunningConfig, type RunningConfigDeps } from './running-config.ts';
import { serve } from './serving.ts';
import { TableSet } from './table-set.ts';
import { type WatchingDeps, watching } from './watching.ts';

export interface DaemonDeps extends Pick<WatchingDeps, 'disk'>, Pick<RunningConfigDeps, 'load' | 'clock'> {
  readonly first: SoundConfig;
  /** `redact` knows the secrets of the config in force. */
  readonly createLog: (redact: Redactor) => Log;
  readonly random: Random;
  readonly version: string;
  /** `ClusteringDeps` */
  readonly alone?: boolean;
}

export interface Daemon extends Operator {
  /** Where the HTTP side is; `undefined` with `server: false`. */
  readonly url: string | undefined;
  /** When the first announcement would go as fast as any later one; also when it cannot be rehearsed. */
  readonly warm: Promise<void>;
  /** Stops reading, lets sends in flight end (`shutdownTimeout`), keeps the rest in the outbox. */
  stop(): Promise<void>;
}

/** Throws `StoreError` or `ServerError` for faults that a person has to fix. */
export async function startDaemon({ load, random, version, ...deps }: DaemonDeps): Promise<Daemon> {
  const clock = new Timeline(deps.clock);
  const ending = new Ending(clock);
  const shutDown = new AsyncDisposableStack();
  try {
    const first = makeReady(deps.first);
    const { store: keeping, dedupeWindow: dedupeWindowMs } = first.config;
    const redactor = new LatestRedactor(first.redact);
    const { redact } = redactor;
    const log = deps.createLog(redact);
    const { bus, events, ...seen } = createObservers(clock, log);
    shutDown.defer(() => bus.end());
    const store = openStore(keeping.path, clock, events.storeReplaced, events.journal.refused);
    shutDown.defer(() => store.close());
    const { recovered, startedMs } = goOn(store.outbox, clock, dedupeWindowMs, bus.publish);
    const cluster = await clusterOf(first.config.cluster, { version, clock, random, alone: deps.alone });
    const turns = new FirstSecond(bus, clock);
    const pools = new PoolRegistry({ clock }, mostOpenFiles());
    const written = () => store.sync.request();
    const usable = () => running.takeUp();
    const pipeline = createPipeline({
      ...{ outbox: store.outbox, recovered, clock, random, dedupeWindowMs, cluster: cluster?.tenures },
      events: { ...events, journal: { ...events.journal, written, usable } },
      outside: { redact, version, turns, advise: events.advise, pools },
    });
    const { journal, budgets, lanes } = pipeline;
    const closeJournal = closingOf(journal, bus);
    shutDown.defer(closeJournal);
    const retention = startRetention(journal, keeping.retention, () => budgets.reachMs, clock);
    shutDown.defer(() => retention.cancel());
    shutDown.adopt(keepHistory({ store, journal, clock, startedMs, bus, ...keeping }), (it) => it.cancel());
    const loop = shutDown.adopt(new LoopDelay(clock), (it) => it.stop());
    loop.start();
    const rehearsal = shutDown.adopt(new Rehearsal(clock, events.rehearsalFailed), (it) => it.stop());
    const feeds = createFeeds({ pipeline, rehearsal, turns, loop, events, clock, random, redact, cluster });
    const more = { clock, publish: bus.publish, turn: turns.rest, deliveries: store.deliveries };
    const tables = shutDown.use(new TableSet({ random, version, storePath: store.path, ...more }));
    const running = new RunningConfig(first, { load, pipeline, feeds, tables, redactor, ...more });
    const muting = shutDown.use(new Muting({ pipeline, deliveries: store.deliveries, clock, bus }));
    const parts = { running, feeds, pipeline, tables, muting, clock, redactor, cluster };
    const operator = createOperator({ version, startedMs, store, seen, ...parts });
    const alerts = createAlerts({ bus, redact, log, ...parts, ...seen });
    const server = await serve(first.config.server, { operator, lanes, bus, version, log, ...parts });
    shutDown.defer(() => server.close());

    // Everything stands: what begins now ends before the server does.
    if (cluster) shutDown.defer(() => cluster.close(ending.deadline));
    shutDown.defer(() => pipeline.stop(ending.deadline));
    shutDown.defer(() => feeds.stop());
    shutDown.defer(() => running.stop(ending.deadline));
    running.start();
    cluster?.join({ ...parts, deliveries: store.deliveries, bus, redact, url: server.url });
    turns.dialling();
    alerts.start();
    shutDown.defer(() => alerts.stop());
    const rehearsed = { clock, redact, version, heldUpMs: (nowMs: number) => loop.heldUpMs(nowMs) };
    rehearseAfter(turns.rest, { rehearsal, running, bus, deps: rehearsed, random, cluster });
    const watch = watching({ journal, running, muting, clock, log, disk: deps.disk });
    shutDown.defer(() => watch.cancel());
    bus.publish({ kind: 'bridge.started', version, ...outlineOf(first.config), url: server.url });
    const stop = () => ending.run(running.config.shutdownTimeout, shutDown, closeJournal);
    return { ...operator, url: server.url, warm: rehearsal.warm, stop };
  } catch (error) {
    await shutDown.disposeAsync();
    throw error;
  }
}
