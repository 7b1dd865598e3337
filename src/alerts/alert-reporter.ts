/**
 * Reports problems of the bridge: listens to the events, reads the state once a second, and sends reports through
 * the destinations of `alerts.send`. It costs the news nothing: it only reads memory, and its messages go last.
 * Without `alerts:` it only listens.
 */
import type { Alert } from '../alert.ts';
import type { BridgeState } from '../conditions/from-state.ts';
import { conditionKey, conditionOf, type Named } from '../conditions/registry.ts';
import { type ConditionWatch, isUnknownIn } from '../conditions/watch.ts';
import type { BridgeEvent } from '../events/bridge-event.ts';
import type { Listener } from '../events/bus.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import { AlertBatcher, type Batch } from './batch.ts';
import { Day } from './day.ts';
import { heartbeatOf } from './heartbeat.ts';
import { nextHeartbeat } from './heartbeat-times.ts';
import { alertOf, alertTitle, type WallOf } from './message.ts';
import type { AlertsOptions } from './options.ts';
import { restore, save } from './saved.ts';
import { type Change, Tracker } from './tracker.ts';

const LOOK_MS = 1000;

export interface AlertsDeps {
  readonly clock: Clock;
  /** Of the config in force; `undefined` = nothing is sent. */
  options(): AlertsOptions | undefined;
  state(): BridgeState;
  /** The conditions that hold now; it listens by itself. */
  readonly conditions: ConditionWatch;
  /** Each of them gets it once; those that are not there get nothing. `ofAllNodes`: what it says, where each of several machines sees the same. */
  send(alert: Alert, destinations: readonly string[], ofAllNodes?: string): void;
  readonly publish: Listener;
  /** Outlives a restart. */
  readonly memory: { recall(key: string): string | undefined; keep(key: string, value: string): void };
  /** For what is kept: a receiver may have quoted a secret. */
  readonly redact: Redactor;
  /** A look failed, which is a bug of ours; the next one is taken all the same. */
  failed(error: unknown): void;
}

const MEMORY_KEY = 'alerts';

export class AlertReporter {
  readonly #deps: AlertsDeps;
  #tracker: Tracker;
  readonly #batcher: AlertBatcher;
  #day: Day;
  /** Times of the wall clock. */
  #heartbeat: { readonly pattern: string; dueMs: number | undefined; lookedMs: number } | undefined;
  #timer: Timer | undefined;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    const nowMs = deps.clock.monotonicMs();
    const { told, sentMs } = restore(deps.memory.recall(MEMORY_KEY));
    this.#tracker = new Tracker(told, nowMs);
    this.#batcher = new AlertBatcher(sentMs);
    this.#day = new Day(nowMs);
  }

  readonly listener = (event: BridgeEvent): void => {
    this.#day.learn(event);
  };

  start(): void {
    this.#timer = this.#deps.clock.after(
      LOOK_MS,
      () => {
        this.start();
        try {
          this.#look();
        } catch (error) {
          this.#deps.failed(error);
        }
      },
      false,
    );
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { clock, conditions, options: optionsNow, state: stateNow } = this.#deps;
    const nowMs = clock.monotonicMs();
    const state = stateNow();
    const isOfThePast = isUnknownIn(state);
    const options = optionsNow();
    if (options === undefined) {
      // Somebody who enables alerts gets the conditions that hold at that moment.
      conditions.forget(isOfThePast);
      this.#tracker = new Tracker();
      this.#batcher.forget(() => true);
      return;
    }
    this.#tracker.forget(isOfThePast);
    this.#batcher.forget(({ sighting }) => isOfThePast(sighting));
    const seen = conditions.seen(state, options).filter(isWorthAlert);
    for (const change of this.#tracker.step(seen, options, nowMs)) {
      this.#publish(change, options);
      this.#batcher.add(change, nowMs);
    }
    const batch = this.#batcher.take(nowMs);
    if (batch !== undefined) {
      this.#tell(batch, options);
      // Only now: a report that was still waiting is made again after a crash.
      const { memory, redact } = this.#deps;
      memory.keep(MEMORY_KEY, redact(save({ told: this.#tracker.told, sentMs: this.#batcher.sentMs })));
    }
    this.#giveSignOfLife(options, state, nowMs);
  }

  #publish(change: Change, options: AlertsOptions): void {
    const { state, durationMs, sighting } = change;
    const { code, subject, detail } = sighting;
    const { severity } = conditionOf(code);
    const says = alertTitle(change);
    const to = options.send.filter((name) => isFor(name, change));
    this.#deps.publish({
      kind: `alert.${state}`,
      ...{ code, subject, severity, says, detail, durationMs, to },
    });
  }

  /** Mostly one message for all; a destination that fails gets only the other news. */
  #tell(batch: Batch, options: AlertsOptions): void {
    const changesFor = (name: string) => batch.changes.filter((change) => isFor(name, change));
    const groups = Map.groupBy(options.send, (name) =>
      changesFor(name)
        .map(({ sighting }) => conditionKey(sighting))
        .join(),
    );
    for (const names of groups.values()) {
      const changes = changesFor(names[0] ?? '');
      const shared = changes.filter(isOfAllNodes);
      const own = changes.filter((change) => !isOfAllNodes(change));
      if (own.length > 0) this.#deps.send(alertOf({ ...batch, changes: own }, this.#wallOf()), names);
      if (shared.length > 0)
        this.#deps.send(alertOf({ ...batch, changes: shared }, this.#wallOf()), names, sameness(shared));
    }
  }

  /** Due by the wall clock, which may be set: when it goes back, what was due then is due no more. */
  #giveSignOfLife({ heartbeat: pattern, send }: AlertsOptions, state: BridgeState, nowMs: number): void {
    const wallMs = this.#deps.clock.wallMs();
    let heartbeat = this.#heartbeat;
    if (pattern === undefined) heartbeat = undefined;
    else if (heartbeat?.pattern !== pattern || wallMs < heartbeat.lookedMs)
      heartbeat = { pattern, dueMs: nextHeartbeat(pattern, wallMs), lookedMs: wallMs };
    this.#heartbeat = heartbeat;
    if (heartbeat === undefined) return;
    heartbeat.lookedMs = wallMs;
    if (heartbeat.dueMs === undefined || wallMs < heartbeat.dueMs) return;
    heartbeat.dueMs = nextHeartbeat(heartbeat.pattern, wallMs);
    const troubles = this.#tracker.told;
    this.#deps.send(heartbeatOf({ day: this.#day, state, troubles, nowMs }, this.#wallOf()), send);
    this.#day = new Day(nowMs);
  }

  #wallOf(): WallOf {
    const aheadMs = this.#deps.clock.wallMs() - this.#deps.clock.monotonicMs();
    return (monotonicMs) => monotonicMs + aheadMs;
  }
}

function isWorthAlert({ code }: Named): boolean {
  const { quiet, impliedBy } = conditionOf(code);
  return quiet === undefined && impliedBy === undefined;
}

/** A problem with a destination cannot be reported through it; its end can. */
function isFor(destination: string, { state, sighting: { code, subject } }: Change): boolean {
  return state === 'ended' || !conditionOf(code).throughOthers || subject !== destination;
}

const isOfAllNodes = ({ sighting: { code } }: Change): boolean => conditionOf(code).ofAllNodes === true;

const sameness = (changes: readonly Change[]): string =>
  changes
    .map(({ state, sighting }) => `${state} ${conditionKey(sighting)}`)
    .sort()
    .join(', ');
