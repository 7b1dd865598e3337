/** One wide log line for each event, named as the event; silence where there is nothing that a person would want to read. */

import { originOf } from '../delivery/content.ts';
import { adviceOf, describeReason, helpForReason } from '../delivery/describe.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Listener } from '../events/bus.ts';
import { helpFor } from '../feeds/warning.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { Log, LogFields } from '../platform/log.ts';
import { Sums } from './log-sums.ts';
import { someOf } from './many.ts';

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Instead of the event's kind. */
  readonly name?: string;
  readonly fields: LogFields;
}

const roundMs = (ms: number) => Math.round(ms * 100) / 100;

const span = (fromUs: number | undefined, toUs: number | undefined) =>
  fromUs === undefined || toUs === undefined ? undefined : roundMs((toUs - fromUs) / 1000);

/** The listener that writes them. */
export function logEvents(log: Log, clock: Clock): Listener {
  const sums = new Sums(clock, (fields, isGood) =>
    log[isGood ? 'info' : 'warn'](fields, 'announcement.sent'),
  );
  return (event) => {
    const isSummedUp = sums.take(event);
    for (const { level, fields, name } of linesOf(event, clock))
      log[isSummedUp ? 'debug' : level](fields, name ?? event.kind);
  };
}

function linesOf(event: BridgeEvent, clock: Clock): readonly Line[] {
  switch (event.kind) {
    case 'bridge.started': {
      const { kind: _, destinations, ...fields } = event;
      return [{ level: 'info', fields: { ...fields, destinations: someOf(destinations) } }];
    }
    case 'config.reloaded':
      return reloadedLines(event);
    case 'config.rejected':
      return [
        {
          level: 'error',
          fields: {
            problems: event.problems,
            effect: 'the bridge goes on with the config it has; `listing-bridge check` shows each problem',
          },
        },
      ];
    case 'announcement.received':
      return [{ level: 'info', fields: receivedFields(event) }];
    case 'announcement.duplicate':
      return [{ level: 'debug', fields: duplicateFields(event) }];
    case 'feed.live':
      return [liveLine(event)];
    case 'warning.raised':
      return [warningLine(event)];
    case 'feed.lost': {
      const { feed, reason, detail, advice, retryMs } = event;
      const retryIn = formatDuration(retryMs);
      return [{ level: 'warn', fields: { feed, reason, detail, advice, retryIn, help: helpFor(reason) } }];
    }
    case 'feed.change_failed': {
      const { feed, reason, detail, advice, retryMs } = event;
      const retryIn = retryMs === undefined ? 'after the next reload' : formatDuration(retryMs);
      const effect = 'the connection with the old options stays';
      const fields = { feed, reason, detail, advice, effect, retryIn, help: helpFor(reason) };
      return [{ level: retryMs === undefined ? 'error' : 'warn', fields }];
    }
    case 'feed.self_test_answered':
      return [{ level: 'info', fields: { feed: event.feed, roundTripMs: roundMs(event.roundTripMs) } }];
    case 'frame.garbage':
    case 'frame.unknown_type':
    case 'frame.error': {
      // Warnings say what is worth saying of these; a feed gone mad must not fill the disk.
      const { kind: _, ...said } = event.frame;
      const level = event.kind === 'frame.error' ? 'warn' : 'debug';
      return [{ level, fields: { feed: event.feed, ...said } }];
    }
    case 'delivery.attempted':
      return [
        {
          level: event.result.outcome.kind === 'delivered' ? 'info' : 'warn',
          fields: attemptedFields(event),
        },
      ];
    case 'delivery.ended':
      return endedLines(event);
    case 'delivery.buried': {
      const { deliveries } = event;
      const fields = { deliveries, reason: 'destination_removed' };
      return deliveries === 0 ? [] : [{ level: 'warn', name: 'delivery.dead', fields }];
    }
    case 'template.failed': {
      const { delivery, message } = event;
      const { id, destination, template } = delivery;
      return [{ level: 'error', fields: { delivery: id, destination, template, message } }];
    }
    case 'alert.started':
    case 'alert.lasts':
    case 'alert.ended': {
      const { kind, severity, code, subject, says, detail, durationMs, to } = event;
      const level = kind === 'alert.ended' ? 'info' : severity === 'critical' ? 'error' : 'warn';
      return [{ level, fields: { code, subject, says, detail, duration: formatDuration(durationMs), to } }];
    }
    case 'store.refused': {
      const { what, message } = event;
      const effect = 'this is not on record, the rest is; a restart does not know it. Please report it';
      return [{ level: 'error', fields: { what, message, effect } }];
    }
    case 'store.broken':
      return [
        {
          level: 'error',
          fields: {
            message: event.message,
            effect:
              'announcements are still sent; until the store can be written, their state is kept in memory only',
          },
        },
      ];
    case 'feed.self_test_unanswered':
      return [{ level: 'debug', fields: { feed: event.feed } }];
    case 'clock.behind':
      return [
        {
          level: 'warn',
          fields: {
            behind: formatDuration(event.behindMs),
            effect:
              'the clock of this machine was set back since the last run; ages and waits continue from where that run stopped',
          },
        },
      ];
    case 'destination.advice':
    case 'store.mended': {
      const { kind: _, ...fields } = event;
      return [{ level: 'warn', fields }];
    }
    case 'store.replaced': {
      const { kind: _, ...fields } = event;
      const effect = 'a new database is in use, with everything that could be read from the old one';
      return [{ level: 'error', fields: { ...fields, effect } }];
    }
    case 'destination.near_ban':
      return [
        {
          level: 'error',
          fields: {
            destination: event.destination,
            silentFor: formatDuration(event.untilMs - clock.monotonicMs()),
            effect:
              'too many rejected requests; sending is paused so that the platform does not ban this IP address',
          },
        },
      ];
    case 'rehearsal.failed': {
      const effect =
        'announcements are sent all the same; the first one after a silence takes some milliseconds longer';
      return [{ level: 'warn', fields: { message: event.message, effect } }];
    }
    case 'destination.resumed':
      return [{ level: 'info', fields: { destination: event.destination } }];
    case 'destination.suspended': {
      const { kind: _, ...fields } = event;
      return [{ level: 'error', fields: { ...fields, help: helpForReason(event.reason) } }];
    }
    case 'feed.fatal':
    case 'destination.open_failed':
    case 'store.lost_on_exit': {
      const { kind: _, ...fields } = event;
      return [{ level: 'error', fields }];
    }
    default:
      return event satisfies never;
  }
}

