/** Pages narrowed by every field: each row that fits comes once, whatever a page may look through. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { NOTHING } from '../../src/outbox/batch.ts';
import type { AnnouncementFilter, DeliveryFilter } from '../../src/outbox/deliveries.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { announcementsOf, listDeliveries, pageOf } from '../../src/outbox/pages.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { tracedNews, tracerOf } from '../support/traced.ts';

const BASE_MS = Date.UTC(2026, 5, 1);

const NEWS: readonly Partial<Announcement>[] = [
  { title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가', tickers: ['ABC', 'ＸＹＺ'] },
  { title: 'Binance Will List DEF', tickers: ['DEF'], publisher: 'binance', feed: 'two' },
  { title: 'Perpetual DEF', tickers: ['DEF'], publisher: 'binance', listingType: 'futures_listing' },
  { title: 'nothing to trade', tickers: [], listingType: 'not_listing' },
  { title: '100% of _ and % are plain', tickers: ["O'X"], publisher: 'bithumb' },
];

/** Each goes to `bot`, for each ticker, and to `chat`. */
function filled(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  for (const [ordinal, fields] of NEWS.entries()) {
    const announcement = { ...announcementAt(ordinal, BASE_MS), ...fields };
    const targets = [...announcement.tickers.map(() => 'bot'), 'chat'];
    const deliveries = deliveriesOf(announcement, ...targets).map((delivery, at): Delivery => {
      const ticker = delivery.destination === 'bot' ? announcement.tickers[at] : undefined;
      return { ...delivery, ticker, rule: ordinal % 2 === 0 ? 'even' : 'odd' };
    });
    outbox.record(newsOf(announcement), deliveries);
    const [first] = deliveries;
    if (first !== undefined && ordinal < 2)
      outbox.settle([
        attemptOf(first, { attempt: ordinal + 2, state: 'dead', reason: 'gone', outcome: 'reject gone' }),
      ]);
  }
  return database;
}

const titlesOf = (database: DatabaseSync, filter: AnnouncementFilter, looked?: number) => {
  const titles: string[] = [];
  let before: string | undefined;
  let pages = 0;
  do {
    const page = announcementsOf(
      database,
      before,
      filter,
      looked === undefined ? undefined : { columns: looked, bodies: looked },
    );
    titles.push(...page.announcements.map(({ title }) => title));
    before = page.next;
    pages++;
  } while (before !== undefined && pages < 100);
  return titles;
};

const countOf = (database: DatabaseSync, filter: DeliveryFilter) => listDeliveries(database, filter).length;

test.each<[DeliveryFilter, number]>([
  [{}, 10],
  [{ state: 'dead' }, 2],
  [{ destination: 'bot' }, 5],
  [{ rule: 'odd' }, 3],
  [{ reason: 'gone' }, 2],
  [{ attempts: 1 }, 2],
  [{ attempts: 3 }, 1],
  [{ attempts: 0 }, 10],
  [{ feed: 'two' }, 2],
  [{ exchange: 'Binance' }, 4],
  [{ type: 'futures_listing' }, 2],
  // Of its own, where there is one; of the announcement else.
  [{ ticker: 'abc' }, 2],
  [{ ticker: '$XYZ' }, 2],
  [{ ticker: 'def', destination: 'bot' }, 2],
  [{ ticker: "O'X" }, 2],
  [{ ticker: '%' }, 0],
  [{ title: '마켓' }, 3],
  [{ title: 'will  LIST' }, 2],
  [{ title: '% of _' }, 2],
  [{ title: '_%' }, 0],
  [{ sinceMs: BASE_MS + 3 }, 3],
  [{ untilMs: BASE_MS + 1 }, 3],
  [{ sinceMs: BASE_MS + 1, untilMs: BASE_MS + 3 }, 4],
  [{ exchange: 'binance', type: 'spot_listing', destination: 'chat', rule: 'odd', title: 'def' }, 1],
  [{ exchange: 'binance', rule: 'even', type: 'spot_listing' }, 0],
])('%j finds %i deliveries', (filter, count) => {
  expect(countOf(filled(), filter)).toBe(count);
});

