/** Retention is never a long piece of work: by counts, not by times. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { startRetention } from '../../src/outbox/retention.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const quiet = () => undefined;

/** Deletes one announcement in `eachMs`; of `old`, until none is left. */
function slowStore(old: number, eachMs: () => number) {
  let left = old;
  let spentMs = 0;
  const sizes: number[] = [];
  const clock = new FakeClock(NOW_MS);
  const monotonicMs = () => clock.monotonicMs() + spentMs;
  const prune = (_before: number, _attempts: number, limit: number) => {
    const found = Math.min(limit, left);
    left -= found;
    spentMs += found * eachMs();
    if (found > 0) sizes.push(found);
    return found;
  };
  const slow = { monotonicMs, after: clock.after.bind(clock), wallMs: () => 0, wallUs: () => 0 };
  return { store: { prune }, clock, slow, sizes, left: () => left };
}

test('a bite is as many as are deleted in half a millisecond, and goes on until nothing is left', async () => {
  const { store, clock, slow, sizes, left } = slowStore(400, () => 0.04);
  startRetention(store, 1, () => 0, slow);
  await clock.advance(10_000);
  expect(sizes).toEqual([5]);
  await clock.advance(60_000);
  expect(left()).toBe(0);
  expect(Math.max(...sizes)).toBe(10);
});

test('a machine that is slow for a moment gets small bites, and larger ones again', async () => {
  let eachMs = 0.01;
  const { store, clock, slow, sizes } = slowStore(400, () => eachMs);
  startRetention(store, 1, () => 0, slow);
  await clock.advance(10_150);
  expect(sizes).toEqual([5, 10, 20, 40]);
  eachMs = 1;
  await clock.advance(100);
  expect(sizes.slice(4)).toEqual([40, 1]);
  eachMs = 0.01;
  await clock.advance(150);
  expect(sizes.slice(6)).toEqual([1, 2, 4]);
});

test('an announcement with thousands of deliveries goes in parts, itself with the last', () => {
  using database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const announcement = announcementAt(0, NOW_MS);
  const names = Array.from({ length: 205 }, (_, n) => `d${n}`);
  const deliveries = deliveriesOf(announcement, ...names);
  outbox.record(newsOf(announcement), deliveries);
  outbox.settle(deliveries.map((delivery) => attemptOf(delivery)));
  const rows = () =>
    ['announcements', 'deliveries', 'attempts'].map((table) =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']),
    );
  const left: number[][] = [];
  for (let bite = 0; bite < 10 && outbox.prune(NOW_MS + 1000, NOW_MS + 1000, 5) > 0; bite++)
    left.push(rows());
  expect(left).toEqual([
    [1, 155, 155],
    [1, 105, 105],
    [1, 55, 55],
    [1, 5, 5],
    [0, 0, 0],
  ]);
});

test('regression: what retention deletes is synced and checkpointed off the loop, like any other write', () => {
  using database = new DatabaseSync(':memory:');
  migrate(database);
  let written = 0;
  const events = { broken: quiet, refused: quiet, mended: quiet, usable: quiet, held: () => [] };
  const journal = new Journal(new SqliteOutbox(database), new FakeClock(NOW_MS), {
    ...events,
    written: () => {
      written++;
    },
  });
  const announcement = announcementAt(0, NOW_MS);
  journal.record(newsOf(announcement), []);
  expect(written).toBe(1);
  journal.flush();
  expect(written).toBe(2);
  expect(journal.prune(NOW_MS + 1000, NOW_MS + 1000, 5)).toBe(1);
  expect(written).toBe(3);
  expect(journal.prune(NOW_MS + 1000, NOW_MS + 1000, 5)).toBe(0);
  expect(written).toBe(3);
});
