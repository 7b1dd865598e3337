/** One message for one destination: the states it can be in, and how it and its attempts are stored. */
import type { Content } from './content.ts';
import type { HeldBy } from './held-by.ts';

/** `pending` is the only state that moves; the other four are where everything that was read ends. */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'expired', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type FinalState = Exclude<DeliveryState, 'pending'>;

/** On the wire, or it was when the bridge ended (`onAmbiguous: drop`). */
export const UNDER_WAY = 'under_way';

/** Begins the detail of an attempt that is a record of another node's, whose name follows. */
export const SENT_BY = 'sent by node ';

/** It waits because a replay has queued it, and has not been tried since. */
export const REPLAYED = 'replayed';

/**
 * Why a delivery ended, where no answer of the receiver says it (`outcome.ts` has those). Stored, and shown to people:
 * each has a row in docs/troubleshooting.md. `under_way` is no end: it marks what is on the wire under `onAmbiguous: drop`; neither is `replayed`.
 */
export const ENDING_REASONS = [
  'max_age',
  'template',
  'may_have_arrived',
  UNDER_WAY,
  'destination_removed',
  'discarded',
  'dry_run',
  'rules_changed',
  'no_ticker',
  'for_each_off',
  'max_tickers',
  'no_symbol',
  'cooldown',
  'muted',
  'handed_over',
  'sent_elsewhere',
  REPLAYED,
] as const;
export type EndingReason = (typeof ENDING_REASONS)[number];

/**
 * The record written before the first attempt. Not the rendered message: see
 * `docs/decisions/outbox-stores-references.md`.
 */
export interface Delivery {
  /** The same on every retry; sent as `webhook-id`. That of news is the same in every process that reads it (docs/decisions/delivery-ids.md). */
  readonly id: string;
  /** Of its row in this process' store: `<content id>-<ordinal>`, so it rises with time and never comes again; absent: its id. */
  readonly key?: string;
  readonly content: Content;
  readonly destination: string;
  /** The rule that asked for it. */
  readonly rule: string;
  /** The template that the rule chose; none = the destination's default form. */
  readonly template: string | undefined;
  /** Under `forEach: ticker`, the one this delivery is for. */
  readonly ticker: string | undefined;
  readonly importance: number;
  /** When it stops being useful, monotonic ms (`Clock.monotonicMs`); `undefined` = never. */
  readonly expiresAtMs: number | undefined;
}

/** Of its row. */
export const keyOf = ({ id, key = id }: Pick<Delivery, 'id' | 'key'>): string => key;

/** A delivery that still waits, as it is taken up again. */
export interface PendingDelivery {
  readonly delivery: Delivery;
  /** Attempts already made. */
  readonly attempts: number;
  readonly notBeforeMs: number;
  /** The platform refused the rich form before. */
  readonly plain: boolean;
  /** Attempts of which all that became known is that the address has moved; absent: none. */
  readonly moves?: number;
  /** When a request began that may have arrived, for all that is known. */
  readonly begunMs?: number | undefined;
  /** Of the last failure. */
  readonly reason?: string | undefined;
  /** When a person last asked for it again (`deliveries retry`). */
  readonly byHandMs?: number | undefined;
}

/** As it is taken up for the first time. */
export const unattempted = (delivery: Delivery): PendingDelivery => ({
  ...{ delivery, attempts: 0, plain: false, notBeforeMs: 0 },
});

/** One attempt and the state that it left the delivery in. */
export interface AttemptRecord {
  /** `keyOf` the delivery. */
  readonly deliveryKey: string;
  /** 1 for the first. 0 = no attempt was made: expired, skipped or buried without one. */
  readonly attempt: number;
  readonly startedMs: number;
  readonly durationMs: number;
  /** The outcome's kind and reason: `delivered`, `retry server_error`, `ambiguous timeout`, … */
  readonly outcome: string;
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly state: DeliveryState;
  /** Why the delivery is in that state; the reason word of the outcome, or `max_age`, `dry_run`, … */
  readonly reason: string | undefined;
  readonly notBeforeMs: number;
  readonly plain: boolean;
  /** When a request began that may have arrived; `undefined` = whatever was begun has ended, and did not. */
  readonly begunMs?: number | undefined;
  /** Of one that was held back. */
  readonly heldBy?: HeldBy | undefined;
}
