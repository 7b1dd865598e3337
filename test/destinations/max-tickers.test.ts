/** One frame cannot make any number of orders: `maxTickers` of them go out, and one row says what became of the rest. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { newsFrom } from '../../src/feeds/index.ts';
import type { Target } from '../../src/intake.ts';
import { logEvents } from '../../src/ops/log-events.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { compileRules } from '../../src/routing/router.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { unconnected } from '../support/pipeline.ts';

const RULE = {
  name: 'all',
  match: { ticker: { not: 'USDT' } },
  send: [{ to: 'bot' }, { to: 'chat' }],
  stop: false,
};

function intake(maxTickers?: number) {
  const clock = new FakeClock();
  const events: BridgeEvent[] = [];
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const { intake: subject, journal } = unconnected(clock, new SqliteOutbox(database), (event) =>
    events.push(event),
  );
  const pushed: Delivery[] = [];
  const target = (forEachTicker: boolean): Target => ({
    takesOrders: true,
    forEachTicker,
    ...(forEachTicker && maxTickers !== undefined && { maxTickers }),
    maxAgeMs: false,
    push: (delivery) => pushed.push(delivery),
  });
  subject.routes = {
    router: compileRules([RULE]),
    targets: new Map([
      ['bot', target(true)],
      ['chat', target(false)],
    ]),
  };
  const announce = (tickers: readonly string[]) => {
    const receivedMs = clock.monotonicMs();
    const news = newsFrom(
      JSON.stringify({ type: 'announcement', title: 'Many', ticker: tickers.join(',') }),
      { feed: 'one', receivedTimestampUs: receivedMs * 1000, receivedMs, ageAtReceiptMs: 0 },
    );
    if (news === undefined) throw new Error('no announcement');
    subject.accept(news);
    journal.flush();
  };
  const warned: [LogFields, string][] = [];
  const silentLog = { debug: () => undefined, info: () => undefined, error: () => undefined };
  const log = logEvents({ ...silentLog, warn: (fields, name) => warned.push([fields, name]) }, clock);
  const logged = () => {
    for (const event of events) log(event);
    return warned;
  };
  const rows = () =>
    database
      .prepare(
        'SELECT state, reason, ticker, count(*) AS count FROM deliveries GROUP BY state, reason, ticker IS NULL ORDER BY state, count(*)',
      )
      .all();
  return { announce, rows, pushed, events, logged, database };
}

const tickers = (count: number) => Array.from({ length: count }, (_, index) => `T${index}`);

describe('regression: a frame with more tickers than maxTickers', () => {
  test.each([21, 30, 30_000])('%i tickers: the first 20 are sent, one row stands for the rest', (count) => {
    const { announce, rows, pushed, events, logged } = intake(20);
    announce(tickers(count));
    expect(pushed.filter(({ destination }) => destination === 'bot').map(({ ticker }) => ticker)).toEqual(
      tickers(20),
    );
    expect(pushed).toHaveLength(21);
    expect(new Set(pushed.map(({ id }) => id)).size).toBe(21);
    expect(rows()).toMatchObject([
      { state: 'pending', count: 1 },
      { state: 'pending', count: 20 },
      { state: 'skipped', reason: 'max_tickers', ticker: null, count: 1 },
    ]);

    const ended = events.filter((event) => event.kind === 'delivery.ended');
    expect(ended).toMatchObject([
      { state: 'skipped', reason: 'max_tickers', delivery: { destination: 'bot' } },
    ]);
    const [[fields, name] = [{}, '']] = logged();
    expect(name).toBe('delivery.skipped');
    const detail = String(fields['detail']);
    expect(detail).toContain(`${count - 20} of ${count} tickers not sent, because maxTickers is 20: T20`);
    expect(detail.length).toBeLessThanOrEqual(300);
  });

  test('those that do not fit the rule are not counted', () => {
    const { announce, rows, logged } = intake(2);
    announce(['A', 'USDT', 'B', 'C']);
    expect(rows()).toMatchObject([{ count: 1 }, { count: 2 }, { state: 'skipped' }]);
    expect(logged()).toMatchObject([
      [{ detail: '1 of 3 tickers not sent, because maxTickers is 2: C' }, 'delivery.skipped'],
    ]);
  });

  test.each([0, 1, 20])('%i tickers are within it', (count) => {
    const { announce, pushed, events } = intake(20);
    announce(count === 0 ? [] : tickers(count));
    expect(pushed).toHaveLength(count === 0 ? 0 : count + 1);
    expect(events.filter((event) => event.kind === 'delivery.ended')).toEqual([]);
  });

  test('what is skipped is never taken up again', () => {
    const { announce, database } = intake(3);
    announce(tickers(10));
    const owed = new SqliteOutbox(database).owed('bot', 100);
    expect(owed.map(({ delivery }) => delivery.ticker).toSorted()).toEqual(['T0', 'T1', 'T2']);
  });
});