test('of one announcement, and one by its id', () => {
  const database = filled();
  const { id } = announcementAt(0, BASE_MS);
  expect(countOf(database, { announcement: id })).toBe(3);
  expect(countOf(database, { announcement: id, destination: 'chat' })).toBe(1);
  expect(countOf(database, { announcement: id.slice(0, -1) })).toBe(0);
  expect(countOf(database, { id: `${id}-1` })).toBe(1);
  expect(countOf(database, { id: `${id}-1`, destination: 'chat' })).toBe(0);
  expect(countOf(database, { id: `${id}-9` })).toBe(0);
  expect(countOf(database, { id: `${id}-1`, untilMs: BASE_MS })).toBe(0);
});

test.each<[AnnouncementFilter, readonly number[]]>([
  [{}, [4, 3, 2, 1, 0]],
  [{ exchange: 'binance' }, [2, 1]],
  [{ feed: 'two' }, [1]],
  [{ type: 'not_listing' }, [3]],
  [{ ticker: 'xyz' }, [0]],
  [{ title: 'DEF' }, [2, 1]],
  [{ sinceMs: BASE_MS + 1, untilMs: BASE_MS + 4, exchange: 'upbit' }, [3]],
])('%j finds the announcements %j, in pages of any size', (filter, wanted) => {
  const database = filled();
  const titles = wanted.map((at) => NEWS[at]?.title);
  expect(titlesOf(database, filter)).toEqual(titles);
  for (const looked of [1, 2, 3]) expect(titlesOf(database, filter, looked)).toEqual(titles);
});

test('one page is one bounded look, and says where the next begins', () => {
  const database = filled();
  const looked = { columns: 4, bodies: 2 };
  const byColumn = pageOf(database, { limit: 50, state: 'dead' }, looked);
  expect(byColumn.deliveries).toEqual([]);
  expect(byColumn.next).toBeDefined();
  const found: string[] = [];
  let pages = 0;
  for (let before: string | undefined, isMore = true; isMore && pages < 50; pages++) {
    const page = pageOf(database, { limit: 50, exchange: 'upbit', ticker: 'ABC', before }, looked);
    found.push(...page.deliveries.map(({ delivery }) => delivery.id));
    before = page.next;
    isMore = before !== undefined;
  }
  expect(found).toHaveLength(2);
  expect(pages).toBe(6);
});

test('whether a rule matched, by what the rules said; without that, by whether anything was to be sent', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  // Of few rules each outcome is kept, of very many a part and the number of those that match.
  const tracers = [1, 400].map((count) =>
    tracerOf(BASE_MS, ...Array.from({ length: count }, (_, n) => `to ${n}`)),
  );
  const traced = tracers.flatMap((tracer, at) => {
    const [one, two] = [2 * at, 2 * at + 1].map((ordinal) => announcementAt(ordinal, BASE_MS));
    if (one === undefined || two === undefined) return [];
    // Rules without `test: true` match no test, so the second is one for them.
    const matched = tracedNews(one, tracer);
    const missed = { ...tracedNews({ ...two, test: true }, tracer), content: newsOf(two) };
    return [matched, missed];
  });
  outbox.write({ ...NOTHING, contents: traced });
  const [sent, none] = [4, 5].map((ordinal) => announcementAt(ordinal, BASE_MS)) as [
    Announcement,
    Announcement,
  ];
  outbox.record(newsOf(sent), deliveriesOf(sent, 'bot'));
  outbox.record(newsOf(none), []);
  const titles = (...ordinals: readonly number[]) =>
    ordinals.map((ordinal) => announcementAt(ordinal, BASE_MS).title);
  expect(titlesOf(database, { matched: true })).toEqual(titles(4, 2, 0));
  expect(titlesOf(database, { matched: false })).toEqual(titles(5, 3, 1));
});

test('a damaged body fits no condition on it, and spoils no page', () => {
  const database = filled();
  database.prepare('UPDATE announcements SET body = ? WHERE id = ?').run('{', announcementAt(1, BASE_MS).id);
  expect(titlesOf(database, { title: 'DEF' })).toEqual([NEWS[2]?.title]);
  expect(countOf(database, { ticker: 'DEF' })).toBe(2);
});
