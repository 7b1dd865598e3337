/** One wide log line for each event, named as the event; silence where there is nothing that a person would want to read. */

import { originOf } from '../delivery/content.ts';
import { adviceOf, describeReason, helpForReason } from '../delivery/describe.ts';
import { askedMs } from '../delivery/events.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { Listener } from '../events/bus.ts';
import { helpFor } from '../feeds/warning.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { Log, LogFields } from '../platform/log.ts';
import { clusterLine } from './log-cluster.ts';
import { conditionLine, type Line } from './log-line.ts';
import { Sums } from './log-sums.ts';
import { someOf } from './many.ts';

const roundMs = (ms: number) => Math.round(ms * 100) / 100;

const span = (fromUs: number | undefined, toUs: number | undefined) =>
  fromUs === undefined || toUs === undefined ? undefined : roundMs((toUs - fromUs) / 1000);

/** The listener that writes them. */
export function logEvents(log: Log, clock: Clock): Listener {
  const sums = new Sums(clock, (name, fields, isGood) => log[isGood ? 'info' : 'warn'](fields, name));
  const isClose = log.isLevelEnabled?.('debug') ?? true;
  return (event) => {
    const isSummedUp = sums.take(event);
    if (isSummedUp && !isClose) return;
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
    case 'config.effect': {
      const { announcements, elsewhere, examples } = event;
      return [{ level: 'info', fields: { announcements, elsewhere, examples } }];
    }
    case 'config.rejected':
      return [conditionLine('config_rejected', '', { problems: event.problems }, 'error')];
    case 'announcement.received':
      return [{ level: 'info', fields: receivedFields(event) }];
    case 'announcement.duplicate':
      return [{ level: 'debug', fields: duplicateFields(event) }];
    case 'feed.live':
      return [liveLine(event)];
    case 'warning.raised':
      return event.warning.again ? [] : [warningLine(event)];
    case 'feed.lost': {
      const { feed, reason, detail, advice, retryMs } = event;
      const retryIn = formatDuration(retryMs);
      return [{ level: 'warn', fields: { feed, reason, detail, advice, retryIn, help: helpFor(reason) } }];
    }
    case 'feed.change_failed': {
      const { feed, reason, detail, advice, retryMs } = event;
      const retryIn = retryMs === undefined ? 'after the next reload' : formatDuration(retryMs);
      const fields = { feed, reason, detail, advice, retryIn, help: helpFor(reason) };
      return [conditionLine('feed_change_failed', feed, fields, retryMs === undefined ? 'error' : 'warn')];
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
      const fields = { delivery: id, destination, template, message };
      return [conditionLine('template_failed', destination, fields, 'error')];
    }
    case 'alert.started':
    case 'alert.lasts':
    case 'alert.ended': {
      const { kind, severity, code, subject, says, detail, durationMs, to } = event;
      const level = kind === 'alert.ended' ? 'info' : severity === 'critical' ? 'error' : 'warn';
      return [{ level, fields: { code, subject, says, detail, duration: formatDuration(durationMs), to } }];
    }
    case 'store.refused': {
      const { kind: _, ...fields } = event;
      return [conditionLine('store_refused', '', fields, 'error')];
    }
    case 'store.broken':
      return [conditionLine('store_broken', '', { message: event.message })];
    case 'feed.self_test_unanswered':
      return [{ level: 'debug', fields: { feed: event.feed } }];
    case 'clock.behind':
      return [conditionLine('clock_set_back', '', { behind: formatDuration(event.behindMs) })];
    case 'destination.advice': {
      const { kind: _, ...fields } = event;
      return [conditionLine('destination_advice', event.destination, fields)];
    }
    case 'store.mended': {
      const { kind: _, ...fields } = event;
      return [{ level: 'warn', fields }];
    }
    case 'store.replaced': {
      const { kind: _, ...fields } = event;
      return [conditionLine('store_replaced', '', fields)];
    }
    case 'destination.near_ban': {
      const silentFor = formatDuration(event.untilMs - clock.monotonicMs());
      return [conditionLine('near_ban', event.destination, { destination: event.destination, silentFor })];
    }
    case 'rehearsal.failed':
      return [conditionLine('rehearsal_failed', '', { message: event.message })];
    case 'destination.resumed':
      return [{ level: 'info', fields: { destination: event.destination } }];
    case 'destination.suspended': {
      const { kind: _, ...fields } = event;
      const help = helpForReason(event.reason);
      return [conditionLine('destination_suspended', event.destination, { ...fields, help })];
    }
    case 'feed.fatal': {
      const { kind: _, ...fields } = event;
      return [conditionLine('feed_fatal', event.feed, { ...fields, help: helpFor(event.reason) })];
    }
    case 'destination.open_failed': {
      const { kind: _, ...fields } = event;
      return [conditionLine('destination_broken', event.destination, fields)];
    }
    case 'store.lost_on_exit': {
      const { kind: _, ...fields } = event;
      return [{ level: 'error', fields }];
    }
    case 'table.refreshed': {
      const { table, rows, tookMs } = event;
      return [{ level: 'debug', fields: { table, rows, tookMs: roundMs(tookMs) } }];
    }
    case 'table.odd': {
      const { table, remarks } = event;
      return [{ level: 'warn', fields: { table, remarks } }];
    }
    case 'table.failed': {
      const { table, fault, rows } = event;
      const code = rows === undefined ? 'table_missing' : 'table_stale';
      return [conditionLine(code, table, { table, reason: fault, rows }, 'warn')];
    }
    case 'mute.started':
    case 'mute.extended': {
      const { mute, muted, reason, leftMs } = event;
      const until = new Date(clock.wallMs() + leftMs).toISOString();
      return [{ level: 'info', fields: { mute, muted, left: formatDuration(leftMs), until, reason } }];
    }
    case 'mute.lifted':
    case 'mute.ended': {
      const { mute, muted, reason } = event;
      return [{ level: 'info', fields: { mute, muted, reason } }];
    }
    case 'cluster.unreachable':
    case 'cluster.reached':
    case 'cluster.alone':
    case 'cluster.not_alone':
    case 'cluster.taken':
    case 'cluster.handed_over':
    case 'cluster.lost':
    case 'cluster.replaced':
    case 'cluster.name_taken':
    case 'cluster.name_free':
    case 'cluster.differs':
    case 'cluster.agrees':
      return [clusterLine(event)];
    case 'login.failed':
      return [loginLine(event)];
    case 'bridge.ended':
      return [];
    default:
      return event satisfies never;
  }
}

