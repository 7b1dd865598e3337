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
});

/** `nowMs`: monotonic. */
export function inWords({ kind, isSent, rule, announcementId, ...times }: Cooling, nowMs: number): string {
  const [agoMs, leftMs] = [nowMs - times.sinceMs, times.untilMs - nowMs].map((ms) =>
    Math.max(0, Math.round(ms)),
  );
  const before = `by rule ${JSON.stringify(rule)} (announcement ${announcementId})`;
  return isSent
    ? `${kind} was sent here ${formatDuration(agoMs ?? 0)} ago ${before}; its cooldown lasts another ${formatDuration(leftMs ?? 0)}`
    : `${kind} is on its way since ${formatDuration(agoMs ?? 0)} ${before}; this one is sent only if that one fails`;
}
