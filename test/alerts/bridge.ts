/**
 * A bridge as alerts see it, on a clock that the test moves: its state can be set, events can be emitted, sent
 * messages are kept.
 */
import type { Alert } from '../../src/alert.ts';
import { AlertReporter } from '../../src/alerts/alert-reporter.ts';
import { type AlertsOptions, alertsOptions } from '../../src/alerts/options.ts';
import type { BridgeState } from '../../src/conditions/from-state.ts';
import { ConditionWatch } from '../../src/conditions/watch.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery, FinalState } from '../../src/delivery/delivery.ts';
import type { LaneStatus } from '../../src/delivery/lane-deps.ts';
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { cryptolistingOptions } from '../../src/feeds/cryptolisting/options.ts';
import { proofsOf } from '../../src/feeds/cryptolisting/proofs.ts';
import type { FeedStatus } from '../../src/feeds/health.ts';
import type { Timer } from '../../src/platform/clock.ts';
import { createRedactor } from '../../src/platform/redactor.ts';
import type { TableState } from '../../src/tables/table-state.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const SECRET = 'a-secret-token';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const selfTest = (state: 'answered' | 'unanswered') =>
  ({
    state,
    askedMs: 0,
    answeredMs: state === 'answered' ? 0 : undefined,
    roundTripMs: undefined,
    unasked: 0,
  }) as const;

export interface Sent {
  readonly alert: Alert;
  readonly to: readonly string[];
  readonly atMs: number;
  /** `code subject state` of each change in it. */
  readonly changes: readonly string[];
}

const FEED = cryptolistingOptions.parse({ apiKey: 'dsk_x' });

export class FakeBridge {
  readonly clock: FakeClock;
  readonly sent: Sent[] = [];
  readonly published: BridgeEvent[] = [];
  readonly feeds = new Map<string, FeedStatus>();
  readonly lanes = new Map<string, LaneStatus>();
  storeFault: string | undefined;
  /** Problems of the file that the last reload has met. */
  rejected: readonly string[] | undefined;
  options: AlertsOptions | undefined;
  /** State that outlives a restart. */
  readonly store = new Map<string, string>();
  /** Looks that failed. */
  tables: TableState[] = [];
  readonly failures: unknown[] = [];
  #retry: Timer | undefined;
  #alerts: AlertReporter;
  #conditions: ConditionWatch;
  readonly #startMs: number;

  constructor(options: object = {}, startMs = Date.UTC(2026, 0, 1, 12)) {
    this.clock = new FakeClock(startMs);
    this.#startMs = startMs;
    this.options = alertsOptions.parse({ send: ['chat', 'ops'], ...options });
    this.live('tokyo');
    for (const name of ['chat', 'ops', 'bot']) this.lane(name);
    this.#conditions = new ConditionWatch(this.clock);
    this.#alerts = this.#begin();
  }

  /** The process ends, and another one begins. State in memory is gone. */
  restart(): void {
    this.#alerts.stop();
    this.#conditions = new ConditionWatch(this.clock);
    this.#alerts = this.#begin();
  }