const loginLine = ({ address, tries, isBlocked }: BridgeEventOf<'login.failed'>): Line => ({
  level: 'warn',
  fields: { address: address || 'unknown', tries, blocked: isBlocked ? true : undefined },
});

function reloadedLines({ changes, needsRestart }: BridgeEventOf<'config.reloaded'>): Line[] {
  const lines: Line[] = [{ level: 'info', fields: { changes: someOf(changes) } }];
  if (needsRestart.length > 0)
    lines.push({
      ...conditionLine('restart_needed', '', { keys: needsRestart }),
      name: 'config.needs_restart',
    });
  return lines;
}

const liveLine = ({ feed, facts }: BridgeEventOf<'feed.live'>): Line => ({
  level: 'info',
  fields: { feed, ...facts },
});

function warningLine({ warning }: BridgeEventOf<'warning.raised'>): Line {
  const { code, feed, message, details } = warning;
  return { ...conditionLine(code, feed ?? '', { feed, message, ...details }), name: `warning.${code}` };
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
    announcement: originOf(delivery.content).id,
    destination: delivery.destination,
    ticker: delivery.ticker,
    attempt,
    byHand: event.byHandMs === undefined ? undefined : true,
    outcome: outcome.kind,
    reason: 'reason' in outcome ? outcome.reason : undefined,
    status,
    detail,
    advice: adviceOf(result),
    help: outcome.kind === 'delivered' ? undefined : helpForReason(outcome.reason),
    dispatchMs: writtenMs === undefined ? undefined : roundMs(writtenMs - askedMs(event)),
    durationMs: roundMs(endedMs - startedMs),
    // Only when it had to: the usual one goes over a connection that is already there.
    connected,
    next: decision.kind === 'end' ? decision.state : decision.kind,
    retryMs: decision.kind === 'again' ? roundMs(decision.pause?.ms ?? decision.delayMs) : undefined,
  };
}

/** A delivered one was reported with its attempt. */
function endedLines(event: BridgeEventOf<'delivery.ended'>): Line[] {
  const { delivery, state, reason, detail, byHandMs } = event;
  if (state === 'delivered') return [];
  const { id, destination, ticker } = delivery;
  const said = reason === undefined ? {} : { advice: describeReason(reason), help: helpForReason(reason) };
  const byHand = byHandMs === undefined ? undefined : true;
  const fields = { delivery: id, destination, ticker, reason, detail, byHand, ...said };
  const level = state !== 'skipped' ? 'error' : reason === 'max_tickers' ? 'warn' : 'info';
  return [{ level, name: `delivery.${state}`, fields }];
}
