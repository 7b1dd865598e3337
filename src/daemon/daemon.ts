/**
 * The composition root: builds the parts in the order in which an announcement moves through them, and
 * takes them down in the order feed, lanes, server, store, so that nothing is read that cannot be kept.
 */
import { Alerts } from '../alerts/alerts.ts';
import { createAlertSender } from '../alerts/send.ts';
import type { Config } from '../config/schema.ts';
import { Dedupe } from '../dedupe.ts';
import { BudgetBook } from '../delivery/budget-book.ts';
import { Bus } from '../events/bus.ts';
import { createEvents } from '../events/events.ts';
import type { FeedEvents } from '../feeds/cryptolisting/client-deps.ts';
import { PoolRegistry } from '../http/pool-registry.ts';
import { Intake, NOWHERE } from '../intake.ts';
import { logEvents } from '../ops/log-events.ts';
import { createMetrics } from '../ops/metrics.ts';
import { Race } from '../ops/race.ts';
import { RecentAnnouncements } from '../ops/recent-announcements.ts';
import { createApp, type Reloaded, startServer } from '../ops/server.ts';
import { type Status, statusOf } from '../ops/status.ts';
import { watchUnmatched } from '../ops/unmatched.ts';
import { createIds } from '../outbox/ids.ts';
import { Journal } from '../outbox/journal.ts';
import { memoryOf } from '../outbox/learnt.ts';
import { startRetention } from '../outbox/retention.ts';
import { type OpenStore, openStore } from '../outbox/store.ts';
import { type Clock, wait } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { LoopDelay } from '../platform/loop-delay.ts';
import { messageOf } from '../platform/message-of.ts';
import { nextTurn } from '../platform/next-turn.ts';
import type { Random } from '../platform/random.ts';
import { LatestRedactor, type Redactor } from '../platform/secret.ts';
import { Timeline } from '../platform/timeline.ts';
import { Rehearsal } from '../rehearsal/rehearsal.ts';
import { Ending } from './ending.ts';
import { FeedSet } from './feed-set.ts';
import { FirstSecond } from './first-second.ts';
import { LaneSet } from './lane-set.ts';
import { makeReady, type SoundConfig } from './ready-config.ts';
import { type Load, RunningConfig } from './running-config.ts';

/** How soon a change by the command line (`deliveries retry`) is taken up. */
const STORE_POLL_MS = 1000;

export interface DaemonDeps {
  readonly first: SoundConfig;
  /** For a reload. */
  readonly load: Load;
  /** `redact` knows the secrets of the config in force. */
  readonly createLog: (redact: Redactor) => Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
}

export interface Daemon {
  /** Where the HTTP side is; `undefined` with `server: false`. */
  readonly url: string | undefined;
  status(): Status;
  /** When the first announcement would go as fast as any later one; also when it cannot be rehearsed. */
  readonly warm: Promise<void>;
  /** Takes up the config file as it is now: all of it, or nothing. */
  reload(): Promise<Reloaded>;
  /** Stops reading, lets sends in flight end (`shutdownTimeout`), keeps the rest in the outbox. */
  stop(): Promise<void>;
}

