/**
 * The whole way of an announcement a second time, with nothing at its end: the same classes, the same
 * compiled rules and templates, the same senders with their platforms' libraries, but an outbox in memory,
 * a sink for a network, and nobody who listens. What V8 compiled for a rehearsal is what the news runs
 * through; so even the shapes of the objects are the real ones, and nothing is wrapped unless it is timed.
 */
import { DatabaseSync } from 'node:sqlite';
import { Dedupe } from '../dedupe.ts';
import { BudgetBook } from '../delivery/budget-book.ts';
import { Lane } from '../delivery/lane.ts';
import type { LaneDeps } from '../delivery/lane-deps.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { Destination, DestinationDeps } from '../destinations/destination.ts';
import { openDestination } from '../destinations/opening.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { BridgeEvent } from '../events/bridge-event.ts';
import { createEvents, type Events } from '../events/events.ts';
import { rehearsedReader } from '../feeds/index.ts';
import { Intake, type Target } from '../intake.ts';
import { createIds } from '../outbox/ids.ts';
import { Journal } from '../outbox/journal.ts';
import { migrate } from '../outbox/migrations.ts';
import { SqliteOutbox } from '../outbox/sqlite.ts';
import type { Clock } from '../platform/clock.ts';
import { nextTurn } from '../platform/next-turn.ts';
import type { Random } from '../platform/random.ts';
import type { RuleOptions } from '../routing/options.ts';
import type { Router, Routing } from '../routing/router.ts';
import { cast, type Scene, scenesOf } from './scenes.ts';
import { openSink } from './sink.ts';

export interface StageDeps {
  readonly rules: readonly RuleOptions[];
  /** Compiled from the same rules: the one that the news goes through. */
  readonly router: Router;
  readonly destinations: readonly PreparedDestination[];
  readonly deps: Pick<DestinationDeps, 'clock' | 'redact' | 'version'>;
  readonly random: Random;
  /** Take the time of each step, at the price of a few wrappers. */
  readonly timed?: true;
}

/** The steps between frame and socket, in their order. */
export const STEPS = ['decode', 'match', 'journal', 'queue', 'render', 'write'] as const;
export type Step = (typeof STEPS)[number];

/** How long each step took, in ms. */
export type Split = Readonly<Record<Step, number>>;

/** Repeats are told apart by their titles; this only bounds the memory. */
const DEDUPE_WINDOW_MS = 60_000;
/** Never the reason to wait. */
const LIMITS = [{ limit: 50, perMs: 1 }];

const silent = () => undefined;
const NO_ROUTING: Routing = { rules: [], matches: [] };

export class Stage implements AsyncDisposable {
  readonly scenes: readonly Scene[];
  readonly #deps: StageDeps;
  readonly #clock: Clock;
  readonly #intake: Intake;
  readonly #read = rehearsedReader();
  readonly #database: DatabaseSync;
  readonly #close: () => Promise<void>;
  #performed = 0;
  #forced = NO_ROUTING;
  /** Of the announcement under way. */
  #ended: ((result: AttemptResult | undefined) => void) | undefined;
  #matchStartMs = 0;
  #journalStartMs = 0;
  #journalEndMs = 0;
  #renderStartMs = 0;
  #renderEndMs = 0;

  /** Loads what the destinations need. Rejects where there is no loopback. */
  static async open(deps: StageDeps): Promise<Stage> {
    await using cleanup = new AsyncDisposableStack();
    const sink = await openSink(deps.deps.clock);
    cleanup.defer(() => sink.close());
    const destinations = new Map<PreparedDestination, Destination<unknown>>();
    for (const prepared of cast(deps.destinations)) {
      const opening = prepared.open({ ...deps.deps, pools: sink.pools });
      const destination = openDestination(() => opening, silent, deps.deps.redact);
      cleanup.defer(() => destination.close());
      await opening;
      destinations.set(prepared, destination);
    }
    const database = cleanup.adopt(new DatabaseSync(':memory:'), (open) => open.close());
    migrate(database);
    const held = cleanup.move();
    return new Stage(deps, destinations, database, () => held.disposeAsync());
  }

