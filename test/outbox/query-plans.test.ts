/**
 * No question of a person walks through a table, or sorts what it has found: with a million rows that would take seconds.
 * Every statement that is prepared on the way to an answer is held to it, by SQLite's own plan.
 */
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { AnnouncementFilter, Deliveries, DeliveryFilter } from '../../src/outbox/deliveries.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { STATS_BY } from '../../src/outbox/history/by.ts';
import { startRetention } from '../../src/outbox/retention.ts';
import { openStore } from '../../src/outbox/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';

type Every<Filter> = { readonly [Name in keyof Filter]-?: NonNullable<Filter[Name]> };

const NEWS = {
  ...{ sinceMs: 1, untilMs: 9_000_000_000_000, feed: 'one', exchange: 'upbit', type: 'spot_listing' },
  ...{ ticker: 'ABC', title: 'announcement' },
} as const;

const OF_ANNOUNCEMENTS: Every<AnnouncementFilter> = { ...NEWS, limit: 10, matched: true };

const OF_DELIVERIES: Every<DeliveryFilter> = {
  ...{ ...NEWS, state: 'dead', destination: 'bot', rule: 'all', reason: 'gone', attempts: 2 },
  ...{ announcement: 'a', id: 'a-0', mute: 3 },
};

/** None, each, and all. */
const filtersOf = (all: object): readonly object[] => [
  {},
  ...Object.entries(all).map(([name, value]) => ({ [name]: value })),
  all,
];

/** Questions to each method: a new one has to be here. */
const asked: { readonly [Method in keyof Deliveries]: (of: Deliveries) => readonly Promise<unknown>[] } = {
  announcements: (of) =>
    filtersOf(OF_ANNOUNCEMENTS).flatMap((filter) => [
      of.announcements(undefined, filter),
      of.announcements('5', filter),
    ]),
  list: (of) =>
    filtersOf(OF_DELIVERIES).flatMap((filter) => [
      of.list({ ...filter, limit: 10 }),
      of.list({ ...filter, limit: 10, before: '5' }),
    ]),
  stats: (of) =>
    STATS_BY.map((by) => of.stats({ sinceMs: 0, untilMs: 9_000_000_000_000, nowMs: 9_000_000_000_000, by })),
  rows: (of) =>
    (['announcements', 'deliveries', 'attempts'] as const).map((what) =>
      of.rows({ what, filter: {}, after: '5' }),
    ),
  waiting: (of) => [of.waiting()],
  nextChanges: (of) => [of.nextChanges({ nowMs: 0, keptMs: 0 })],
  keysOf: (of) => [of.keysOf(['a', 'b'])],
  find: (of) => [of.find('nothing'), of.find(ID)],
  decision: (of) => [of.decision('nothing'), of.decision(ID)],
  retry: (of) => [of.retry([ID], { nowMs: 1, maxAges: new Map(), isLate: false })],
  replay: (of) => [of.replay([{ delivery: deliveriesOf(NEWS_ITEM, 'bot')[0] as Delivery, seen: [ID] }], 1)],
  discard: (of) => [of.discard([ID], 1)],
  mutes: (of) => [of.mutes()],
  mute: (of) => [of.mute([{ kind: 'ticker', name: 'ABC', untilMs: 5, reason: undefined }], 1)],
  lift: (of) => [of.lift([1])],
};

const BASE_MS = 1_700_000_000_000;
const NEWS_ITEM = announcementAt(0, BASE_MS);
const ID = `${NEWS_ITEM.id}-0`;

test('every statement has an index, and none sorts', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const statements = new Set<string>();
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
    this: DatabaseSync,
    sql,
  ) {
    statements.add(sql);
    return original.call(this, sql);
  });
  onTestFinished(() => prepare.mockRestore());
  const clock = new FakeClock();
  const store = openStore(path, clock, () => expect.fail('nothing is replaced'));
  const deliveries = deliveriesOf(NEWS_ITEM, 'bot', 'team');
  store.outbox.record(newsOf(NEWS_ITEM), deliveries);
  store.outbox.settle(deliveries.map((one) => attemptOf(one)));
  store.outbox.recover(BASE_MS, 1000);
  const retention = startRetention(store.outbox, 1, () => 1, clock);
  await clock.advance(60_000);
  retention.cancel();
  const file = new FileDeliveries(path);
  for (const ask of Object.values(asked))
    for (const answer of ask(file)) expect(await answer).toMatchObject({ ok: true });
  await store.close();
  using database = new DatabaseSync(path, { readOnly: true });
  for (const name of ['ticker_fits', 'title_fits']) database.function(name, (_text) => 1);
  const bad = [...statements].flatMap((sql) => faultsOf(database, sql).map((fault) => `${fault}: ${sql}`));
  expect(statements.size).toBeGreaterThan(50);
  expect(bad).toEqual([]);
});

const original = DatabaseSync.prototype.prepare;

function faultsOf(database: DatabaseSync, sql: string): readonly string[] {
  if (!/^\s*(?:SELECT|UPDATE|DELETE|INSERT)/.test(sql)) return [];
  const plan = original
    .call(database, `EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
  return plan.filter((step) => isFault(step) && !EXCUSED.some((excuse) => excuse.test(`${step}: ${sql}`)));
}

/** The rows that wait are few, and have an index of their own. */
const isFault = (step: string): boolean =>
  (/^SCAN (?:deliveries|announcements|attempts|[adt])\b/.test(step) && !/INDEX deliveries_owed/.test(step)) ||
  step.startsWith('USE TEMP B-TREE');

const EXCUSED = [
  // One row from an end of the table.
  /^SCAN [^:]*: (?!.*WHERE).*ORDER BY (?:id|started_ms)(?: DESC)? LIMIT 1/s,
  // The attempts within the window of a rate limit.
  /^USE TEMP B-TREE FOR ORDER BY: .*t\.started_ms >= \?/s,
  // The deliveries of one announcement.
  /^USE TEMP B-TREE FOR ORDER BY: .*ORDER BY length\(id\), id$/s,
];
