/**
 * Statistics of the stream of events, beside the way of the announcements: which feed is faster, and whether rules
 * match at all.
 */
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { Race } from '../../src/ops/race.ts';
import { UNMATCHED_IN_A_ROW, watchUnmatched } from '../../src/ops/unmatched.ts';

const NEWS: Announcement = {
  id: 'a',
  type: 'announcement',
  feed: 'tokyo',
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['ABC'],
  title: 'ABC is listed',
  publishTimestampUs: undefined,
  detectedTimestampUs: undefined,
  dispatchTimestampUs: undefined,
  receivedTimestampUs: 1,
  receivedMs: 1000,
  ageAtReceiptMs: 0,
  abnormal: false,
  redacted: false,
  test: false,
  extra: {},
};

const second = (
  feed: string,
  firstFeed: string | undefined,
  lagMs: number,
  more: Partial<Announcement> = {},
): BridgeEvent => ({
  kind: 'announcement.duplicate',
  announcement: { ...NEWS, feed, ...more },
  first: { feed: firstFeed, receivedMs: NEWS.receivedMs - lagMs },
});

describe('race', () => {
  it('regression: self-tests run in none', () => {
    const race = new Race();
    race.listener(second('seoul', 'tokyo', 40, { test: true }));
    expect(race.report).toEqual([]);
  });

  it('counts wins and losses of each feed, with the median lead and lag', () => {
    const race = new Race();
    for (const lagMs of [10, 30, 20]) race.listener(second('tokyo', 'seoul', lagMs));
    for (const lagMs of [5, 7]) race.listener(second('seoul', 'tokyo', lagMs));
    expect(race.report).toEqual([
      { feed: 'seoul', wins: 3, losses: 2, medianLeadMs: 20, medianLagMs: 6 },
      { feed: 'tokyo', wins: 2, losses: 3, medianLeadMs: 6, medianLagMs: 20 },
    ]);
  });

  it.each<[string, BridgeEvent]>([
    ['the same feed again', second('tokyo', 'tokyo', 5)],
    ['a copy of what came before this start', second('tokyo', undefined, 5)],
    ['a redacted copy', second('tokyo', 'seoul', 5, { redacted: true })],
  ])('%s is no race', (_name, event) => {
    const race = new Race();
    race.listener(event);
    expect(race.report).toEqual([]);
  });

  it('keeps the last two hundred, and counts all', () => {
    const race = new Race();
    for (let count = 0; count < 1000; count++) race.listener(second('tokyo', 'seoul', count < 800 ? 1 : 9));
    expect(race.report[0]).toMatchObject({ wins: 1000, medianLeadMs: 9 });
  });
});

describe('rules that match nothing', () => {
  const received = (rules: readonly string[], more: Partial<Announcement> = {}): BridgeEvent => ({
    kind: 'announcement.received',
    announcement: { ...NEWS, ...more },
    deliveries: [],
    rules,
  });
  const warned = (events: readonly BridgeEvent[]) => {
    const raised: BridgeEvent[] = [];
    const listener = watchUnmatched((event) => raised.push(event));
    for (const event of events) listener(event);
    return raised.map((event) => (event.kind === 'warning.raised' ? event.warning.code : event.kind));
  };
  const row = (count: number, event: BridgeEvent) => Array.from({ length: count }, () => event);

  it('are told after a hundred in a row, once', () => {
    expect(warned(row(UNMATCHED_IN_A_ROW - 1, received([])))).toEqual([]);
    expect(warned(row(UNMATCHED_IN_A_ROW * 5, received([])))).toEqual(['no_rule_matched']);
  });

  it.each<[string, BridgeEvent]>([
    ['a match', received(['all'])],
    ['a reload', { kind: 'config.reloaded', changes: [], needsRestart: [] }],
  ])('%s starts the count anew', (_name, event) => {
    const almost = row(UNMATCHED_IN_A_ROW - 1, received([]));
    expect(warned([...almost, event, ...almost])).toEqual([]);
    expect(warned([...almost, event, ...almost, received([])])).toEqual(['no_rule_matched']);
  });

  it('self-tests count neither way', () => {
    const almost = row(UNMATCHED_IN_A_ROW - 1, received([]));
    expect(warned([...almost, ...row(50, received([], { test: true }))])).toEqual([]);
  });
});
