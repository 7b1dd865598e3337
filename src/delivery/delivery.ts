/** One message owed to one destination, and the states it can be in. */
import type { Announcement } from '../announcement.ts';

/** `pending` is the only state that moves; the other four are where everything that was read ends. */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'expired', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type FinalState = Exclude<DeliveryState, 'pending'>;

/** On the wire, or it was when the bridge ended (`onAmbiguous: drop`). */
export const UNDER_WAY = 'under_way';

/**
 * Why a delivery ended, where no answer of the far end says it (`outcome.ts` has those). Stored, and shown to people:
 * each has a row in docs/troubleshooting.md. `under_way` is no end: it marks what is on the wire under `onAmbiguous: drop`.
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
] as const;
export type EndingReason = (typeof ENDING_REASONS)[number];

/** What is written down before the first attempt. Not the rendered message: see `docs/decisions/outbox-stores-references.md`. */
export interface Delivery {
  /** `<announcement id>-<ordinal>`: unique for ever, the same on every retry; sent as `webhook-id`. */
  readonly id: string;
  readonly announcement: Announcement;
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
