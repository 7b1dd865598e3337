/** The message of a delivery: rendered at its first attempt, kept for the next ones. */
import type { Held } from './head.ts';
import type { LaneParts } from './lane-parts.ts';

/** `undefined`: its template fails on this announcement, and the destination has no other form that will do. */
export function messageOf(held: Held, { render, renderDefault, events }: LaneParts): unknown {
  if (held.message !== undefined) return held.message;
  try {
    held.message = render(held.delivery);
  } catch (error) {
    events.renderFailed(held.delivery, error instanceof Error ? error.message : String(error));
    held.message = renderDefault?.(held.delivery);
  }
  return held.message;
}
