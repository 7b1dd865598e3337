/** Why a cooldown holds a delivery back, and until when. */
import type { Refused } from '../delivery/held-back.ts';
import { formatDuration } from '../platform/duration.ts';

export interface Cooling {
  readonly rule: string;
  /** `ABC`, `this title`, `something`. */
  readonly kind: string;
  /** It arrived, or may have; false: it is still on its way. */
  readonly isSent: boolean;
  /** Receipt of the announcement that started it, monotonic ms; and the end. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly announcementId: string;
}

export const refusalOf = (cooling: Cooling, nowMs: number): Refused => ({
  reason: 'cooldown',
  detail: inWords(cooling, nowMs),
  heldBy: cooling,
});

/** `nowMs`: monotonic. */
function inWords(cooling: Cooling, nowMs: number): string {
  const until = cooling.isSent
    ? `its cooldown lasts another ${spanOf(cooling.untilMs - nowMs)}`
    : 'this one waits, and is sent only if that one fails';
  return `${beganInWords(cooling, nowMs)}; ${until}`;
}

/** `ABC was sent here 1h ago by rule "orders" (announcement …)`. `nowMs`: monotonic. */
export function beganInWords(
  { kind, isSent, rule, announcementId, sinceMs }: Cooling,
  nowMs: number,
): string {
  const began = isSent ? `${kind} was sent here` : `${kind} is on its way here, received`;
  return `${began} ${spanOf(nowMs - sinceMs)} ago by rule ${JSON.stringify(rule)} (announcement ${announcementId})`;
}

const spanOf = (ms: number): string => formatDuration(Math.max(0, Math.round(ms)));