function reloadedLines({ changes, needsRestart }: BridgeEventOf<'config.reloaded'>): Line[] {
  const lines: Line[] = [{ level: 'info', fields: { changes: someOf(changes) } }];
  if (needsRestart.length > 0)
    lines.push({
      level: 'warn',
      name: 'config.needs_restart',
      fields: {
        keys: needsRestart,
        effect: 'restart the bridge to apply these; every other change is in force',
      },
    });
  return lines;
}

const liveLine = ({ feed, facts }: BridgeEventOf<'feed.live'>): Line => ({
  level: 'info',
  fields: { feed, ...facts },
});

function warningLine({ warning }: BridgeEventOf<'warning.raised'>): Line {
  const { code, level, feed, message, details, help } = warning;
  return { level, name: `warning.${code}`, fields: { feed, message, ...details, help } };
}

function receivedFields({ announcement, deliveries }: BridgeEventOf<'announcement.received'>): LogFields {
  const { detectedTimestampUs, dispatchTimestampUs, receivedTimestampUs } = announcement;
  return {
    announcement: announcement.id,
    feed: announcement.feed,
    publisher: announcement.publisher,
    listingType: announcement.listingType,
    tickers: announcement.tickers,
    title: announcement.title,
    redacted: announcement.redacted || undefined,
    test: announcement.test || undefined,
    serviceMs: span(detectedTimestampUs, dispatchTimestampUs),
    networkMs: span(dispatchTimestampUs, receivedTimestampUs),
    stalledMs: announcement.stalledMs === undefined ? undefined : roundMs(announcement.stalledMs),
    ageMs: roundMs(announcement.ageAtReceiptMs),
    deliveries: someOf(
      deliveries.map(({ destination, ticker }) =>
        ticker === undefined ? destination : `${destination}:${ticker}`,
      ),
    ),
  };
}

const duplicateFields = ({ announcement, first }: BridgeEventOf<'announcement.duplicate'>): LogFields => ({
  feed: announcement.feed,
  publisher: announcement.publisher,
  tickers: announcement.tickers,
  title: announcement.title,
  firstFeed: first.feed,
  behindMs: roundMs(announcement.receivedMs - first.receivedMs),
});

function attemptedFields(event: BridgeEventOf<'delivery.attempted'>): LogFields {
  const { delivery, attempt, result, startedMs, endedMs, decision } = event;
  const { outcome, status, detail, writtenMs, connected } = result;
  return {
    delivery: delivery.id,
    destination: delivery.destination,
    ticker: delivery.ticker,
    attempt,
    outcome: outcome.kind,
    reason: 'reason' in outcome ? outcome.reason : undefined,
    status,
    detail,
    advice: adviceOf(result),
    help: outcome.kind === 'delivered' ? undefined : helpForReason(outcome.reason),
    dispatchMs:
      writtenMs === undefined ? undefined : roundMs(writtenMs - originOf(delivery.content).receivedMs),
    durationMs: roundMs(endedMs - startedMs),
    // Only when it had to: the usual one goes over a connection that is already there.
    connected,
    next: decision.kind === 'end' ? decision.state : decision.kind,
    retryMs: decision.kind === 'again' ? roundMs(decision.pause?.ms ?? decision.delayMs) : undefined,
  };
}

/** A delivered one was told with its attempt. */
function endedLines({ delivery, state, reason, detail }: BridgeEventOf<'delivery.ended'>): Line[] {
  if (state === 'delivered') return [];
  const { id, destination, ticker } = delivery;
  const said = reason === undefined ? {} : { advice: describeReason(reason), help: helpForReason(reason) };
  const fields = { delivery: id, destination, ticker, reason, detail, ...said };
  const level = state !== 'skipped' ? 'error' : reason === 'max_tickers' ? 'warn' : 'info';
  return [{ level, name: `delivery.${state}`, fields }];
}
