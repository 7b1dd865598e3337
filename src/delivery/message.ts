/** The message of a delivery: rendered at its first attempt, kept for the next ones. Never throws: that would end this process, and the next one too. */
import { messageOf } from '../platform/message-of.ts';
import type { Delivery } from './delivery.ts';
import type { Held } from './head.ts';
import type { LaneEvents, LaneParts } from './lane-parts.ts';

/** `undefined`: its template fails on this announcement, and the destination has no other form that will do. */
export function messageFor(held: Held, { render, renderDefault, events }: LaneParts): unknown {
  held.message ??= made(held.delivery, render, events) ?? made(held.delivery, renderDefault, events);
  return held.message;
}

function made(delivery: Delivery, form: LaneParts['renderDefault'], events: LaneEvents): unknown {
  try {
    return form?.(delivery);
  } catch (error) {
    events.renderFailed(delivery, messageOf(error));
    return undefined;
  }
}
