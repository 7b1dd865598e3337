/** From the calls that the parts make in the middle of their work to the events of the bus. */

import type { LaneEvents } from '../delivery/lane-parts.ts';
import type { FeedEvents } from '../feeds/cryptolisting/client-parts.ts';
import type { IntakeParts } from '../intake.ts';
import type { JournalEvents } from '../outbox/journal.ts';
import type { Replaced } from '../outbox/open.ts';
import { messageOf } from '../platform/message-of.ts';
import type { OddFrame } from './bridge-event.ts';
import type { Listener } from './bus.ts';

export interface Events {
  readonly feed: Omit<FeedEvents, 'news'>;
  readonly intake: IntakeParts['events'];
  readonly lane: LaneEvents;
  readonly journal: Pick<JournalEvents, 'broken' | 'refused' | 'mended'>;
  readonly storeReplaced: (what: Replaced) => void;
  readonly rehearsalFailed: (error: unknown) => void;
  readonly advise: (destination: string, advice: string) => void;
  readonly openFailed: (destination: string, error: unknown) => void;
}

const ODD = {
  garbage: 'frame.garbage',
  unknown: 'frame.unknown_type',
  error: 'frame.error',
} as const satisfies Record<OddFrame['kind'], string>;

export function createEvents(publish: Listener): Events {
  return {
    feed: {
      welcome: (feed, welcome, missing) => publish({ kind: 'feed.live', feed, welcome, missing }),
      lost: (feed, loss, retryMs) => publish({ kind: 'feed.lost', feed, ...loss, retryMs }),
      fatal: (feed, { reason, detail, advice = '' }) =>
        publish({
          kind: 'feed.fatal',
          ...{ feed, advice, reason: detail === undefined ? reason : `${reason} (${detail})` },
        }),
      changeFailed: (feed, loss, retryMs) => publish({ kind: 'feed.change_failed', feed, ...loss, retryMs }),
      selfTest: (feed, result) =>
        publish(
          result === 'unanswered'
            ? { kind: 'feed.self_test_unanswered', feed }
            : { kind: 'feed.self_test_answered', feed, roundTripMs: result.roundTripMs },
        ),
      warning: (warning) => publish({ kind: 'warning.raised', warning }),
      odd: (feed, frame) => publish({ kind: ODD[frame.kind], feed, frame }),
    },
    intake: {
      received: (announcement, deliveries, rules) =>
        publish({ kind: 'announcement.received', announcement, deliveries, rules }),
      duplicate: (announcement, first) => publish({ kind: 'announcement.duplicate', announcement, first }),
      capped: (delivery, detail, endedMs) =>
        publish({
          kind: 'delivery.ended',
          delivery,
          state: 'skipped',
          reason: 'max_tickers',
          detail,
          endedMs,
        }),
    },
    lane: {
      attempted: (delivery, attempt, result, startedMs, endedMs, decision) =>
        publish({ kind: 'delivery.attempted', delivery, attempt, result, startedMs, endedMs, decision }),
      ended: (delivery, state, reason, endedMs) =>
        publish({ kind: 'delivery.ended', delivery, state, reason, endedMs }),
      suspended: (destination, reason, detail, advice) =>
        publish({ kind: 'destination.suspended', destination, reason, detail, advice }),
      nearBan: (destination, untilMs) => publish({ kind: 'destination.near_ban', destination, untilMs }),
      resumed: (destination) => publish({ kind: 'destination.resumed', destination }),
      renderFailed: (delivery, message) => publish({ kind: 'template.failed', delivery, message }),
    },
    journal: {
      broken: (message) => publish({ kind: 'store.broken', message }),
      refused: (what, message) => publish({ kind: 'store.refused', what, message }),
      mended: (entries, dropped) => publish({ kind: 'store.mended', entries, dropped }),
    },
    rehearsalFailed: (error) => publish({ kind: 'rehearsal.failed', message: messageOf(error) }),
    advise: (destination, advice) => publish({ kind: 'destination.advice', destination, advice }),
    storeReplaced: (what) => publish({ kind: 'store.replaced', ...what }),
    openFailed: (destination, error) =>
      publish({
        kind: 'destination.open_failed',
        destination,
        message: messageOf(error),
      }),
  };
}
