/** `store.retention` by kind: attempts and deliveries go before their announcements, in bites; what is in doubt or pending stays. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { AttemptRecord } from '../../src/delivery/delivery.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { startRetention } from '../../src/outbox/retention.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const DAY_MS = 86_400_000;
const BASE_MS = Date.UTC(2026, 5, 1);

function scene() {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const clock = new FakeClock(BASE_MS);
  const record = (daysAgo: number, fate: Partial<AttemptRecord>) => {
    const receivedMs =
      clock.monotonicMs() - daysAgo * DAY_MS + database.prepare('SELECT 1 FROM announcements').all().length;
    const announcement = announcementAt(0, receivedMs);
    const deliveries = deliveriesOf(announcement, 'bot');
    outbox.record(newsOf(announcement), deliveries);
    outbox.settle(deliveries.map((delivery) => attemptOf(delivery, fate)));
  };
  const left = () =>
    ['announcements', 'deliveries', 'attempts'].map((table) =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']),
    );
  return { database, outbox, clock, record, left };
}

const KINDS = { announcements: 90 * DAY_MS, deliveries: 30 * DAY_MS, attempts: 7 * DAY_MS };

test('each kind goes in its own time', async () => {
  const { outbox, clock, record, left } = scene();
  for (const days of [1, 10, 40, 100]) record(days, {});
  const timer = startRetention(outbox, KINDS, () => 0, clock);
  await clock.advance(60_000);
  timer.cancel();
  expect(left()).toEqual([3, 2, 1]);
});

test('what waits stays, and so do attempts that leave a doubt, as long as their delivery', async () => {
  const { outbox, clock, record, left } = scene();
  record(40, { state: 'pending', outcome: 'retry server_error', status: 503, reason: 'server_error' });
  record(10, { state: 'dead', outcome: 'ambiguous timeout', status: undefined, reason: 'may_have_arrived' });
  record(10, { state: 'dead', outcome: 'retry server_error', status: 504, reason: 'server_error' });
  record(10, { state: 'dead', outcome: 'retry unreachable', status: undefined, reason: 'unreachable' });
  const timer = startRetention(outbox, KINDS, () => 0, clock);
  await clock.advance(60_000);
  expect(left()).toEqual([4, 4, 3]);
  await clock.advance(25 * DAY_MS);
  timer.cancel();
  expect(left()).toEqual([4, 1, 1]);
});

test('what was sent within the longest window of a rate stays', async () => {
  const { outbox, clock, record, left } = scene();
  record(10, { startedMs: BASE_MS - 1000 });
  record(40, { startedMs: BASE_MS - 1000 });
  const timer = startRetention(outbox, KINDS, () => DAY_MS, clock);
  await clock.advance(60_000);
  timer.cancel();
  expect(left()).toEqual([2, 2, 2]);
});

test('requests within that window stay, however short the time that attempts are kept', async () => {
  const { outbox, clock, record, left } = scene();
  record(1, { startedMs: BASE_MS - 6 * 3_600_000 });
  const timer = startRetention(outbox, { ...KINDS, attempts: 3_600_000 }, () => DAY_MS, clock);
  await clock.advance(60_000);
  expect(left()).toEqual([1, 1, 1]);
  await clock.advance(DAY_MS);
  timer.cancel();
  expect(left()).toEqual([1, 1, 0]);
});

test('a bite looks at no more rows than its size, and a round at none twice', () => {
  const { outbox, record } = scene();
  for (let n = 0; n < 12; n++) record(10, n % 2 === 0 ? {} : { state: 'dead', status: 400 });
  const request = {
    deliveriesBeforeMs: BASE_MS - 30 * DAY_MS,
    attemptsBeforeMs: BASE_MS,
    countsSinceMs: BASE_MS,
  };
  const bites = Array.from({ length: 4 }, () => outbox.thin(request, 5));
  expect(bites).toEqual([5, 5, 2, 0]);
  expect(Array.from({ length: 3 }, () => outbox.thin(request, 5))).toEqual([5, 1, 0]);
});
