/** The dependencies of a lane, its reports, and the form in which it holds a delivery. */

import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Budget } from './budget.ts';
import type { AttemptRecord, Delivery, FinalState, PendingDelivery } from './delivery.ts';
import type { Gate } from './gate.ts';
import type { Since, Suspension } from './judgement.ts';
import type { AttemptResult } from './outcome.ts';
import type { InForce, RenewalOptions } from './renewal.ts';
import type { ReservePlaces } from './reserve.ts';
import type { Decision, RetryOptions } from './retry-policy.ts';
import type { Sender } from './sender.ts';
import type { Tenure } from './tenure.ts';

/** The part of the journal that the lane needs. */
export interface LaneJournal {
  settle(attempt: AttemptRecord): void;
  /** As `settle`, and in the store when it returns: a request is about to leave that must not be repeated. */
  begin(attempt: AttemptRecord): void;
  /** Everything settled so far is in the store when it returns. */
  flush(): void;
  /** `undefined` while the store cannot be read: the lane is refilled when it can. */
  owed(destination: string, limit: number): readonly PendingDelivery[] | undefined;
}

/** `byHandMs`: a person requested this one then, by `deliveries retry` or a replay. */
export interface LaneEvents {
  attempted(
    delivery: Delivery,
    attempt: number,
    result: AttemptResult,
    startedMs: number,
    endedMs: number,
    decision: Decision,
    byHandMs?: number,
  ): void;
  /** `detail`: more about the reason, for a person. */
  ended(
    delivery: Delivery,
    state: FinalState,
    reason: string | undefined,
    endedMs: number,
    detail?: string,
    byHandMs?: number,
  ): void;
  /** Reported once when it starts and once when it ends. `words`: what happened and what to do. */
  suspended(destination: string, reason: string, detail: string | undefined, words: string): void;
  resumed(destination: string): void;
  /** The platform has refused so much that it would soon ban this address: all that share it are silent until then. Said once. */
  nearBan(destination: string, untilMs: number): void;
  /** A template failed on this announcement; the destination's default form is used instead, or the delivery dies. */
  renderFailed(delivery: Delivery, message: string): void;
}

/** The options of a destination that its lane reads. */
export interface LaneOptions extends RenewalOptions {
  /** Longest one attempt may take, in ms. */
  readonly timeout: number;
  readonly retry: RetryOptions;
  /** Most requests under way at once. */
  readonly concurrency: number;
}

export interface LaneDeps extends InForce {
  readonly name: string;
  readonly options: LaneOptions;
  readonly sender: Sender<unknown>;
  /**
   * Renders a pending delivery; throws on a template's run-time fault. `undefined` = the default form of the type.
   */
  readonly render: (delivery: Delivery) => unknown;
  readonly renderDefault: ((delivery: Delivery) => unknown) | undefined;
  /** The destination's own first, then the shared ones by their key. */
  readonly ownBudget: Budget;
  readonly sharedBudgets: ReadonlyMap<string, Budget>;
  /** Of all lanes. */
  readonly reservePlaces: ReservePlaces;
  readonly journal: LaneJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: LaneEvents;
  /** Of rules with a cooldown; absent: none of them sends here. */
  readonly gate?: Gate;
  /** Absent: this machine is the only one. */
  readonly tenure?: Tenure;
}

/** Most sends under way at once: never more than can go, because what is handed over waits in the order in which it came, and its time runs. */
export function concurrencyOf({ options, sender }: LaneDeps): number {
  return Math.min(options.concurrency, sender.atOnce ?? Number.POSITIVE_INFINITY);
}

export const statusOf = (
  { pausedUntilMs, nearBanUntilMs }: Pick<LaneStatus, 'pausedUntilMs' | 'nearBanUntilMs'>,
  { suspended, slowed, probeAtMs }: Pick<LaneStatus, 'suspended' | 'slowed' | 'probeAtMs'>,
  { size: held }: { readonly size: number },
  { size: inFlight }: { readonly size: number },
  { isBehind: behind }: { readonly isBehind: boolean },
): LaneStatus => ({
  ...{ held, inFlight, behind, pausedUntilMs, nearBanUntilMs, suspended, slowed, probeAtMs },
});

export interface LaneStatus {
  readonly held: number;
  readonly inFlight: number;
  /** More waits in the outbox than is held. */
  readonly behind: boolean;
  readonly pausedUntilMs: number;
  /** That part of the pause that keeps the platform from banning this address. */
  readonly nearBanUntilMs: number;
  /** It says that it is gone, or refuses everything. */
  readonly suspended: Suspension | undefined;
  /** It fails, message after message. */
  readonly slowed: Since | undefined;
  /** In trouble: when the next message may be tried; Infinity: when the one under way has been answered. */
  readonly probeAtMs?: number | undefined;
}
