/** The trace of a decision costs nothing else: no write, no row, no announcement; and it goes with its announcement. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { batchOf } from '../../src/outbox/batch.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { openDatabase } from '../../src/outbox/open.ts';
import { decisionOf } from '../../src/outbox/queries.ts';
import { salvage } from '../../src/outbox/salvage.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { rulesIn } from '../../src/routing/kept-rules.ts';
import { traceIn } from '../../src/routing/trace.ts';
import type { Tracer } from '../../src/routing/tracer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, Folder } from '../support/outbox.ts';
import { tracedNews, tracerOf } from '../support/traced.ts';

const HOUR_MS = 3_600_000;
const BASE_MS = Date.UTC(2026, 5, 1);

function memory() {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  return { database, store: new SqliteOutbox(database) };
}

const keptIn = (database: DatabaseSync) =>
  database
    .prepare('SELECT body FROM rules ORDER BY until_ms')
    .all()
    .map(({ body }) =>
      rulesIn(body as Uint8Array)
        ?.rules.map(({ name }) => name)
        .join(),
    );

const tracesIn = (database: DatabaseSync) =>
  database
    .prepare('SELECT trace FROM announcements ORDER BY id')
    .all()
    .map(({ trace }) => (trace === null ? undefined : traceIn(String(trace))?.digest));

test('rules are written once, and go when the last announcement that they decided has gone', () => {
  const { database, store } = memory();
  const [first, second] = [tracerOf(0, 'old'), tracerOf(0, 'bot')];
  const read = (ordinal: number, tracer: typeof first) => {
    const one = tracedNews(announcementAt(ordinal, BASE_MS), tracer, 'bot');
    store.recordAll([one]);
    store.settle(one.deliveries.map((delivery) => attemptOf(delivery)));
  };
  for (const ordinal of [0, 1, HOUR_MS, 3 * HOUR_MS]) read(ordinal, first);
  for (const ordinal of [4 * HOUR_MS, 9 * HOUR_MS]) read(ordinal, second);
  expect(keptIn(database)).toEqual(['old', 'bot']);
  const pruneBefore = (ms: number) => store.prune(BASE_MS + ms, Number.POSITIVE_INFINITY, 100);
  // The last that the first decided is still there.
  pruneBefore(2 * HOUR_MS);
  expect(tracesIn(database)).toEqual([first, second, second].map(({ kept }) => kept.digest));
  expect(keptIn(database)).toEqual(['old', 'bot']);
  pruneBefore(8 * HOUR_MS);
  expect(keptIn(database)).toEqual(['bot']);
  pruneBefore(10 * HOUR_MS);
  expect(keptIn(database)).toEqual([]);
  // They are in force again: what is read now has them.
  read(11 * HOUR_MS, first);
  expect(keptIn(database)).toEqual(['old']);
});

test('a transaction that is undone takes the rules with it, and the next one writes them', () => {
  const { database, store } = memory();
  const tracer = tracerOf(0, 'bot');
  const one = tracedNews(announcementAt(0, BASE_MS), tracer, 'bot');
  const round: Record<string, unknown> = {};
  round['round'] = round;
  const odd = newsOf({ ...announcementAt(1, BASE_MS), extra: round });
  const batch = batchOf([one]);
  expect(() => store.write({ ...batch, contents: [...batch.contents, { content: odd }] })).toThrow();
  expect(keptIn(database)).toEqual([]);
  store.recordAll([one]);
  expect(keptIn(database)).toEqual(['bot']);
});

test('a trace that cannot be made costs nothing: the announcement and its deliveries are written', () => {
  const { database, store } = memory();
  const tracer = {
    ...tracerOf(0, 'bot'),
    textOf: () => {
      throw new Error('a bug of ours');
    },
  };
  const one = tracedNews(announcementAt(0, BASE_MS), tracer, 'bot');
  store.recordAll([one]);
  expect(store.owed('bot', 10)).toHaveLength(1);
  expect(tracesIn(database)).toEqual([undefined]);
  expect(keptIn(database)).toEqual([]);
});

test('it is made behind the send: not for the row of `intake`, but with what goes into the tables', async () => {
  const { database, store } = memory();
  const clock = new FakeClock();
  const never = () => undefined;
  const events = { written: never, usable: never, broken: never, refused: never, mended: never };
  const journal = new Journal(store, clock, { ...events, held: () => [] });
  const made: string[] = [];
  const real = tracerOf(0, 'bot');
  const tracer: Tracer = {
    ...real,
    textOf: (decided) => {
      made.push(decided.announcement.id);
      return real.textOf(decided);
    },
  };
  const all = [0, 1, 2].map((n) => tracedNews(announcementAt(n, clock.monotonicMs()), tracer, 'bot'));
  journal.recordAll(all);
  expect(made).toEqual([]);
  const row = database.prepare('SELECT body FROM intake').get()?.['body'];
  expect(row).toMatch(/announcement 2/);
  expect(row).not.toContain(tracer.kept.digest);
  await clock.advance(100);
  expect(made).toHaveLength(3);
  expect(tracesIn(database)).toEqual(all.map(() => tracer.kept.digest));
});

test('while the store takes nothing it is kept with the announcement, and written when it does', async () => {
  using folder = new Folder();
  const clock = new FakeClock();
  const open = openDatabase(folder.file('bridge.db'), clock, {
    replaced: () => undefined,
    refused: () => undefined,
  });
  let isFull = true;
  const broken = () => {
    if (isFull)
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
  };
  const store = new Proxy(open.outbox, {
    get(target, name) {
      const method: (...args: unknown[]) => unknown = Reflect.get(target, name);
      return (...args: unknown[]) => {
        broken();
        return method.apply(target, args);
      };
    },
  });
  const never = () => undefined;
  const events = { written: never, usable: never, broken: never, refused: never, mended: never };
  const journal = new Journal(store, clock, { ...events, held: () => [] });
  const tracer = tracerOf(0, 'bot');
  const one = tracedNews(announcementAt(0, clock.monotonicMs()), tracer, 'bot');
  journal.recordAll([one]);
  await clock.advance(1000);
  expect(journal.fault).toMatch(/full/);
  isFull = false;
  await clock.advance(10_000);
  expect(journal.fault).toBeUndefined();
  expect(tracesIn(open.database)).toEqual([tracer.kept.digest]);
  expect(keptIn(open.database)).toEqual(['bot']);
  expect(open.outbox.owed('bot', 10)).toHaveLength(1);
  open.database.close();
  open.files.close();
});

test('a store that is given up hands them on; a damaged one is nothing', () => {
  const { database, store } = memory();
  const next = memory();
  const tracer = tracerOf(0, 'bot');
  store.recordAll([0, 1].map((n) => tracedNews(announcementAt(n, BASE_MS), tracer, 'bot')));
  salvage(database, next.database);
  expect(tracesIn(next.database)).toEqual([tracer.kept.digest, tracer.kept.digest]);
  expect(keptIn(next.database)).toEqual(['bot']);
  const { id } = announcementAt(0, BASE_MS);
  for (const odd of ['{', '', '{"v":1}', 'ￂ']) {
    next.database.prepare('UPDATE announcements SET trace = ? WHERE id = ?').run(odd, id);
    const found = decisionOf(next.database, id);
    expect(found?.deliveries).toHaveLength(1);
    expect(traceIn(found?.trace ?? '')).toBeUndefined();
  }
});
