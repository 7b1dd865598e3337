/** Deliveries that a brake holds back: on record, ended as skipped, never handed over. */
import type { Delivery, EndingReason } from './delivery.ts';
import type { HeldBy } from './held-by.ts';

/** Why a delivery ends as skipped, without a request. */
export interface Refused {
  readonly reason: EndingReason;
  /** For people. */
  readonly detail: string;
  /** The mute or cooldown; absent: it is something else. */
  readonly heldBy?: HeldBy;
}

/** A delivery that is on record and never handed over. */
export interface HeldBack extends Refused {
  readonly delivery: Delivery;
}

/** Decides what of the news may not leave, though a rule asks for it. */
export interface Brakes {
  /** False: nothing is held back, and nobody needs to ask. */
  readonly areOn: boolean;
  /** `nowMs`: its receipt. `undefined`: it may leave, and is about to. */
  hold(delivery: Delivery, nowMs: number): Refused | undefined;
}

export const NONE_HELD: ReadonlyMap<Delivery, Refused> = new Map();

export function heldBy(
  brakes: Brakes,
  deliveries: readonly Delivery[],
  nowMs: number,
): ReadonlyMap<Delivery, Refused> {
  let held: Map<Delivery, Refused> | undefined;
  for (const delivery of deliveries) {
    const refused = brakes.hold(delivery, nowMs);
    if (refused === undefined) continue;
    held ??= new Map();
    held.set(delivery, refused);
  }
  return held ?? NONE_HELD;
}
