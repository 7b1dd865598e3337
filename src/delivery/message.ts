/** The message of a delivery: rendered at its first attempt, kept for the next ones. Never throws: that would end this process, and the next one too. */
import { messageOf } from '../platform/message-of.ts';
import type { Delivery } from './delivery.ts';
import type { Held } from './head.ts';
import type { LaneDeps, LaneEvents } from './lane-deps.ts';

/** `undefined`: its template fails on this announcement, and the destination has no other form that will do. */
export function messageFor(held: Held, { render, renderDefault, events, forEachTicker }: LaneDeps): unknown {
  // Queued for one ticker, and the destination gets one request for all of them now.
  const isForAll = !forEachTicker && held.delivery.ticker !== undefined;
  const delivery = isForAll ? { ...held.delivery, ticker: undefined } : held.delivery;
  held.message ??= made(delivery, render, events) ?? made(delivery, renderDefault, events);
  return held.message;
}

function made(delivery: Delivery, form: LaneDeps['renderDefault'], events: LaneEvents): unknown {
  try {
    return form?.(delivery);
  } catch (error) {
    events.renderFailed(delivery, messageOf(error));
    return undefined;
  }
}
