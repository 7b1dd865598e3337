/** One message owed to one destination, and the states it can be in. */
import type { Announcement } from '../announcement.ts';

/** `pending` is the only state that moves; the other four are where everything that was read ends. */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'expired', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type FinalState = Exclude<DeliveryState, 'pending'>;

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