  private constructor(
    deps: StageDeps,
    destinations: ReadonlyMap<PreparedDestination, Destination<unknown>>,
    database: DatabaseSync,
    close: () => Promise<void>,
  ) {
    this.#deps = deps;
    this.#clock = deps.deps.clock;
    this.#database = database;
    this.#close = close;
    this.scenes = scenesOf(deps.rules, new Set([...destinations.keys()].map(({ name }) => name)));
    const events = createEvents(this.#listen);
    const unattended = { written: silent, usable: silent, held: () => [] };
    const journal = new Journal(new SqliteOutbox(database), this.#clock, {
      ...events.journal,
      ...unattended,
    });
    const targets = new Map<string, Target>();
    const lanes: Lane[] = [];
    for (const [prepared, destination] of destinations) {
      const lane = new Lane(this.#laneParts(prepared, destination, journal, events));
      lanes.push(lane);
      targets.set(prepared.name, {
        forEachTicker: prepared.forEachTicker,
        maxAgeMs: false,
        push: (delivery) => lane.push(delivery),
      });
    }
    this.#close = async () => {
      await Promise.all(lanes.map((lane) => lane.stop(AbortSignal.abort())));
      journal.close();
      await close();
    };
    this.#intake = new Intake(
      {
        ids: createIds(deps.random),
        nextTurn,
        dedupe: new Dedupe(DEDUPE_WINDOW_MS),
        journal: deps.timed
          ? {
              recordAll: (recorded) => this.#timeJournal(journal, recorded),
              settle: (attempt) => journal.settle(attempt),
            }
          : journal,
        events: events.intake,
      },
      { router: { ...deps.router, route: (announcement) => this.#route(announcement) }, targets },
    );
  }

  /** One announcement, from the bytes of its frame to the answer of the sink; `undefined` if nothing was sent, or if it is not timed. */
  async perform(scene: Scene): Promise<Split | undefined> {
    const frameBytes = scene.frame(this.#performed++);
    const { rule, destination, template, ticker } = scene;
    this.#forced = { rules: [rule], matches: [{ rule, destination, template, tickers: [ticker] }] };
    const { promise, resolve } = Promise.withResolvers<AttemptResult | undefined>();
    this.#ended = resolve;

    const receivedMs = this.#clock.monotonicMs();
    const news = this.#read(frameBytes, 'rehearsal', receivedMs, this.#clock.wallUs());
    if (news === undefined) return undefined;
    this.#matchStartMs = this.#clock.monotonicMs();
    const decodeMs = this.#matchStartMs - receivedMs;
    this.#intake.accept(news);

    const result = await promise;
    if (result?.writtenMs === undefined || !this.#deps.timed) return undefined;
    return {
      decode: decodeMs,
      match: this.#journalStartMs - this.#matchStartMs,
      journal: this.#journalEndMs - this.#journalStartMs,
      queue: this.#renderStartMs - this.#journalEndMs,
      render: this.#renderEndMs - this.#renderStartMs,
      write: result.writtenMs - this.#renderEndMs,
    };
  }

  /** Forgets what was journalled. */
  clear(): void {
    this.#database.exec('DELETE FROM attempts; DELETE FROM deliveries; DELETE FROM announcements');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  readonly #listen = (event: BridgeEvent): void => {
    if (event.kind === 'delivery.attempted') this.#ended?.(event.result);
    if (event.kind === 'delivery.ended') this.#ended?.(undefined);
    // Nothing will be sent: whoever waits for it would wait for ever, and the end of the process with him.
    if (event.kind === 'announcement.duplicate') this.#ended?.(undefined);
    if (event.kind === 'announcement.received' && event.deliveries.length === 0) this.#ended?.(undefined);
  };

  #laneParts(
    prepared: PreparedDestination,
    destination: Destination<unknown>,
    journal: Journal,
    events: Events,
  ): LaneDeps {
    const { name, options, forEachTicker, render, renderDefault } = prepared;
    const clock = this.#clock;
    const budgets = new BudgetBook(clock);
    return {
      ...{ name, forEachTicker },
      // Whatever is on the stage was wanted a moment ago.
      match: ({ template, content }) => ({
        template,
        tickers: content.kind === 'news' ? content.announcement.tickers : [],
      }),
      // What the sink does not take at once is not worth another try.
      options: { ...options, retry: { ...options.retry, attempts: 1 } },
      sender: destination,
      render: this.#deps.timed ? this.#timeRender(render) : render,
      renderDefault,
      ownBudget: budgets.own(name, '', LIMITS),
      sharedBudgets: new Map([['rehearsal', budgets.shared({ key: 'rehearsal', limits: LIMITS }, name)]]),
      journal,
      clock,
      random: this.#deps.random,
      events: events.lane,
    };
  }

  #timeRender(render: LaneDeps['render']): LaneDeps['render'] {
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
  #route(announcement: Parameters<Router['route']>[0]): Routing {
    this.#deps.router.route(announcement);
    return this.#forced;
  }

  #timeJournal(journal: Journal, recorded: Parameters<Journal['recordAll']>[0]): void {
    this.#journalStartMs = this.#clock.monotonicMs();
    journal.recordAll(recorded);
    this.#journalEndMs = this.#clock.monotonicMs();
  }
}
