/** Which mute or cooldown held a delivery back: kept with the delivery, because the mute may be gone when somebody asks. Pure. */
import { timeText } from '../platform/time-text.ts';

/** As `Mute` of `mutes/`; times in ms on the bridge's timeline. */
export interface HoldingMute {
  /** In the store of this bridge. */
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** In the words of whoever made it. */
  readonly reason?: string | undefined;
}

/** As `Cooling` of `cooldown/`. */
export interface HoldingCooldown {
  readonly rule: string;
  /** `ABC`, `this title`, `something`. */
  readonly kind: string;
  /** Receipt of the announcement that started it, and the end, in ms on the bridge's timeline. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly announcementId: string;
}

export type HeldBy = HoldingMute | HoldingCooldown;

export const isCooldown = (by: HeldBy): by is HoldingCooldown => 'announcementId' in by;

/** `mute 3 of ticker ABC, from … to …: a scam`, for a person. */
export function heldByInWords(by: HeldBy, time: (ms: number) => string = timeText): string {
  const span = `from ${time(by.sinceMs)} to ${time(by.untilMs)}`;
  if (isCooldown(by))
    return `cooldown of rule ${JSON.stringify(by.rule)}, ${span}: ${by.kind} was sent here for announcement ${by.announcementId}`;
  const name = by.kind === 'rule' ? JSON.stringify(by.name) : by.name;
  return `mute ${by.id} of ${by.kind} ${name}, ${span}${by.reason === undefined ? '' : `: ${by.reason}`}`;
}
