/**
 * The whole way of an announcement a second time, with nothing at its ends: the same classes, a feed under its own
 * options, the same compiled rules and templates, the same senders with their platforms' libraries, but a source inside
 * this process, an outbox in memory, a sink for a network, and nobody who listens. The news runs through the code that V8 compiled for a rehearsal; so even the
 * shapes of the objects are the real ones, and nothing is wrapped unless it is timed.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Announcement } from '../announcement.ts';
import type { RehearsedCluster, RehearsedLog } from '../cluster/rehearsed.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { Destination, DestinationDeps } from '../destinations/destination.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { BridgeEvent } from '../events/bridge-event.ts';
import { createEvents } from '../events/events.ts';
import type { FeedDeps } from '../feeds/feed.ts';
import type { FeedOptions } from '../feeds/index.ts';
import type { News } from '../feeds/news.ts';
import { migrate } from '../outbox/migrations.ts';
import { SqliteOutbox } from '../outbox/sqlite.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import { nextTurn } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { RuleOptions } from '../routing/options.ts';
import type { CompiledRules, Router, Routing, RuleCooldown } from '../routing/router.ts';
import { cast, type Scene, type SceneTables, scenesOf } from './scenes.ts';
import { NO_POOLS, openSink, type Sink } from './sink.ts';
import { openSource, type Source } from './source.ts';
import type { ExtractsOptions } from './titles.ts';

export interface StageDeps {
  readonly rules: readonly RuleOptions[];
  /** Compiled from the same rules: the one that the news goes through. */
  readonly router: Router & Partial<Pick<CompiledRules, 'cooldowns'>>;
  readonly destinations: readonly PreparedDestination[];
  readonly feeds: readonly FeedOptions[];
  readonly deps: Pick<DestinationDeps, 'clock' | 'redact' | 'version'> & Pick<FeedDeps, 'heldUpMs'>;
  readonly random: Random;
  /** Absent: there are none. */
  readonly tables?: SceneTables | undefined;
  readonly extract?: ExtractsOptions | undefined;
  /** Absent: it is no node of a cluster. */
  readonly cluster?: RehearsedCluster | undefined;
  /** Take the time of each step, at the price of a few wrappers. */
  readonly timed?: true;
}

/** The steps between frame and socket, in their order. */
export const STEPS = ['receive', 'decode', 'match', 'journal', 'queue', 'render', 'write'] as const;
export type Step = (typeof STEPS)[number];

/** How long each step took, in ms. */
export type Split = Readonly<Record<Step, number>>;

/** A rule may want one title and no other, so the same is news again, and its way is that of news. Not 0: that is another way. */
const DEDUPE_WINDOW_MS = 1;
/** Never the reason to wait. */
const ROOMY = { limit: 50, perMs: 1 };

/** By the `takenBody` that they answer with. */
type Sinks = ReadonlyMap<string, Sink>;

const silent = () => undefined;
const NO_ROUTING: Routing = { rules: [], matches: [] };

export class Stage implements AsyncDisposable {
  readonly scenes: readonly Scene[];
  readonly #deps: StageDeps;
  readonly #clock: Clock;
  readonly #pipeline: Pipeline;
  readonly #database: DatabaseSync;
  readonly #sinks: Sinks;
  readonly #cooldowns: ReadonlyMap<string, RuleCooldown>;
  readonly #openings: Promise<Destination<unknown>>[] = [];
  readonly #sources: Pick<Source, 'send'>[] = [];
  readonly #log: RehearsedLog | undefined;
  #close = () => this.#stop();
  #performed = 0;
  #forced = NO_ROUTING;
  /** Of the announcement under way. */
  #ended: ((result: AttemptResult | undefined) => void) | undefined;
  #sentMs = 0;
  #receivedMs = 0;
  #matchStartMs = 0;
  #journalStartMs = 0;
  #journalEndMs = 0;
  #renderStartMs = 0;
  #renderEndMs = 0;

