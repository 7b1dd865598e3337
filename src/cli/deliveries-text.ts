/** Deliveries as text for people: a row of the list, and everything about one. */
import { describeEnding } from '../delivery/describe.ts';
import type { StoredAttempt, StoredDelivery } from '../outbox/rows.ts';
import { fitCells } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { secondsText, timeText } from '../platform/time-text.ts';
import { table } from './table.ts';

export function deliveryRow({ delivery, state, reason, attempts }: StoredDelivery): string[] {
  const { announcement, ticker } = delivery;
  return [
    delivery.id,
    secondsText(announcement.receivedTimestampUs / 1000),
    ticker === undefined ? delivery.destination : `${delivery.destination} (${ticker})`,
    state,
    reason ?? '',
    String(attempts),
    announcement.title,
  ];
}

/** In cells: more of a title is for --json. */
const LONGEST_VALUE = 1000;

export function describeDelivery(
  stored: StoredDelivery,
  attempts: readonly StoredAttempt[],
  width: number | undefined,
): string[] {
  const { delivery, state, reason, settledMs } = stored;
  const { announcement } = delivery;
  const pairs: readonly (readonly [string, string])[] = [
    ['delivery', delivery.id],
    ['state', reason === undefined ? state : `${state}. ${describeEnding(reason)}`],
    ['destination', delivery.destination],
    ['rule', delivery.rule],
    ['template', delivery.template ?? '(default)'],
    ['ticker', delivery.ticker ?? announcement.tickers.join(', ')],
    ['publisher', announcement.publisher],
    ['listingType', announcement.listingType],
    ['title', announcement.title],
    ['received', timeText(announcement.receivedMs)],
    ['expires', delivery.expiresAtMs === undefined ? 'never' : timeText(delivery.expiresAtMs)],
    [
      'settled',
      settledMs === undefined
        ? ''
        : `${timeText(settledMs)} (${formatDuration(settledMs - announcement.receivedMs)} after receipt)`,
    ],
  ];
  const rows = attempts.map(({ attempt, startedMs, durationMs, outcome, status, detail }) => [
    String(attempt),
    timeText(startedMs),
    formatDuration(durationMs),
    outcome,
    status === undefined ? '' : String(status),
    detail ?? '',
  ]);
  const long = width === undefined ? undefined : LONGEST_VALUE;
  return [
    ...pairs.map(([label, value]) => `${label.padEnd(12)} ${fitCells(value, long)}`.trimEnd()),
    '',
    ...(rows.length === 0
      ? ['no attempt yet']
      : table(['ATTEMPT', 'STARTED', 'TOOK', 'OUTCOME', 'STATUS', 'DETAIL'], rows, { width })),
  ];
}
