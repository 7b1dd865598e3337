/**
 * The config in force, and how a new one takes its place: read, checked and made ready whole, then put into
 * force in one synchronous step; if anything is wrong with it, nothing is touched and the old one stays.
 */

import type { Config } from '../config/schema.ts';
import type { Cooldowns } from '../cooldown/cooldowns.ts';
import type { Dedupe } from '../dedupe.ts';
import type { Listener } from '../events/bus.ts';
import type { RoutingEffect } from '../events/process-event.ts';
import type { Intake, Routes } from '../intake.ts';
import type { LaneSet } from '../lane-set.ts';
import type { Reloaded } from '../ops/reloaded.ts';
import type { Status } from '../ops/status.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import type { Upkeep } from '../outbox/outbox.ts';
import { type Clock, withDeadline } from '../platform/clock.ts';
import type { LatestRedactor } from '../platform/secret.ts';
import { createTracer } from '../routing/tracer.ts';
import { describeChanges } from './difference.ts';
import { expectationsOf } from './expectations.ts';
import type { FeedSet } from './feed-set.ts';
import { FileDigest } from './file-digest.ts';
import type { Load } from './loading.ts';
import { type NextConfig, type Problems, readNext } from './next-config.ts';
import { changedFixedKeys, type FilesRead, type ReadyConfig, wantedBy } from './ready-config.ts';
import { Retiring } from './retiring.ts';
import { effectOfReload } from './routing-effect.ts';
import type { TableSet } from './table-set.ts';

export interface RunningConfigDeps {
  /** For a reload. */
  readonly load: Load;
  readonly pipeline: {
    readonly intake: Pick<Intake, 'routes'>;
    readonly dedupe: Pick<Dedupe, 'windowMs'>;
    readonly journal: Pick<Upkeep, 'buryRemoved'>;
    readonly cooldowns: Pick<Cooldowns, 'follow' | 'reconcile'>;
    readonly lanes: Pick<LaneSet, 'apply' | 'targets' | 'refill' | 'reconcile'>;
  };
  readonly feeds: Pick<FeedSet, 'apply'>;
  readonly tables: Pick<TableSet, 'apply' | 'ahead'>;
  readonly redactor: LatestRedactor;
  readonly clock: Clock;
  readonly publish: Listener;
  /** Where the effect of new rules is looked up; absent: it is not. */
  readonly deliveries?: Pick<Deliveries, 'announcements'> | undefined;
  /** When the feeds have had their first try. */
  readonly turn: Promise<void>;
}

/** Whoever asks for a reload waits so long for its effect on news that is known. */
const EFFECT_MS = 2000;

const STOPPING: Problems = { problems: ['the bridge is stopping'] };

interface Turn {
  readonly ended: Promise<Reloaded>;
  readonly effect?: Promise<RoutingEffect | undefined>;
}

export class RunningConfig {
  readonly #deps: RunningConfigDeps;
  /** The options that the parts which cannot change were built from. */
  readonly #first: Config;
  #ready: ReadyConfig;
  #tried: FilesRead;
  #rejected: readonly string[] | undefined;
  /** The latest to be put into force. */
  #turn: Promise<unknown> = Promise.resolve();
  /** All of them, with the lanes that they have ended. */
  #reloads: Promise<unknown> = Promise.resolve();
  readonly #retiring = new Retiring();
  readonly #onDisk: FileDigest;
  readonly #stopping = new AbortController();
  readonly #cut = new AbortController();

  constructor(first: ReadyConfig, deps: RunningConfigDeps) {
    this.#deps = deps;
    this.#first = first.config;
    this.#onDisk = new FileDigest(deps.clock);
    this.#ready = first;
    this.#tried = first;
  }

  get ready(): ReadyConfig {
    return this.#ready;
  }

  get config(): Config {
    return this.#ready.config;
  }

  /** The problems of the file at the last reload, if it was rejected. Does not read the disk. */
  get rejected(): readonly string[] | undefined {
    return this.#rejected;
  }

  /** Read by the last reload, whether or not it is in force. */
  get tried(): FilesRead {
    return this.#tried;
  }