  /** Loads what the destinations need. Rejects where there is no loopback. */
  static async open(deps: StageDeps): Promise<Stage> {
    await using cleanup = new AsyncDisposableStack();
    const sinks = new Map<string, Sink>();
    for (const takenBody of new Set(cast(deps.destinations).map((prepared) => prepared.takenBody))) {
      const sink = await openSink(deps.deps.clock, deps.random, takenBody);
      sinks.set(takenBody, sink);
      cleanup.defer(() => sink.close());
    }
    const database = cleanup.adopt(new DatabaseSync(':memory:'), (open) => open.close());
    migrate(database);
    const stage = new Stage(deps, sinks, database);
    cleanup.defer(() => stage.#stop());
    await stage.#opened();
    if (stage.#log !== undefined) stage.#sources.push(stage.#log);
    for (const feed of oneOfEachType(deps.feeds)) {
      const source = await stage.#listenTo(feed);
      stage.#sources.push(source);
      cleanup.defer(() => source.close());
    }
    const held = cleanup.move();
    stage.#close = () => held.disposeAsync();
    return stage;
  }

  private constructor(deps: StageDeps, sinks: Sinks, database: DatabaseSync) {
    this.#deps = deps;
    const { clock, heldUpMs: _, ...opening } = deps.deps;
    this.#clock = clock;
    this.#database = database;
    this.#sinks = sinks;
    const destinations = cast(deps.destinations);
    this.scenes = scenesOf(
      deps.rules,
      new Set(destinations.map(({ name }) => name)),
      deps.tables,
      deps.extract,
    );
    const events = createEvents(this.#listen);
    const outbox = deps.timed ? this.#timedOutbox(database) : new SqliteOutbox(database);
    const recovered = outbox.recover(clock.monotonicMs(), DEDUPE_WINDOW_MS);
    this.#pipeline = createPipeline({
      ...{ outbox, recovered, clock, random: deps.random, dedupeWindowMs: DEDUPE_WINDOW_MS },
      events: {
        ...events,
        openFailed: silent,
        journal: { ...events.journal, written: silent, usable: silent },
      },
      outside: { ...opening, pools: NO_POOLS, turns: { orders: Promise.resolve(), rest: Promise.resolve() } },
      cluster: deps.cluster?.seam,
    });
    this.#log = deps.cluster?.log({ pipeline: this.#pipeline, failed: () => this.#ended?.(undefined) });
    const { intake, lanes, cooldowns } = this.#pipeline;
    this.#cooldowns = new Map(Array.from(deps.router.cooldowns ?? [], withoutLength));
    cooldowns.follow(this.#cooldowns);
    // Whatever is on the stage was wanted a moment ago.
    lanes.apply(
      destinations.map((prepared) => this.#rehearsed(prepared)),
      () => this.#forced.matches[0],
    );
    const router = { ...deps.router, route: (announcement: Announcement) => this.#route(announcement) };
    intake.routes = { router, targets: lanes.targets() };
  }

  /** One announcement, from the bytes of its frame to the answer of the sink; `undefined` if nothing was sent, or if it is not timed. */
  async perform(scene: Scene): Promise<Split | undefined> {
    const nth = this.#performed++;
    const { rule, destination, template, ticker } = scene;
    this.#forced = { rules: [rule], matches: [{ rule, destination, template, tickers: [ticker] }] };
    const { promise, resolve } = Promise.withResolvers<AttemptResult | undefined>();
    this.#ended = resolve;

    this.#sentMs = this.#clock.monotonicMs();
    const reading = scene.reading(nth, this.#clock.wallUs());
    if (!this.#inTurn(nth).some((source) => source.send(reading))) return undefined;
    const result = await promise;
    if (result?.writtenMs === undefined || !this.#deps.timed) return undefined;
    return {
      receive: this.#receivedMs - this.#sentMs,
      decode: this.#matchStartMs - this.#receivedMs,
      match: this.#journalStartMs - this.#matchStartMs,
      journal: this.#journalEndMs - this.#journalStartMs,
      queue: this.#renderStartMs - this.#journalEndMs,
      render: this.#renderEndMs - this.#renderStartMs,
      write: result.writtenMs - this.#renderEndMs,
    };
  }

  /** Every scene comes from every type of feed; what is timed, from the first that can write it. */
  #inTurn(nth: number): readonly Pick<Source, 'send'>[] {
    const { length } = this.#sources;
    if (this.#deps.timed || length < 2) return this.#sources;
    const first = Math.floor(nth / this.scenes.length) % length;
    return [...this.#sources.slice(first), ...this.#sources.slice(0, first)];
  }

  #listenTo(feed: FeedOptions): Promise<Source> {
    const { intake } = this.#pipeline;
    const { clock, redact, heldUpMs } = this.#deps.deps;
    const timedNews = (news: News) => {
      this.#receivedMs = news.receivedMs;
      this.#matchStartMs = clock.monotonicMs();
      intake.take(news);
    };
    return openSource(feed, {
      ...{ clock, redact, random: this.#deps.random, ...(heldUpMs && { heldUpMs }) },
      news: this.#deps.timed ? timedNews : (news) => intake.take(news),
      readEnds: () => intake.handOver(),
      failed: () => this.#ended?.(undefined),
    });
  }

  /** Forgets what was journalled. */
  clear(): void {
    this.#pipeline.journal.flush();
    this.#log?.clear();
    this.#database.exec('DELETE FROM attempts; DELETE FROM deliveries; DELETE FROM announcements');
    if (this.#cooldowns.size === 0) return;
    this.#pipeline.cooldowns.follow(NO_COOLDOWNS);
    this.#pipeline.cooldowns.follow(this.#cooldowns);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  readonly #listen = (event: BridgeEvent): void => {
    if (event.kind === 'delivery.attempted') this.#ended?.(event.result);
    if (event.kind === 'delivery.ended') this.#ended?.(undefined);
    // Nothing will be sent: a caller that waited for it would wait for ever, and so would the end of the process.
    if (event.kind === 'announcement.duplicate') this.#ended?.(undefined);
    if (event.kind === 'announcement.received' && event.deliveries.length === 0) this.#ended?.(undefined);
  };

  /** As it is, but for rates that would make it wait. */
  #rehearsed(prepared: PreparedDestination): PreparedDestination {
    const { render: real, rehearse: render = real, takenBody, limits } = prepared;
    const roomy = (all: PreparedDestination['limits']['own']) => all.map(() => ROOMY);
    return {
      ...prepared,
      limits: {
        farEnd: limits.farEnd,
        broadest: limits.broadest,
        own: roomy(limits.own),
        shared: limits.shared.map(({ key, limits: all }) => ({ key, limits: roomy(all) })),
      },
      render: this.#deps.timed ? this.#timeRender(render) : render,
      open: (deps) => {
        const { pools } = this.#sinks.get(takenBody) ?? { pools: NO_POOLS };
        const opening = prepared.open({ ...deps, pools });
        this.#openings.push(opening);
        return opening;
      },
    };
  }

  /** Rejects when one cannot be. */
  async #opened(): Promise<void> {
    await new Promise<void>(nextTurn);
    await Promise.all(this.#openings);
  }

  async #stop(): Promise<void> {
    await this.#pipeline.lanes.stop(AbortSignal.abort());
    this.#pipeline.journal.close();
  }

  #timedOutbox(database: DatabaseSync): SqliteOutbox {
    const outbox = new SqliteOutbox(database);
    const intake = outbox.intake.bind(outbox);
    outbox.intake = (row, recorded) => {
      this.#journalStartMs = this.#clock.monotonicMs();
      intake(row, recorded);
      this.#journalEndMs = this.#clock.monotonicMs();
    };
    return outbox;
  }

  #timeRender(render: PreparedDestination['render']): PreparedDestination['render'] {
    const clock = this.#clock;
    return (delivery) => {
      this.#renderStartMs = clock.monotonicMs();
      try {
        return render(delivery);
      } finally {
        this.#renderEndMs = clock.monotonicMs();
      }
    };
  }

  /** Asks the real rules, and goes where the scene wants to go. */
  #route(announcement: Announcement): Routing {
    this.#deps.router.route(announcement);
    return this.#forced;
  }
}

const NO_COOLDOWNS: ReadonlyMap<string, RuleCooldown> = new Map();

/** Asked and started as those of news; of no length, so that none keeps the next scene from being sent. */
const withoutLength = ([name, cooldown]: readonly [string, RuleCooldown]): readonly [
  string,
  RuleCooldown,
] => [name, { ...cooldown, forMs: 0 }];

const oneOfEachType = (feeds: readonly FeedOptions[]): readonly FeedOptions[] =>
  [...Map.groupBy(feeds, ({ type }) => type).values()].flatMap(([first]) => first ?? []);
