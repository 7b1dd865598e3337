/** The counts, with their names and labels: people's dashboards depend on both. */
import { describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import type { Status } from '../../src/ops/status.ts';
import { NO_STATUS } from '../support/status.ts';

const announcement: Announcement = {
  id: 'a1',
  type: 'announcement',
  feed: 'tokyo',
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['ABC'],
  title: 'ABC',
  publishTimestampUs: undefined,
  detectedTimestampUs: undefined,
  dispatchTimestampUs: undefined,
  receivedTimestampUs: 1_000_000,
  receivedMs: 1000,
  ageAtReceiptMs: 0,
  abnormal: false,
  redacted: false,
  test: false,
  extra: {},
};
const delivery: Delivery = {
  id: 'a1-0',
  content: newsOf(announcement),
  destination: 'bot',
  rule: 'all',
  template: undefined,
  ticker: undefined,
  importance: 1,
  expiresAtMs: undefined,
};
const end = { kind: 'end', state: 'delivered', reason: undefined } as const;

/** The status of a bridge whose destinations are well: `bot`, and as many more. */
const bots = (count: number): Status => {
  const quiet = { pausedMs: 0, inFlight: 0, pending: 0, oldestMs: undefined };
  const bot = {
    name: 'bot',
    type: 'webhook',
    state: 'ok',
    suspended: undefined,
    slowed: undefined,
    ...quiet,
  };
  const more = Array.from({ length: count - 1 }, (_, n) => ({ ...bot, name: `bot-${n}` }));
  return { ...NO_STATUS, destinations: [bot, ...more] };
};

const metricsOf = (status: Status = NO_STATUS) => createMetrics('1.2.3', () => status);

/** The sample lines that start with this, without the prefix. */
async function samples(metrics: ReturnType<typeof metricsOf>, name: string): Promise<string[]> {
  const { text } = await metrics.read();
  const prefix = 'listing_bridge_';
  return text
    .split('\n')
    .filter((line) => line.startsWith(prefix + name))
    .map((line) => line.slice(prefix.length));
}

test('regression: a self-test counts as none of an exchange', async () => {
  const metrics = metricsOf();
  const test = { ...announcement, type: 'test_announcement', publisher: 'binance', test: true };
  metrics.listener({ kind: 'announcement.received', announcement: test, deliveries: [], rules: [] });
  metrics.listener({
    kind: 'announcement.duplicate',
    announcement: test,
    first: { feed: 'seoul', receivedMs: 0 },
  });
  expect(await samples(metrics, 'announcements_total{')).toEqual([
    'announcements_total{feed="tokyo",publisher="test",listing_type="test"} 1',
  ]);
  expect(await samples(metrics, 'announcements_duplicate_total ')).toEqual([
    'announcements_duplicate_total 0',
  ]);
  expect(await samples(metrics, 'feed_lead_seconds_count')).toEqual([]);
});

test('every name of product.md section 4 is there, with its labels', () => {
  const named = metricsOf().descriptions.map(({ name, labels }) => `${name}{${labels.join(',')}}`);
  const promised = [
    'announcements_total{feed,publisher,listing_type}',
    'announcements_duplicate_total{}',
    'frames_total{feed,kind}',
    'rule_matches_total{rule}',
    'deliveries_total{destination,outcome}',
    'deliveries_skipped_total{destination,reason}',
    'attempts_total{destination,outcome}',
    'delivery_seconds{destination}',
    'dispatch_seconds{destination}',
    'outbox_pending{destination}',
    'outbox_oldest_seconds{destination}',
    'feed_healthy{feed}',
    'feed_key_expires_seconds{feed}',
    'config_last_reload_successful{}',
  ];
  expect(named).toEqual(expect.arrayContaining(promised.map((name) => `listing_bridge_${name}`)));
});

describe('announcements and rules', () => {
  test('words that this version does not know count as other', async () => {
    const metrics = metricsOf();
    const odd = { ...announcement, publisher: 'newcomer', listingType: 'surprise' };
    for (const item of [announcement, odd, odd])
      metrics.listener({ kind: 'announcement.received', announcement: item, deliveries: [], rules: ['all'] });
    expect(await samples(metrics, 'announcements_total')).toEqual([
      'announcements_total{feed="tokyo",publisher="upbit",listing_type="spot_listing"} 1',
      'announcements_total{feed="tokyo",publisher="other",listing_type="other"} 2',
    ]);
    expect(await samples(metrics, 'rule_matches_total')).toEqual(['rule_matches_total{rule="all"} 3']);
  });
});

describe('attempts', () => {
  const attempted = (outcome: Outcome, attempt: number, writtenMs: number, endedMs: number) =>
    ({
      kind: 'delivery.attempted',
      delivery,
      attempt,
      result: { outcome, writtenMs, ...(attempt === 1 && { connected: true as const }) },
      startedMs: 1000,
      endedMs,
      decision: end,
    }) as const;

  test('of a destination that is looked at later begin no count anew', async () => {
    const metrics = metricsOf(bots(1));
    metrics.listener(attempted({ kind: 'delivered' }, 1, 1002, 1010));
    for (const _ of ['first look', 'second look']) {
      expect(await samples(metrics, 'dispatch_seconds_count')).toEqual([
        'dispatch_seconds_count{destination="bot"} 1',
      ]);
      expect(await samples(metrics, 'delivery_seconds_count')).toEqual([
        'delivery_seconds_count{destination="bot"} 1',
      ]);
    }
  });

  test('are counted by what came of them; the wire counts once, the answer when it is yes', async () => {
    const metrics = metricsOf();
    metrics.listener(attempted({ kind: 'retry', reason: 'server_error' }, 1, 1002, 1010));
    metrics.listener(attempted({ kind: 'delivered' }, 2, 1502, 1510));
    metrics.listener({
      kind: 'delivery.ended',
      delivery,
      state: 'delivered',
      reason: undefined,
      endedMs: 1510,
    });
    expect(await samples(metrics, 'attempts_total')).toEqual([
      'attempts_total{destination="bot",outcome="server_error"} 1',
      'attempts_total{destination="bot",outcome="delivered"} 1',
    ]);
    expect(await samples(metrics, 'dispatch_seconds_sum')).toEqual([
      'dispatch_seconds_sum{destination="bot"} 0.002',
    ]);
    expect(await samples(metrics, 'dispatch_stage_seconds_sum')).toEqual([
      'dispatch_stage_seconds_sum{destination="bot",stage="queue"} 0',
      'dispatch_stage_seconds_sum{destination="bot",stage="send"} 0.002',
    ]);
    expect(await samples(metrics, 'connects_paid_total')).toEqual([
      'connects_paid_total{destination="bot"} 1',
    ]);
    expect(await samples(metrics, 'delivery_seconds_sum')).toEqual([
      'delivery_seconds_sum{destination="bot"} 0.51',
    ]);
    expect(await samples(metrics, 'deliveries_total')).toEqual([
      'deliveries_total{destination="bot",outcome="delivered"} 1',
    ]);
  });
});

test('what a cooldown or a mute holds back is counted as skipped, and as no attempt', async () => {
  const metrics = metricsOf();
  for (const reason of ['cooldown', 'muted'])
    metrics.listener({ kind: 'delivery.ended', delivery, state: 'skipped', reason, endedMs: 1 });
  expect(await samples(metrics, 'deliveries_total')).toEqual([
    'deliveries_total{destination="bot",outcome="skipped"} 2',
  ]);
  expect(await samples(metrics, 'deliveries_skipped_total')).toEqual([
    'deliveries_skipped_total{destination="bot",reason="cooldown"} 1',
    'deliveries_skipped_total{destination="bot",reason="muted"} 1',
  ]);
  expect(await samples(metrics, 'attempts_total')).toEqual([]);
});

test('gauges say what is so now, and forget what has left the config', async () => {
  const bot = {
    type: 'webhook',
    state: 'ok',
    suspended: undefined,
    slowed: undefined,
    pausedMs: 0,
    inFlight: 0,
  };
  let status: Status = {
    ...NO_STATUS,
    destinations: [
      { ...bot, name: 'bot', pending: 3, oldestMs: 1500 },
      { ...bot, name: 'gone', pending: 1, oldestMs: undefined, suspended: 'forbidden' },
      { ...bot, name: 'slow', pending: 0, oldestMs: undefined, slowed: 'server_error' },
    ],
    config: { ...NO_STATUS.config, rejected: ['line 1'] },
  };
  const metrics = createMetrics('1', () => status);
  expect(await samples(metrics, 'outbox_')).toEqual([
    'outbox_pending{destination="bot"} 3',
    'outbox_pending{destination="gone"} 1',
    'outbox_pending{destination="slow"} 0',
    'outbox_oldest_seconds{destination="bot"} 1.5',
    'outbox_oldest_seconds{destination="gone"} 0',
    'outbox_oldest_seconds{destination="slow"} 0',
  ]);
  expect(await samples(metrics, 'destination_suspended')).toContain(
    'destination_suspended{destination="gone"} 1',
  );
  expect(await samples(metrics, 'destination_slowed')).toEqual([
    'destination_slowed{destination="bot"} 0',
    'destination_slowed{destination="gone"} 0',
    'destination_slowed{destination="slow"} 1',
  ]);
  expect(await samples(metrics, 'config_last')).toEqual(['config_last_reload_successful 0']);
  status = { ...status, destinations: status.destinations.slice(0, 1), config: NO_STATUS.config };
  expect(await samples(metrics, 'outbox_pending')).toEqual(['outbox_pending{destination="bot"} 3']);
  expect(await samples(metrics, 'config_last')).toEqual(['config_last_reload_successful 1']);
});

test('regression: how the deliveries of a destination end is counted from 0, so that the first lost one is a step', async () => {
  const metrics = metricsOf(bots(1));
  metrics.listener({
    ...{ kind: 'delivery.ended', delivery, state: 'dead', reason: 'message_refused', endedMs: 1010 },
  });
  for (const _ of ['first look', 'second look'])
    expect((await samples(metrics, 'deliveries_total{')).toSorted()).toEqual([
      'deliveries_total{destination="bot",outcome="dead"} 1',
      'deliveries_total{destination="bot",outcome="delivered"} 0',
      'deliveries_total{destination="bot",outcome="expired"} 0',
      'deliveries_total{destination="bot",outcome="skipped"} 0',
    ]);
  const counts = async () => (await samples(metrics, 'd')).filter((line) => line.includes('_count{'));
  expect(await counts(), 'the latencies too').toEqual([
    'delivery_seconds_count{destination="bot"} 0',
    'dispatch_seconds_count{destination="bot"} 0',
    'dispatch_stage_seconds_count{destination="bot",stage="queue"} 0',
    'dispatch_stage_seconds_count{destination="bot",stage="send"} 0',
  ]);
  expect(await samples(metricsOf(bots(101)), 'deliveries_total{'), 'of many, only what is so').toEqual([]);
});
