/**
 * Deliveries of a rule that has a `cooldown` leave one after the other: the first of a kind; the next only if it has become
 * certain that nothing of the first arrived. The lane asks before a delivery may leave, and reports what became of it.
 */
import type { DeliveryState, PendingDelivery } from './delivery.ts';
import type { Refused } from './held-back.ts';

/** `behind`: it waits for the fate of one that came before it. */
export type Standing = 'free' | 'behind' | Refused;

export interface Gate {
  /** Whether it may leave. When it may, those that come later are behind it, whether or not it is in memory. */
  standing(item: PendingDelivery, nowMs: number): Standing;
  /** It has ended, or goes on after an attempt (`pending`). */
  settled(item: PendingDelivery, state: DeliveryState): void;
}