/** Throws `StoreError` or `ServerError` for what a person has to mend. */
export async function startDaemon(deps: DaemonDeps): Promise<Daemon> {
  const { random, version } = deps;
  const clock = new Timeline(deps.clock);
  const ending = new Ending(clock);
  const shutDown = new AsyncDisposableStack();
  try {
    const first = makeReady(deps.first);
    const { store: storeOptions, server: serverOptions, dedupeWindow } = first.config;
    const redactor = new LatestRedactor(first.redact);
    const log = deps.createLog(redactor.redact);
    const bus = new Bus(clock, (error, { kind }) =>
      log.error({ event: kind, message: messageOf(error) }, 'listener.failed'),
    );
    const { publish } = bus;
    shutDown.defer(() => bus.drain());
    bus.listen(logEvents(log, clock));
    const recent = new RecentAnnouncements();
    bus.listen(recent.listener);
    const race = new Race();
    bus.listen(race.listener);
    bus.listen(watchUnmatched(publish));
    const events = createEvents(publish);

    const store = openStore(storeOptions.path, clock, events.storeReplaced);
    shutDown.defer(() => store.close());
    const behindMs = clock.continueFrom(store.outbox.latestMs());
    if (behindMs > 0) publish({ kind: 'clock.behind', behindMs });
    const startedMs = clock.monotonicMs();
    const journal = new Journal(store.outbox, clock, {
      ...events.journal,
      written: () => store.sync.request(),
      usable: () => running.takeUp(),
      held: () => lanes.held(),
    });
    let isJournalClosed = false;
    const closeJournal = () => {
      const entries = isJournalClosed ? 0 : journal.close();
      isJournalClosed = true;
      if (entries > 0) publish({ kind: 'store.lost_on_exit', entries });
    };
    shutDown.defer(closeJournal);
    const budgets = new BudgetBook(clock, {
      pauses: store.outbox.pauses(startedMs),
      attemptsSince: (sinceMs) => journal.attemptsSince(sinceMs),
      keep: (key, untilMs) => journal.pause(key, untilMs),
    });
    const retention = startRetention(journal, storeOptions.retention, () => budgets.reachMs, clock);
    shutDown.defer(() => retention.cancel());
    const memory = memoryOf(store.outbox, journal);
    const firstSecond = new FirstSecond(bus, clock);
    const lanes = new LaneSet({
      ...{ journal, budgets, clock, random, events: events.lane, openFailed: events.openFailed },
      turns: firstSecond,
      deps: {
        ...{ clock, redact: redactor.redact, version, advise: events.advise },
        pools: new PoolRegistry({ clock }),
        memory,
      },
    });
    const dedupe = remember(store, new Dedupe(dedupeWindow), startedMs);
    const ids = createIds(random);
    const intake = new Intake({ ids, dedupe, journal, nextTurn, events: events.intake }, NOWHERE);
    const rehearsal = new Rehearsal(clock, events.rehearsalFailed);
    const news: FeedEvents['news'] = (one) => {
      intake.take(one);
      rehearsal.interrupt();
    };
    const loop = new LoopDelay(clock);
    loop.start();
    shutDown.defer(() => loop.stop());
    const feeds = new FeedSet({
      ready: firstSecond.soon(firstSecond.orders.then(() => lanes.opened())),
      asked: () => firstSecond.asked(),
      ...{ clock, random, redact: redactor.redact, heldUpMs: (nowMs: number) => loop.heldUpMs(nowMs) },
      events: { ...events.feed, news },
    });
    const running = new RunningConfig(first, {
      ...{ lanes, feeds, intake, dedupe, journal, redactor, clock, publish, turn: firstSecond.rest },
      load: deps.load,
    });

    const status = () =>
      statusOf({
        ...{ version, startedMs },
        config: running.report,
        store: { path: storeOptions.path, fault: journal.fault },
        feeds: feeds.clients,
        destinations: lanes.reports(),
        rules: running.config.rules,
        waiting: journal.waiting(),
        announcements: recent.announcements,
        race: race.report,
        nowMs: clock.monotonicMs(),
      });
    const metrics = createMetrics(version, status, {
      nameOf: (destination) => lanes.figureName(destination),
      breathe: () => new Promise(nextTurn),
    });
    bus.listen(metrics.listener);
    const { redact } = redactor;
    const alerts = new Alerts({
      ...{ clock, publish, memory, redact },
      failed: (error) => log.error({ message: messageOf(error) }, 'alerts.failed'),
      options: () => running.config.alerts,
      state: () => ({
        feeds: feeds.clients,
        destinations: lanes.reports(),
        storeFault: journal.fault,
      }),
      send: createAlertSender({ ids, clock, redact, journal, targets: () => intake.routes.targets }),
    });
    bus.listen(alerts.listener);
    const reload = () => running.reload();
    let url: string | undefined;
    if (serverOptions !== false) {
      const server = await startServer(
        serverOptions,
        createApp(serverOptions, {
          ...{ redact, status, metrics, reload },
          failed: (error) => log.error({ message: messageOf(error) }, 'http.failed'),
        }),
      );
      shutDown.defer(() => server.close());
      url = server.url;
    }

    shutDown.defer(() => lanes.stop(ending.deadline));
    shutDown.defer(() => feeds.stop());
    shutDown.defer(() => running.stop(ending.deadline));
    running.start();
    firstSecond.dialling();
    alerts.start();
    shutDown.defer(() => alerts.stop());
    shutDown.defer(() => rehearsal.stop());
    const opening = { clock, redact: redactor.redact, version };
    const rehearse = () =>
      rehearsal.start({ ...running.ready, rules: running.config.rules, deps: opening, random });
    void firstSecond.rest.then(rehearse);
    bus.listen(({ kind }) => {
      if (kind === 'config.reloaded') rehearse();
    });
    const poll = new AbortController();
    shutDown.defer(() => poll.abort());
    void watchStore(journal, running, clock, poll.signal);

    publish({ kind: 'bridge.started', version, ...outlineOf(first.config), url });
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= ending.run(
        running.config.shutdownTimeout,
        () => shutDown.disposeAsync(),
        () => {
          closeJournal();
          bus.drain();
        },
      );
      return stopping;
    };
    return { url, status, warm: rehearsal.warm, reload, stop };
  } catch (error) {
    await shutDown.disposeAsync();
    throw error;
  }
}

/** What runs, for the first line of the log. */
const outlineOf = ({ file, feeds, destinations, rules, store }: Config) => ({
  config: file,
  feeds: feeds.map(({ name }) => name),
  destinations: Object.keys(destinations),
  rules: rules.length,
  store: store.path,
});

/** What was announced within the window before this start is not news. */
function remember({ outbox }: OpenStore, dedupe: Dedupe, nowMs: number): Dedupe {
  for (const { identity, receivedMs } of outbox.identitiesSince(nowMs - dedupe.windowMs))
    dedupe.remember(identity, receivedMs);
  return dedupe;
}

async function watchStore(
  journal: Journal,
  running: RunningConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (journal.changedByOthers()) running.reconcile();
    journal.keepAhead(clock.monotonicMs() - clock.wallMs());
    await wait(clock, STORE_POLL_MS, signal);
  }
}
