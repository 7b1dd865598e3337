/** The rows of a replay: queued only as they were looked at, and none twice. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { listDeliveries } from '../../src/outbox/pages.ts';
import { queueReplayed, seenAs } from '../../src/outbox/replay-rows.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 5, 1);
const NOW_MS = BASE_MS + 60_000;

function scene() {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const announcement = announcementAt(0, BASE_MS);
  const [bot] = deliveriesOf(announcement, 'bot');
  if (bot === undefined) throw new Error('there is none');
  const all = () => listDeliveries(database, {});
  return { database, outbox, announcement, bot, all };
}

test('a new one gets the next key, and is there once, however often it is asked for', () => {
  const { database, outbox, announcement, bot, all } = scene();
  outbox.record(newsOf(announcement), [bot]);
  const [late] = deliveriesOf(announcement, 'late');
  if (late === undefined) throw new Error('there is none');
  const wish = { delivery: { ...late, id: 'its-own-name' }, seen: [] };
  expect(queueReplayed(database, [wish, wish], NOW_MS)).toEqual(['its-own-name']);
  expect(queueReplayed(database, [wish], NOW_MS)).toEqual([]);
  expect(all()).toMatchObject([
    {
      delivery: { id: 'its-own-name', key: `${announcement.id}-1` },
      ...{ state: 'pending', reason: 'replayed', byHandMs: NOW_MS },
    },
    { delivery: { key: `${announcement.id}-0` }, state: 'pending', reason: undefined },
  ]);
  expect(outbox.owed('late', 10)).toMatchObject([{ reason: 'replayed', byHandMs: NOW_MS }]);
});

test('one that has changed since it was looked at stays as it is', () => {
  const { database, outbox, announcement, bot, all } = scene();
  outbox.record(newsOf(announcement), [bot]);
  outbox.settle([attemptOf(bot, { state: 'dead', reason: 'gone', outcome: 'reject gone' })]);
  const seen = all().map(seenAs);
  outbox.record(newsOf(announcement), []);
  database.prepare("UPDATE deliveries SET state = 'delivered'").run();
  const wish = { delivery: { ...bot, key: bot.id }, seen };
  expect(queueReplayed(database, [wish], NOW_MS)).toEqual([]);
  database.prepare("UPDATE deliveries SET state = 'dead'").run();
  expect(queueReplayed(database, [wish], NOW_MS)).toEqual([bot.id]);
  expect(all()).toMatchObject([{ state: 'pending', attempts: 1, settledMs: undefined }]);
  expect(queueReplayed(database, [wish], NOW_MS)).toEqual([]);
});

test('what held it back before is no reason any more', () => {
  const { database, outbox, announcement, bot, all } = scene();
  outbox.record(newsOf(announcement), [bot]);
  const heldBy = { id: 1, kind: 'ticker', name: 'ABC', sinceMs: 1, untilMs: 2 };
  outbox.settle([attemptOf(bot, { attempt: 0, state: 'skipped', reason: 'muted', heldBy })]);
  expect(all()).toMatchObject([{ heldBy }]);
  const wish = { delivery: { ...bot, key: bot.id }, seen: all().map(seenAs) };
  expect(queueReplayed(database, [wish], NOW_MS)).toEqual([bot.id]);
  expect(all()[0]).not.toHaveProperty('heldBy');
});

test('of an announcement that is gone nothing is queued', () => {
  const { database, bot } = scene();
  expect(queueReplayed(database, [{ delivery: bot, seen: [] }], NOW_MS)).toEqual([]);
});

test('of hundreds of tickers each is queued, over several transactions', () => {
  const { database, outbox, announcement, bot, all } = scene();
  outbox.record(newsOf(announcement), []);
  const wishes = Array.from({ length: 250 }, (_, n) => ({
    delivery: { ...bot, id: `own-${n}`, ticker: `T${n}` },
    seen: [],
  }));
  expect(queueReplayed(database, wishes, NOW_MS)).toHaveLength(250);
  expect(queueReplayed(database, wishes, NOW_MS)).toEqual([]);
  expect(all()).toHaveLength(250);
});