  get report(): Status['config'] {
    const { config } = this.#ready;
    return {
      file: config.file,
      current: this.#onDisk.isAsRead(this.#ready),
      rejected: this.#rejected,
      needsRestart: changedFixedKeys(this.#first, config),
    };
  }

  start(): void {
    const { pipeline, feeds, tables, turn } = this.#deps;
    const { lanes, intake, cooldowns } = pipeline;
    tables.apply(this.#ready.config);
    cooldowns.follow(this.#ready.router.cooldowns);
    lanes.apply(this.#ready.destinations, wantedBy(this.#ready));
    intake.routes = this.#routes();
    feeds.apply(this.#ready.config.feeds, expectationsOf(this.#ready.config));
    this.#buryRemoved();
    // Pending deliveries of before go out beside the news, not before the feed listens.
    void turn.then(() => lanes.refill());
  }

  /** The store can be read again. */
  takeUp(): void {
    this.#buryRemoved();
    this.#deps.pipeline.lanes.refill();
  }

  /** Somebody else has changed the store, and may have asked for what can never be sent. */
  reconcile(): void {
    this.#buryRemoved();
    this.#deps.pipeline.lanes.reconcile();
  }

  /**
   * Put into force one at a time, in order. None waits for what the one before has removed and is still on the wire:
   * it may be the one that says stop.
   */
  async reload(): Promise<Reloaded> {
    const { ended, effect } = await this.#inTurn(() => this.#reload());
    const reloaded = await ended;
    if (!reloaded.ok || effect === undefined) return reloaded;
    const timely = await withDeadline(this.#deps.clock, EFFECT_MS, (deadline) => {
      const late = new Promise<undefined>((resolve) =>
        deadline.addEventListener('abort', () => resolve(undefined)),
      );
      return Promise.race([effect, late]);
    });
    return { ...reloaded, effect: timely };
  }

  /**
   * Because the files are no longer as in `tried`, unless another reload has read them since. Resolves when the new
   * config is in force or rejected.
   */
  async follow(tried: FilesRead): Promise<void> {
    await this.#inTurn(() => (tried === this.#tried ? this.#reload() : undefined));
  }

  #inTurn<Result extends Turn | undefined>(reload: () => Result | Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(reload);
    // Should one ever fail by a bug of ours, the next is tried all the same.
    this.#turn = turn.catch(() => undefined);
    this.#reloads = Promise.allSettled([this.#reloads, turn.then((reloaded) => reloaded?.ended)]);
    return turn;
  }

  /**
   * From now on none is accepted: it would connect and send again while the parts are being stopped. Resolves when none
   * is under way; what one still lets end is cut at the `deadline`.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort();
    const cut = () => this.#cut.abort();
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    await this.#reloads;
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** In force when it resolves; `ended`: what it has removed has let go. */
  async #reload(): Promise<Turn> {
    for (;;) {
      const next = await this.#read();
      if ('problems' in next) return { ended: Promise.resolve(this.#reject(next.problems)) };
      // A name that comes back: two lanes of one would send twice.
      const isFree = this.#retiring.endOf(next.ready.destinations.map(({ name }) => name));
      if (isFree === undefined) {
        const before = this.#ready;
        const ended = this.#follow(next);
        return { ended, effect: this.#lookUpEffect(before, next) };
      }
      await isFree;
    }
  }

  #reject(problems: readonly string[]): Reloaded {
    if (!this.#isStopped) {
      this.#rejected = problems;
      this.#deps.publish({ kind: 'config.rejected', problems });
    }
    return { ok: false, problems };
  }

  /** In force when it returns. */
  async #follow(next: NextConfig): Promise<Reloaded> {
    this.#rejected = undefined;
    const { clock, publish } = this.#deps;
    const { changes, removed, retired } = this.#putIntoForce(next);
    const { needsRestart } = this.report;
    publish({ kind: 'config.reloaded', changes, needsRestart });
    const ended = withDeadline(clock, next.ready.config.shutdownTimeout, (deadline) =>
      retired(AbortSignal.any([deadline, this.#cut.signal])),
    );
    await this.#retiring.add(removed, ended);
    this.takeUp();
    return { ok: true, changes, needsRestart };
  }

  /** Behind the reload, which it neither delays nor fails. */
  async #lookUpEffect(
    before: ReadyConfig,
    { ready: after, differences }: NextConfig,
  ): Promise<RoutingEffect | undefined> {
    const { deliveries, publish } = this.#deps;
    if (deliveries === undefined) return undefined;
    try {
      const effect = await effectOfReload(before, after, deliveries, differences);
      if (effect !== undefined && !this.#isStopped) publish({ kind: 'config.effect', ...effect });
      return effect;
    } catch {
      return undefined;
    }
  }

  async #read(): Promise<NextConfig | Problems> {
    const { load, tables, clock } = this.#deps;
    const next = await readNext({
      ...{ load, clock, ahead: tables.ahead(), inForce: this.#ready.config, stop: this.#stopping.signal },
      tried: (files) => {
        this.#tried = files;
      },
    });
    return next ?? STOPPING;
  }

  /** Synchronous, so that no announcement meets half of a config. */
  #putIntoForce({ ready: next, differences }: NextConfig): {
    readonly changes: readonly string[];
    readonly removed: readonly string[];
    readonly retired: (deadline: AbortSignal) => Promise<void>;
  } {
    const { pipeline, feeds, tables, redactor } = this.#deps;
    const { lanes, intake, dedupe, cooldowns } = pipeline;
    const before = this.#ready.config;
    this.#ready = next;
    redactor.learn(next.redact);
    dedupe.windowMs = next.config.dedupeWindow;
    const ofTables = tables.apply(next.config);
    cooldowns.follow(next.router.cooldowns);
    const { retired, ...destinations } = lanes.apply(next.destinations, wantedBy(next));
    intake.routes = this.#routes();
    const done = {
      destinations,
      tables: ofTables,
      feeds: feeds.apply(next.config.feeds, expectationsOf(next.config)),
    };
    const changes = describeChanges(before, next.config, done, differences);
    return { changes, removed: destinations.removed, retired };
  }

  #routes(): Routes {
    const { config, router, kept } = this.#ready;
    const tracer = createTracer(config, router, this.#deps.clock.monotonicMs(), kept);
    return { router, targets: this.#deps.pipeline.lanes.targets(), tracer };
  }

  /**
   * Pending deliveries to removed destinations can never be sent; some of these destinations still have a request
   * on the wire.
   */
  #buryRemoved(): void {
    const { pipeline, clock, publish } = this.#deps;
    const names = [...this.#ready.destinations.map(({ name }) => name), ...this.#retiring.names];
    const deliveries = pipeline.journal.buryRemoved(names, clock.monotonicMs());
    pipeline.cooldowns.reconcile();
    if (deliveries > 0) publish({ kind: 'delivery.buried', deliveries });
  }
}
