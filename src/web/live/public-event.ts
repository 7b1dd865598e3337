/**
 * The events of the bridge that its users' programs may follow, in names that stay: the bridge's own may change. Times
 * are RFC 3339, spans are in ms.
 */

import { originOf } from '../../delivery/content.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { askedMs } from '../../delivery/events.ts';
import type { BridgeEvent } from '../../events/bridge-event.ts';
import { updateMarkOf } from '../../routing/subject.ts';

/** In the order of the documentation. */
export const EVENT_KINDS = [
  'announcement',
  'attempt',
  'delivery',
  'feed',
  'destination',
  'alert',
  'config',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface PublicEvent {
  readonly kind: EventKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `undefined`: not for others. */
export function publicEvent(event: BridgeEvent): PublicEvent | undefined {
  switch (event.kind) {
    case 'announcement.received': {
      const { announcement, rules } = event;
      const { id, feed, publisher, listingType, tickers, title, redacted, test } = announcement;
      const receivedAt = new Date(announcement.receivedTimestampUs / 1000).toISOString();
      const isUpdate = updateMarkOf(announcement) !== undefined;
      const deliveries = event.deliveries.map((one) => ({
        ...{ id: one.id, destination: one.destination, ticker: one.ticker },
      }));
      return {
        kind: 'announcement',
        data: {
          ...{ id, receivedAt, feed, publisher, listingType, tickers, title },
          ...{ redacted, test, update: isUpdate, rules, deliveries },
        },
      };
    }
    case 'delivery.attempted': {
      const { delivery, attempt, result, startedMs, endedMs } = event;
      const { outcome, writtenMs } = result;
      return {
        kind: 'attempt',
        data: {
          ...{ ...subject(delivery), attempt, outcome: outcome.kind },
          reason: 'reason' in outcome ? outcome.reason : undefined,
          dispatchMs: writtenMs === undefined ? undefined : writtenMs - askedMs(event),
          tookMs: endedMs - startedMs,
        },
      };
    }
    case 'delivery.ended': {
      const { delivery, state, reason, endedMs } = event;
      const tookMs = endedMs - askedMs(event);
      return { kind: 'delivery', data: { ...subject(delivery), state, reason, tookMs } };
    }
    case 'feed.live':
      return { kind: 'feed', data: { feed: event.feed, state: 'live' } };
    case 'feed.lost':
    case 'feed.fatal': {
      const { feed, reason, detail, advice } = event;
      const state = event.kind === 'feed.lost' ? 'lost' : 'stopped';
      return { kind: 'feed', data: { feed, state, reason, detail, advice } };
    }
    case 'destination.suspended': {
      const { destination, reason, advice } = event;
      return { kind: 'destination', data: { destination, state: 'suspended', reason, advice } };
    }
    case 'destination.resumed':
      return { kind: 'destination', data: { destination: event.destination, state: 'resumed' } };
    case 'alert.started':
    case 'alert.ended': {
      const { code, subject: about, severity, says, detail } = event;
      const state = event.kind === 'alert.started' ? 'started' : 'ended';
      return { kind: 'alert', data: { state, code, subject: about, severity, summary: says, detail } };
    }
    case 'config.reloaded':
      return { kind: 'config', data: { state: 'reloaded', changes: event.changes } };
    case 'config.rejected':
      return { kind: 'config', data: { state: 'rejected', problems: event.problems } };
    default:
      return undefined;
  }
}

const subject = ({ id, content, destination, rule, ticker }: Delivery) => ({
  ...{ id, announcement: originOf(content).id, destination, rule, ticker },
});
