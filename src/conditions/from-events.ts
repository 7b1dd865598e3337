/** Conditions that show only in events: which event means what, and for how long it counts. Pure. */

import type { Delivery } from '../delivery/delivery.ts';
import { describeEnding } from '../delivery/describe.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { WarningCode } from '../feeds/warning.ts';
import { formatDuration } from '../platform/duration.ts';
import { type ConditionCode, conditionOf } from './registry.ts';

/** An event means that a condition is there for `lastsMs` more; or, without that, that it is over. */
export interface Sign {
  readonly code: ConditionCode;
  readonly subject: string;
  readonly detail?: string;
  readonly lastsMs?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const UNTIL_TOLD = Number.POSITIVE_INFINITY;

/** Deliveries of alerts raise none. */
const isNews = ({ content }: Delivery) => content.kind === 'news';

/** The warnings that show in the state of their feed, which also knows when they end. */
const IN_STATE: readonly WarningCode[] = ['exchanges_not_covered', 'key_expires_soon'];

function lastsMsOf(code: WarningCode): number {
  // Each piece of unread news is worth a message.
  if (code === 'unread_news') return MINUTE_MS;
  // A note is about what was just so. The others are rare: a day without one says little, but more would say less.
  return conditionOf(code).quiet ? HOUR_MS : 24 * HOUR_MS;
}

const NOTHING: readonly Sign[] = [];

type Signs = {
  readonly [Kind in BridgeEvent['kind']]?: (event: BridgeEventOf<Kind>) => readonly Sign[];
};

const SIGNS: Signs = {
  'destination.open_failed': ({ destination, message }) => [
    { code: 'destination_broken', subject: destination, detail: message, lastsMs: UNTIL_TOLD },
  ],
  'delivery.attempted': ({ delivery: { destination }, result }) =>
    result.outcome.kind === 'delivered' ? [{ code: 'destination_broken', subject: destination }] : NOTHING,
  'delivery.ended': ({ delivery, state, reason = '' }) => {
    if (!isNews(delivery) || (state !== 'dead' && state !== 'expired')) return NOTHING;
    return [
      {
        code: `deliveries_${state}`,
        subject: delivery.destination,
        detail: describeEnding(reason),
        lastsMs: HOUR_MS,
      },
    ];
  },
  'warning.raised': ({ warning: { code, feed = '', message } }) =>
    IN_STATE.includes(code) ? NOTHING : [{ code, subject: feed, detail: message, lastsMs: lastsMsOf(code) }],
  'destination.advice': ({ destination, advice }) => [
    { code: 'destination_advice', subject: destination, detail: advice, lastsMs: 24 * HOUR_MS },
  ],
  'store.replaced': ({ reason, setAside }) => [
    {
      code: 'store_replaced',
      subject: '',
      detail: setAside === undefined ? reason : `${reason}; the old one is kept as ${setAside}`,
      lastsMs: HOUR_MS,
    },
  ],
  'store.refused': ({ what, message }) => [
    { code: 'store_refused', subject: '', detail: `${what}: ${message}`, lastsMs: HOUR_MS },
  ],
  'clock.behind': ({ behindMs }) => [
    { code: 'clock_set_back', subject: '', detail: `by ${formatDuration(behindMs)}`, lastsMs: HOUR_MS },
  ],
  'cluster.unreachable': ({ message }) => [
    { code: 'cluster_unreachable', subject: '', detail: message, lastsMs: UNTIL_TOLD },
  ],
  'cluster.reached': () => [{ code: 'cluster_unreachable', subject: '' }],
  'cluster.alone': ({ why }) => [{ code: 'cluster_alone', subject: '', detail: why, lastsMs: UNTIL_TOLD }],
  'cluster.not_alone': () => [{ code: 'cluster_alone', subject: '' }],
  'cluster.replaced': ({ isSetBack }) => [
    {
      code: 'cluster_replaced',
      subject: '',
      detail: isSetBack ? 'it is in an earlier state' : 'it is another one',
      lastsMs: HOUR_MS,
    },
  ],
  'cluster.name_taken': ({ node, standsBy }) => [
    {
      code: 'cluster_name_taken',
      subject: '',
      detail: `${node}; ${standsBy ? 'the other one was first, and this one sends nothing' : 'this one was first'}`,
      lastsMs: UNTIL_TOLD,
    },
  ],
  'cluster.name_free': () => [{ code: 'cluster_name_taken', subject: '' }],
  'cluster.differs': ({ nodes }) => [
    { code: 'cluster_differs', subject: '', detail: nodes.join(', '), lastsMs: UNTIL_TOLD },
  ],
  'cluster.agrees': () => [{ code: 'cluster_differs', subject: '' }],
  'rehearsal.failed': ({ message }) => [
    { code: 'rehearsal_failed', subject: '', detail: message, lastsMs: HOUR_MS },
  ],
  'template.failed': ({ delivery, message }) => [
    { code: 'template_failed', subject: delivery.destination, detail: message, lastsMs: HOUR_MS },
  ],
};

export function signsOf(event: BridgeEvent): readonly Sign[] {
  // The entry of an event's kind takes events of that kind.
  const read = SIGNS[event.kind] as ((event: BridgeEvent) => readonly Sign[]) | undefined;
  return read?.(event) ?? NOTHING;
}
