/**
 * What the bridge says about what it does: one wide line per step. The steps call these in the middle of
 * their work, so everything here is put off to after it: no logging between frame and socket.
 */
import type { Announcement } from '../announcement.ts';
import type { Config } from '../config/schema.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Lane } from '../delivery/lane.ts';
import type { LaneEvents } from '../delivery/lane-parts.ts';
import type { FeedEvents } from '../feed/client.ts';
import type { IntakeParts } from '../intake.ts';
import type { JournalEvents } from '../outbox/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { Log } from '../platform/log.ts';

export interface EventParts {
  readonly log: Log;
  readonly clock: Clock;
  /** Filled later; needed when the store is mended. */
  readonly lanes: ReadonlyMap<string, Lane>;
}

export interface Events {
  readonly feed: Omit<FeedEvents, 'announcement'>;
  readonly intake: IntakeParts['events'];
  readonly lane: LaneEvents;
  readonly journal: Omit<JournalEvents, 'written'>;
  openFailed(destination: string): (error: unknown) => void;
  buried(deliveries: number): void;
  started(config: Config, url: string | undefined, version: string): void;
  closed(unwritten: number): void;
}

/** Kinds of unknown frames that are told apart before they are only counted. */
const MOST_UNKNOWN_TYPES = 100;

const roundMs = (ms: number) => Math.round(ms * 100) / 100;

const span = (fromUs: number | undefined, toUs: number | undefined) =>
  fromUs === undefined || toUs === undefined ? undefined : roundMs((toUs - fromUs) / 1000);

export function createEvents({ log, clock, lanes }: EventParts): Events {
  const later = (write: () => void) => void clock.after(0, write);
  const unknownTypes = new Set<string>();

  return {
    feed: {
      welcome: (feed, { tier, allowedCex, expiresInSecs }, missing) => {
        const keyExpires =
          typeof expiresInSecs === 'number' ? formatDuration(expiresInSecs * 1000) : undefined;
        later(() => {
          log.info({ feed, tier, allowedCex, keyExpires }, 'feed.live');
          if (missing.length > 0)
            log.error(
              {
                feed,
                missing,
                allowedCex,
                effect: 'nothing of these will ever come; get a key that covers them, or correct exchanges',
              },
              'feed.exchanges_not_covered',
            );
        });
      },
      lost: (feed, reason, advice, retryMs) =>
        later(() => log.warn({ feed, reason, advice, retryIn: formatDuration(retryMs) }, 'feed.lost')),
      fatal: (feed, reason, advice) => later(() => log.error({ feed, reason, advice }, 'feed.fatal')),
      selfTest: (feed, result) =>
        later(() => {
          if (result === 'unanswered') log.warn({ feed }, 'feed.self_test_unanswered');
          else log.info({ feed, roundTripMs: roundMs(result.roundTripMs) }, 'feed.self_test_answered');
        }),
      odd: (feed, frame) => {
        if (frame.kind === 'garbage')
          return later(() => log.warn({ feed, reason: frame.reason }, 'frame.garbage'));
        if (frame.kind === 'error') return later(() => log.warn({ feed, code: frame.code }, 'frame.error'));
        if (unknownTypes.has(frame.type) || unknownTypes.size >= MOST_UNKNOWN_TYPES) return;
        unknownTypes.add(frame.type);
        later(() => log.warn({ feed, type: frame.type, keys: frame.keys }, 'frame.unknown_type'));
      },
    },
    intake: {
      received: (announcement, deliveries) =>
        later(() => log.info(receivedFields(announcement, deliveries), 'announcement.received')),
      duplicate: ({ feed, publisher, tickers, title }) =>
        later(() => log.debug({ feed, publisher, tickers, title }, 'announcement.duplicate')),
    },
    lane: {
      attempted: (delivery, attempt, result, startedMs, endedMs, decision) =>
        later(() => {
          const { outcome, status, detail, writtenMs } = result;
          const fields = {
            delivery: delivery.id,
            destination: delivery.destination,
            ticker: delivery.ticker,
            attempt,
            outcome: outcome.kind,
            reason: 'reason' in outcome ? outcome.reason : undefined,
            status,
            detail,
            dispatchMs:
              writtenMs === undefined ? undefined : roundMs(writtenMs - delivery.announcement.receivedMs),
            durationMs: roundMs(endedMs - startedMs),
            next: decision.kind === 'end' ? decision.state : decision.kind,
            retryMs: decision.kind === 'again' ? roundMs(decision.pause?.ms ?? decision.delayMs) : undefined,
          };
          if (outcome.kind === 'delivered') log.info(fields, 'delivery.attempted');
          else log.warn(fields, 'delivery.attempted');
        }),
      ended: (delivery, state, reason) => {
        if (state === 'delivered') return;
        later(() => {
          const fields = {
            delivery: delivery.id,
            destination: delivery.destination,
            ticker: delivery.ticker,
            reason,
          };
          if (state === 'skipped') log.info(fields, `delivery.${state}`);
          else log.error(fields, `delivery.${state}`);
        });
      },
      suspended: (destination, reason, detail) =>
        later(() => log.error({ destination, reason, detail }, 'destination.suspended')),
      resumed: (destination) => later(() => log.info({ destination }, 'destination.resumed')),
      nearBan: (destination, untilMs) =>
        later(() =>
          log.error(
            {
              destination,
              silentFor: formatDuration(untilMs - clock.monotonicMs()),
              effect:
                'the platform has refused so much that it would soon ban this address: nothing goes there meanwhile',
            },
            'destination.near_ban',
          ),
        ),
      renderFailed: (delivery, message) =>
        later(() =>
          log.error(
            {
              delivery: delivery.id,
              destination: delivery.destination,
              template: delivery.template,
              message,
            },
            'template.failed',
          ),
        ),
    },
    journal: {
      broken: (message) =>
        later(() =>
          log.error(
            { message, effect: 'announcements are still sent; what happened is kept in memory' },
            'store.broken',
          ),
        ),
      mended: (entries, dropped) =>
        later(() => {
          log.warn({ entries, dropped }, 'store.mended');
          for (const lane of lanes.values()) lane.refill();
        }),
    },
    openFailed: (destination) => (error) =>
      log.error(
        { destination, message: error instanceof Error ? error.message : String(error) },
        'destination.open_failed',
      ),
    buried: (deliveries) => {
      if (deliveries > 0) log.warn({ deliveries, reason: 'destination_removed' }, 'delivery.dead');
    },
    started: (config, url, version) =>
      log.info(
        {
          version,
          config: config.file,
          feeds: config.feeds.map(({ name }) => name),
          destinations: Object.keys(config.destinations),
          rules: config.rules.length,
          store: config.store.path,
          url,
        },
        'bridge.started',
      ),
    closed: (unwritten) => {
      if (unwritten > 0) log.error({ unwritten }, 'store.lost_on_exit');
    },
  };
}

function receivedFields(announcement: Announcement, deliveries: readonly Delivery[]) {
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
    ageMs: roundMs(announcement.ageAtReceiptMs),
    deliveries: deliveries.map(({ destination, ticker }) =>
      ticker === undefined ? destination : `${destination}:${ticker}`,
    ),
  };
}
