/**
 * The composition root: builds the parts in the order in which an announcement moves through them, and
 * takes them down in the order feed, lanes, server, store, so that nothing is read that cannot be kept.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config/schema.ts';
import { Dedupe } from './dedupe.ts';
import { Budgets, REMEMBERED_MS } from './delivery/budgets.ts';
import { Lane } from './delivery/lane.ts';
import { openDestination } from './destinations/opening.ts';
import { prepareDestinations } from './destinations/prepared.ts';
import { FeedClient } from './feed/client.ts';
import { ConnectGate, SelfTestGate } from './feed/connect-gate.ts';
import { Intake, type Target } from './intake.ts';
import { createEvents } from './ops/events.ts';
import { type Readiness, readiness } from './ops/health.ts';
import { createApp, type OpsServer, startServer } from './ops/server.ts';
import { createIds } from './outbox/ids.ts';
import { Journal } from './outbox/journal.ts';
import { openStore } from './outbox/open.ts';
import { startRetention } from './outbox/retention.ts';
import { type Clock, wait } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Random } from './platform/random.ts';
import type { Redactor } from './platform/secret.ts';
import { compileRules } from './routing/router.ts';
import { templatesUsedBy } from './routing/templates-used.ts';

/** How soon a change by the command line (`deliveries retry`) is taken up. */
const STORE_POLL_MS = 1000;

export interface DaemonParts {
  readonly config: Config;
  /** Of the config file's text when it was loaded. */
  readonly configDigest: string;
  readonly redact: Redactor;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
}

export interface Daemon {
  /** Where `/healthz` and `/readyz` are; `undefined` with `server: false`. */
  readonly url: string | undefined;
  ready(): Readiness;
  /** Stops reading, lets sends in flight end (`shutdownTimeout`), keeps the rest in the outbox. */
  stop(): Promise<void>;
}

/** Throws `StoreError` or `ServerError` for what a person has to mend. */
export async function startDaemon(parts: DaemonParts): Promise<Daemon> {
  const { config, clock, random, log, redact, version } = parts;
  const stopping: (() => unknown)[] = [];
  const stop = once(async () => {
    for (const step of stopping.toReversed()) await step();
  });
  try {
    const store = openStore(config.store.path, clock);
    stopping.push(() => store.close());

    const lanes = new Map<string, Lane>();
    const events = createEvents({ log, clock, lanes });
    const journal = new Journal(store.outbox, clock, {
      ...events.journal,
      written: () => store.sync.request(),
    });
    stopping.push(() => events.closed(journal.close()));
    events.buried(store.outbox.buryRemoved(Object.keys(config.destinations), clock.monotonicMs()));
    const retention = startRetention(store.outbox, config.store.retention, clock);
    stopping.push(() => retention.cancel());

    const feeds: FeedClient[] = [];
    const ready = () =>
      readiness({
        feeds: feeds.map(({ options, status }) => ({ options, status })),
        lanes: new Map([...lanes].map(([name, lane]) => [name, lane.status])),
        storeFault: journal.fault,
        configIsCurrent: digestOf(config.file) === parts.configDigest,
        nowMs: clock.monotonicMs(),
      });
    let server: OpsServer | undefined;
    if (config.server !== false) {
      server = await startServer(config.server, createApp(config.server, ready));
      stopping.push(() => server?.close());
    }

    const startMs = clock.monotonicMs();
    const budgets = new Budgets(clock, {
      pauses: store.outbox.pauses(startMs),
      attempts: store.outbox.attemptsSince(startMs - REMEMBERED_MS),
      keep: (key, untilMs) => journal.pause(key, untilMs),
    });
    const targets = new Map<string, Target>();
    const used = templatesUsedBy(config.rules);
    for (const prepared of prepareDestinations(config.destinations, config.templates, used, budgets)) {
      const { name, options, forEachTicker } = prepared;
      const destination = openDestination(
        () => prepared.open({ clock, redact, version }),
        events.openFailed(name),
      );
      stopping.push(() => destination.close());
      const lane = new Lane({ ...prepared, destination, journal, clock, random, events: events.lane });
      lanes.set(name, lane);
      targets.set(name, { forEachTicker, maxAgeMs: options.maxAge, push: (delivery) => lane.push(delivery) });
    }
    stopping.push(async () => {
      const deadline = new AbortController();
      const timer = clock.after(config.shutdownTimeout, () => deadline.abort());
      await Promise.all([...lanes.values()].map((lane) => lane.stop(deadline.signal)));
      timer.cancel();
    });

    const dedupe = new Dedupe(config.dedupeWindow);
    for (const { identity, receivedMs } of store.outbox.identitiesSince(
      clock.monotonicMs() - config.dedupeWindow,
    ))
      dedupe.isRepeat(identity, receivedMs);
    const intake = new Intake(
      { ids: createIds(random), dedupe, journal, events: events.intake },
      { router: compileRules(config.rules), targets },
    );

    const shared = { connectGate: new ConnectGate(), selfTestGate: new SelfTestGate(), clock, random };
    for (const options of config.feeds) {
      const ca = options.tls.ca === undefined ? undefined : readFileSync(options.tls.ca, 'utf8');
      const announcement = intake.accept.bind(intake);
      const feed = new FeedClient({ options, ca, ...shared, events: { ...events.feed, announcement } });
      feeds.push(feed);
      feed.start();
      stopping.push(() => feed.stop());
    }
    // What was owed before goes out beside the news, not before the feed listens.
    for (const lane of lanes.values()) lane.refill();
    const poll = new AbortController();
    stopping.push(() => poll.abort());
    void watchStore(journal, lanes, clock, poll.signal);

    events.started(config, server?.url, version);
    return { url: server?.url, ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function watchStore(
  journal: Journal,
  lanes: ReadonlyMap<string, Lane>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (journal.changedByOthers()) for (const lane of lanes.values()) lane.reconcile();
    await wait(clock, STORE_POLL_MS, signal);
  }
}

function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'unreadable';
  }
}

/** Later calls get the promise of the first. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
