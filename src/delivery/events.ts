/** The events of the lanes, and how the calls that a lane makes in the middle of its work become them. */
import { originOf } from './content.ts';
import type { Delivery, FinalState } from './delivery.ts';
import type { LaneEvents } from './lane-deps.ts';
import type { AttemptResult } from './outcome.ts';
import type { Decision } from './retry-policy.ts';

export type DeliveryEvent =
  | {
      readonly kind: 'delivery.attempted';
      readonly delivery: Delivery;
      /** 1 for the first. */
      readonly attempt: number;
      readonly result: AttemptResult;
      readonly startedMs: number;
      readonly endedMs: number;
      readonly decision: Decision;
      /** A person requested it then. */
      readonly byHandMs?: number;
    }
  | {
      readonly kind: 'delivery.ended';
      readonly delivery: Delivery;
      readonly state: FinalState;
      readonly reason: string | undefined;
      /** More about the reason, for a person. */
      readonly detail?: string;
      readonly endedMs: number;
      /** A person requested it then. */
      readonly byHandMs?: number;
    }
  | {
      readonly kind: 'destination.suspended';
      readonly destination: string;
      readonly reason: string;
      readonly detail: string | undefined;
      /** What happened and what to do, with the code in brackets. */
      readonly advice: string;
    }
  /** The platform has refused so much that it would soon ban this address. */
  | { readonly kind: 'destination.near_ban'; readonly destination: string; readonly untilMs: number }
  | { readonly kind: 'destination.resumed'; readonly destination: string }
  | { readonly kind: 'template.failed'; readonly delivery: Delivery; readonly message: string };

/** When its latency begins: with its receipt, or when a person requested it. Monotonic ms. */
export const askedMs = ({
  delivery,
  byHandMs,
}: {
  readonly delivery: Delivery;
  readonly byHandMs?: number;
}): number => byHandMs ?? originOf(delivery.content).receivedMs;

export const laneEvents = (publish: (event: DeliveryEvent) => void): LaneEvents => ({
  attempted: (delivery, attempt, result, startedMs, endedMs, decision, byHandMs) =>
    publish({
      kind: 'delivery.attempted',
      ...{ delivery, attempt, result, startedMs, endedMs, decision },
      ...(byHandMs !== undefined && { byHandMs }),
    }),
  ended: (delivery, state, reason, endedMs, detail, byHandMs) =>
    publish({
      kind: 'delivery.ended',
      ...{ delivery, state, reason, endedMs },
      ...(detail !== undefined && { detail }),
      ...(byHandMs !== undefined && { byHandMs }),
    }),
  suspended: (destination, reason, detail, advice) =>
    publish({ kind: 'destination.suspended', destination, reason, detail, advice }),
  nearBan: (destination, untilMs) => publish({ kind: 'destination.near_ban', destination, untilMs }),
  resumed: (destination) => publish({ kind: 'destination.resumed', destination }),
  renderFailed: (delivery, message) => publish({ kind: 'template.failed', delivery, message }),
});
