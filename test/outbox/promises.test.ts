/** Promises of the store in rare moments: each of these survived a mutation once. */
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { Journal, type JournalEvents } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { retryDeliveries } from '../../src/outbox/queries.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const quiet = () => undefined;
const events: JournalEvents = {
  ...{ written: quiet, broken: quiet, refused: quiet, mended: quiet, usable: quiet },
  held: () => [],
};

function inMemory(): { database: DatabaseSync; outbox: SqliteOutbox; states: () => unknown[] } {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const states = () =>
    database
      .prepare('SELECT state FROM deliveries ORDER BY id')
      .all()
      .map(({ state }) => state);
  return { database, outbox: new SqliteOutbox(database), states };
}

const announcement = announcementAt(1, NOW_MS);
const deliveries = deliveriesOf(announcement, 'bot', 'chat');
const [first, second] = deliveries;

test('what was settled in the last tick is on record after the end', () => {
  const { outbox, states } = inMemory();
  const journal = new Journal(outbox, new FakeClock(NOW_MS), events);
  journal.record(newsOf(announcement), deliveries);
  for (const delivery of deliveries) journal.settle(attemptOf(delivery));
  expect(journal.close()).toBe(0);
  expect(states()).toEqual(['delivered', 'delivered']);
});

test('what happens between the end of a fault and its mending is written behind what was kept', async () => {
  const { outbox, states } = inMemory();
  let isBroken = true;
  const disk = new Proxy(outbox, {
    get:
      (target, name) =>
      (...given: unknown[]) => {
        if (isBroken) throw new Error('disk I/O error');
        return (Reflect.get(target, name, target) as (...given: unknown[]) => unknown).apply(target, given);
      },
  });
  const clock = new FakeClock(NOW_MS);
  const journal = new Journal(disk, clock, events);
  journal.record(newsOf(announcement), deliveries);
  isBroken = false;
  for (const delivery of deliveries) journal.settle(attemptOf(delivery));
  journal.flush();
  await clock.advance(2000);
  expect(journal.fault).toBeUndefined();
  expect(states()).toEqual(['delivered', 'delivered']);
});

test('of what cannot be written whole nothing is written', () => {
  const { database, outbox, states } = inMemory();
  database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON deliveries WHEN NEW.destination = 'chat' BEGIN SELECT RAISE(ABORT, 'no'); END`,
  );
  expect(() => outbox.recordAll([{ content: newsOf(announcement), deliveries }])).toThrow('no');
  expect(states()).toEqual([]);
  expect(database.prepare('SELECT COUNT(*) AS count FROM announcements').get()).toEqual({ count: 0 });
});

test('what has arrived is not sent again by hand, what has not is', () => {
  const { database, outbox, states } = inMemory();
  if (first === undefined || second === undefined) throw new Error('there are two');
  outbox.record(newsOf(announcement), deliveries);
  outbox.settle([
    attemptOf(first),
    attemptOf(second, { outcome: 'reject gone', state: 'dead', reason: 'gone' }),
  ]);
  expect(retryDeliveries(database, [first.id, second.id], NOW_MS + 10)).toEqual([second.id]);
  expect(states()).toEqual(['delivered', 'pending']);
});

test('soon after a write the disk is asked to keep it', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const store = openStore(path, systemClock, quiet);
  const handle = await open(path);
  const datasync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync');
  await handle.close();
  store.outbox.record(newsOf(announcement), deliveries);
  store.sync.request();
  await expect.poll(() => datasync.mock.calls.length, { interval: 5 }).toBe(1);
  await store.close();
});