  #begin(): AlertReporter {
    const alerts = new AlertReporter({
      clock: this.clock,
      options: () => this.options,
      state: () => this.#state(),
      conditions: this.#conditions,
      send: (alert, to) => {
        const told = (alert.data['alerts'] ?? []) as { code: string; subject: string; state: string }[];
        const changes = told.map(({ code, subject, state }) => `${code} ${subject} ${state}`);
        this.sent.push({ alert, to, atMs: this.nowMs, changes });
      },
      publish: (event) => this.published.push(event),
      memory: {
        recall: (key) => this.store.get(key),
        keep: (key, value) => this.store.set(key, value),
      },
      redact: createRedactor([SECRET]),
      failed: (error) => this.failures.push(error),
    });
    alerts.start();
    return alerts;
  }

  advance(byMs: number): Promise<void> {
    return this.clock.advance(byMs);
  }

  say(event: BridgeEvent): void {
    this.#conditions.listener(event);
    this.#alerts.listener(event);
  }

  /** Since the start. */
  get nowMs(): number {
    return this.clock.monotonicMs() - this.#startMs;
  }

  /** Of every message so far, in order. */
  get changes(): string[] {
    return this.sent.flatMap(({ changes }) => changes);
  }

  /** Connected, and proven to be heard unless the test sets something else. */
  live(feed: string, changes: Partial<FeedStatus> = {}): void {
    const { lastLifeMs = Number.POSITIVE_INFINITY, selfTest: proof = selfTest('answered') } = changes;
    const proven = { options: FEED, connectedSinceMs: 0, welcome: undefined };
    this.feeds.set(feed, {
      name: feed,
      state: 'live',
      proofs: proofsOf({ ...proven, lastLifeMs, selfTest: proof }),
      keyExpiresMs: undefined,
      welcome: { tier: 'paid', allowedCex: '*', limits: {}, missing: [] },
      trouble: undefined,
      ...changes,
    } as FeedStatus);
  }

  down(feed: string, trouble = 'connect ECONNREFUSED'): void {
    this.live(feed, { state: 'waiting', lastLifeMs: undefined, selfTest: selfTest('unanswered'), trouble });
  }

  lane(name: string, changes: Partial<LaneStatus> = {}): void {
    const idle = {
      held: 0,
      inFlight: 0,
      behind: false,
      pausedUntilMs: 0,
      nearBanUntilMs: 0,
      suspended: undefined,
    };
    this.lanes.set(name, { ...idle, ...changes } as LaneStatus);
  }

  suspend(name: string): void {
    this.lane(name, {
      suspended: {
        ...{ reason: 'gone', words: 'It is gone. [gone]', sinceMs: this.clock.monotonicMs() },
        ...{ isGone: true, steps: 1, nextMs: this.clock.monotonicMs() + 60_000 },
      },
    });
  }

  ended(destination: string, state: FinalState, reason?: string, alert?: Alert): void {
    const endedMs = this.clock.monotonicMs();
    this.say({ kind: 'delivery.ended', delivery: this.delivery(destination, alert), state, reason, endedMs });
  }

  attempted(destination: string, outcome: Outcome, more: Partial<AttemptResult> = {}): void {
    const endedMs = this.clock.monotonicMs();
    const decision = { kind: 'end', state: 'dead', reason: undefined } as const;
    this.say({
      kind: 'delivery.attempted',
      ...{ delivery: this.delivery(destination), attempt: 1, startedMs: endedMs - 5, endedMs, decision },
      result: { ...more, outcome, writtenMs: endedMs - 3 },
    } as BridgeEvent);
  }

  /** From now on every attempt fails, one a minute. */
  fail(destination: string): void {
    this.attempted(destination, { kind: 'retry', reason: 'unreachable' });
    this.#retry = this.clock.after(MINUTE, () => this.fail(destination));
  }

  recover(destination: string): void {
    this.#retry?.cancel();
    this.attempted(destination, { kind: 'delivered' });
  }

  delivery(destination: string, alert?: Alert): Delivery {
    const receivedMs = this.clock.monotonicMs() - 10;
    return {
      id: 'x-0',
      content:
        alert === undefined
          ? newsOf(announcementOf({ receivedMs }))
          : { kind: 'alert', alert: { ...alert, id: 'x', raisedMs: receivedMs } },
      destination,
      rule: 'all',
      template: undefined,
      ticker: undefined,
      importance: 1,
      expiresAtMs: undefined,
    };
  }

  received(feed = 'tokyo', changes: Partial<ReturnType<typeof announcementOf>> = {}): void {
    const announcement = announcementOf({ feed, ...changes });
    this.say({ kind: 'announcement.received', announcement, deliveries: [], rules: [] });
  }

  #state(): BridgeState {
    return {
      feeds: [...this.feeds.values()],
      destinations: [...this.lanes].map(([name, lane]) => ({ name, lane })),
      rules: [],
      tables: this.tables,
      storeFault: this.storeFault,
      config: { rejected: this.rejected },
    };
  }
}
