/** From a row of `intake` to the tables: what the journal writes when, and what is there after a death at any moment. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import type { Batch, Recorded } from '../../src/outbox/outbox.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { openStore } from '../../src/outbox/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';
import { runs } from '../support/properties.ts';
import { given } from './conformance.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const quiet = () => undefined;

function read(ordinal: number, count = 1): Recorded & { readonly deliveries: readonly Delivery[] } {
  const announcement = announcementAt(ordinal, NOW_MS);
  const names = Array.from({ length: count }, (_, n) => `d${n}`);
  return { content: newsOf(announcement), deliveries: deliveriesOf(announcement, ...names) };
}

class Bench implements Disposable {
  readonly clock = new FakeClock(NOW_MS);
  readonly database = new DatabaseSync(':memory:');
  /** Every call of the ledger, in order. */
  readonly calls: (readonly ['intake' | 'begin', number] | readonly ['write', Batch])[] = [];
  readonly outbox: SqliteOutbox;
  readonly journal: Journal;
  readonly refused: string[] = [];
  syncs = 0;

  constructor() {
    migrate(this.database);
    const { calls } = this;
    class Watched extends SqliteOutbox {
      override intake(...given: Parameters<SqliteOutbox['intake']>) {
        super.intake(...given);
        calls.push(['intake', given[0]]);
      }
      override begin(...given: Parameters<SqliteOutbox['begin']>) {
        super.begin(...given);
        calls.push(['begin', given[0]]);
      }
      override write(batch: Batch) {
        super.write(batch);
        calls.push(['write', batch]);
      }
    }
    this.outbox = new Watched(this.database);
    this.journal = new Journal(this.outbox, this.clock, {
      ...{ broken: quiet, mended: quiet, usable: quiet, held: () => [] },
      written: () => this.syncs++,
      refused: (what) => this.refused.push(what),
    });
  }

  get batches(): readonly Batch[] {
    return this.calls.flatMap((call) => (call[0] === 'write' ? [call[1]] : []));
  }

  count(table: string): number {
    return Number(this.database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n']);
  }

  /** By key, as the next process finds it that opens the store. */
  nextLife(): Map<string, string> {
    this.clock.forget();
    void new SqliteOutbox(this.database);
    const rows = this.database
      .prepare('SELECT d.id, d.state FROM deliveries d JOIN announcements a ON a.id = d.announcement_id')
      .all();
    return new Map(rows.map(({ id, state }) => [String(id), String(state)]));
  }

  [Symbol.dispose](): void {
    this.clock.forget();
    this.database.close();
  }
}

test('before the send one row and nothing else; behind it one transaction, in which the delivery is written once, as it ended', async () => {
  using bench = new Bench();
  const { content, deliveries } = read(0);
  bench.journal.recordAll([{ content, deliveries }]);
  expect(bench.calls).toEqual([['intake', expect.any(Number)]]);
  expect(bench.syncs, 'the disk is asked to keep it').toBe(1);
  expect([bench.count('intake'), bench.count('announcements'), bench.count('deliveries')]).toEqual([1, 0, 0]);
  for (const delivery of deliveries) bench.journal.settle(attemptOf(delivery));
  await bench.clock.advance(1);
  expect(bench.batches).toMatchObject([{ deliveries, attempts: [{}], rows: [bench.calls[0]?.[1]] }]);
  expect(bench.count('intake')).toBe(0);
  await bench.clock.advance(1000);
  expect(bench.calls).toHaveLength(2);
  expect([...bench.nextLife().values()]).toEqual(['delivered']);
});

test('what has not ended after a moment is in its table, in bites; its row goes with the last of it', async () => {
  using bench = new Bench();
  const { content, deliveries } = read(0, 1000);
  bench.journal.recordAll([{ content, deliveries }]);
  const inRow: number[] = [];
  for (let n = 0; n < 60; n++) {
    await bench.clock.advance(1);
    if (bench.count('deliveries') < 1000) inRow.push(bench.count('intake'));
  }
  expect(new Set(inRow)).toEqual(new Set([1]));
  expect(bench.batches.length).toBeGreaterThan(3);
  for (const batch of bench.batches) expect(batch.deliveries.length).toBeLessThanOrEqual(250);
  expect(bench.batches.flatMap(({ contents }) => contents)).toHaveLength(1);
  expect([bench.count('deliveries'), bench.count('intake')]).toEqual([1000, 0]);
});

test('of a wide announcement the ends are written as they come, each once', async () => {
  using bench = new Bench();
  const { content, deliveries } = read(0, 100);
  bench.journal.recordAll([{ content, deliveries }]);
  for (const delivery of deliveries) {
    bench.journal.settle(attemptOf(delivery));
    if (delivery.id.endsWith('9')) await bench.clock.advance(1);
  }
  expect(bench.batches).toHaveLength(10);
  expect(bench.batches.map((batch) => batch.deliveries.length)).toEqual(Array(10).fill(10));
  expect([bench.count('intake'), bench.count('attempts')]).toEqual([0, 100]);
});

test('of what was read together one may end long before the other: until then their row stays', async () => {
  using bench = new Bench();
  const [first, second] = [read(0), read(1)];
  bench.journal.recordAll([first, second]);
  for (const delivery of first.deliveries) bench.journal.settle(attemptOf(delivery));
  await bench.clock.advance(1);
  expect([bench.count('intake'), bench.count('announcements')]).toEqual([1, 1]);
  expect([...bench.nextLife().values()]).toEqual(['delivered', 'pending']);
});

test('news for nobody is on record, for the window in which a copy is none', async () => {
  using bench = new Bench();
  bench.journal.recordAll([read(0, 0), read(1, 0)]);
  await bench.clock.advance(100);
  expect([bench.count('intake'), bench.count('announcements')]).toEqual([0, 2]);
});

test('however long a burst is, only the last moment of it is in rows', async () => {
  using bench = new Bench();
  const most: number[] = [];
  for (let tick = 0; tick < 200; tick++) {
    bench.journal.recordAll(Array.from({ length: 50 }, (_, n) => read(tick * 50 + n)));
    await bench.clock.advance(1);
    most.push(bench.count('intake'));
  }
  expect(Math.max(...most)).toBeLessThan(60);
  await bench.clock.advance(1000);
  expect([bench.count('intake'), bench.count('deliveries')]).toEqual([0, 10_000]);
});

test('lanes and people are told of what is only in a row, too', () => {
  using bench = new Bench();
  bench.journal.recordAll([read(0, 2)]);
  bench.journal.recordAll([read(5, 1)]);
  expect(bench.journal.waiting()).toEqual(
    new Map([
      ['d0', { deliveries: 2, oldestMs: NOW_MS }],
      ['d1', { deliveries: 1, oldestMs: NOW_MS }],
    ]),
  );
  expect(bench.batches, 'counting writes nothing').toEqual([]);
  expect(bench.journal.owed('d0', 10)).toHaveLength(2);
  bench.journal.recordAll([read(6, 1)]);
  expect(bench.journal.buryRemoved([], NOW_MS)).toBe(4);
  bench.journal.recordAll([read(7, 1)]);
  for (const delivery of read(7, 1).deliveries) bench.journal.settle(attemptOf(delivery));
  expect(bench.journal.attemptsSince(0)?.get('d0')).toHaveLength(1);
});

test('a request that must not be repeated is one more row before its bytes, and known to have begun in the next life', async () => {
  using bench = new Bench();
  const { content, deliveries } = read(0, 2);
  const [first, second] = deliveries as [Delivery, Delivery];
  bench.journal.recordAll([{ content, deliveries }]);
  const begun = { outcome: 'under_way', state: 'pending', reason: 'under_way', begunMs: NOW_MS } as const;
  bench.journal.begin(attemptOf(first, begun));
  bench.journal.begin(attemptOf(second, begun));
  expect(bench.calls.map(([method]) => method)).toEqual(['intake', 'begin', 'begin']);
  bench.journal.settle(attemptOf(second, { state: 'pending', outcome: 'retry server_error' }));
  bench.clock.forget();
  const next = new SqliteOutbox(bench.database);
  expect(next.owed('d0', 1)).toMatchObject([{ begunMs: NOW_MS, reason: 'under_way', attempts: 1 }]);
  expect(next.owed('d1', 1), 'the answer was only in memory').toMatchObject([{ begunMs: NOW_MS }]);
});

test('an answer that is on record takes back that its request had begun', async () => {
  using bench = new Bench();
  const { content, deliveries } = read(0);
  const [only] = deliveries as [Delivery];
  bench.journal.recordAll([{ content, deliveries }]);
  bench.journal.begin(attemptOf(only, { state: 'pending', reason: 'under_way', begunMs: NOW_MS }));
  bench.journal.settle(attemptOf(only, { state: 'pending', outcome: 'retry server_error', reason: 'x' }));
  await bench.clock.advance(1);
  expect(bench.count('intake')).toBe(0);
  bench.clock.forget();
  expect(new SqliteOutbox(bench.database).owed('d0', 1)).toMatchObject([{ begunMs: undefined, reason: 'x' }]);
});

interface Story {
  readonly read: Delivery[];
  readonly open: Delivery[];
  /** Ended, and not yet in the store. */
  readonly gathered: string[];
  readonly settled: Set<string>;
}

const STEPS = {
  read({ journal }: Bench, past: Story, wide: number, ordinal: number): void {
    const together = [read(2 * ordinal, wide), read(2 * ordinal + 1)];
    journal.recordAll(together);
    const deliveries = together.flatMap((one) => one.deliveries);
    past.read.push(...deliveries);
    past.open.push(...deliveries);
  },
  end({ journal }: Bench, past: Story, count: number): void {
    for (const delivery of past.open.splice(0, count)) {
      journal.settle(attemptOf(delivery));
      past.gathered.push(delivery.id);
    }
  },
  async wait({ clock }: Bench, past: Story, ms: number): Promise<void> {
    await clock.advance(ms);
    for (const id of past.gathered.splice(0)) past.settled.add(id);
  },
} as const;

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), n: fc.constantFrom(0, 1, 3, 400) }),
  fc.record({ kind: fc.constant('end' as const), n: fc.nat({ max: 30 }) }),
  fc.record({ kind: fc.constant('wait' as const), n: fc.integer({ min: 1, max: 30 }) }),
);

test('a death at any moment loses nothing, and repeats only what had not been settled a tick before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      using bench = new Bench();
      const past: Story = { read: [], open: [], gathered: [], settled: new Set() };
      for (const [ordinal, { kind, n }] of steps.entries()) await STEPS[kind](bench, past, n, ordinal);
      const all = new Set(past.read.map(({ id }) => id));
      const { settled } = past;
      const states = bench.nextLife();
      expect(new Set(states.keys())).toEqual(all);
      const pending = [...states].filter(([, state]) => state === 'pending').map(([id]) => id);
      expect(pending.filter((id) => settled.has(id))).toEqual([]);
      expect(bench.count('intake')).toBe(0);
    }),
    { numRuns: runs(150) },
  );
});

/** A delivery without a key has no row, from wherever it comes. */
const withNames = (changes: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => !['id', 'key'].includes(name) || value != null),
  );

test('whatever the values, the next life reads from the row what this one would have written', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      null,
      undefined,
      true,
      3n,
    ),
    fc.constantFrom<unknown>('', 'a\0b\n', '\ud800', 'x\udfff\ud83d', [[]], { a: '\ud800' }, 0.5, 2 ** 63),
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.jsonValue(),
  );
  const field = fc.constantFrom(
    'id',
    'key',
    'destination',
    'rule',
    'template',
    'ticker',
    'importance',
    'expiresAtMs',
  );
  const said = fc.constantFrom('title', 'tickers', 'publisher', 'extra', 'ageAtReceiptMs', 'feed');
  const tables = ({ database }: Bench) =>
    ['announcements', 'deliveries'].map((table) =>
      database.prepare(`SELECT * FROM ${table} ORDER BY id`).all(),
    );
  fc.assert(
    fc.property(
      fc.dictionary(field, odd),
      fc.dictionary(said, odd),
      fc.string(),
      (changes, words, identity) => {
        const announcement = Object.assign(announcementAt(0, NOW_MS), words);
        const content = newsOf(announcement);
        const deliveries = deliveriesOf(announcementAt(0, NOW_MS), 'bot', 'chat').map((delivery, n) =>
          n === 0 ? ({ ...delivery, content, ...withNames(changes) } as Delivery) : { ...delivery, content },
        );
        const recorded = [{ content, deliveries, identity }];
        using direct = new Bench();
        direct.outbox.recordAll(recorded);
        using killed = new Bench();
        killed.journal.recordAll(recorded);
        killed.nextLife();
        expect(tables(killed)).toEqual(tables(direct));
        expect(killed.refused).toEqual([]);
      },
    ),
    { numRuns: runs(400) },
  );
});

test('regression: deliveries of an announcement that the store refuses do not wait without it', async () => {
  using bench = new Bench();
  bench.database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON announcements BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
  const { content, deliveries } = read(0, 3);
  bench.journal.recordAll([{ content, deliveries }]);
  const [first] = deliveries as [Delivery];
  bench.journal.settle(attemptOf(first));
  await bench.clock.advance(1000);
  expect(bench.refused.length).toBeGreaterThan(0);
  expect(bench.journal.fault).toBeUndefined();
  expect([bench.count('deliveries'), bench.count('intake')]).toEqual([0, 0]);
});

test('a row that no table takes does not keep the next life from starting, and is told', () => {
  using bench = new Bench();
  bench.journal.recordAll([read(0), read(1)]);
  bench.clock.forget();
  bench.database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON announcements WHEN NEW.body LIKE '%announcement 0%' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
  const refused: string[] = [];
  const next = new SqliteOutbox(bench.database, (what) => refused.push(what));
  expect(refused).toEqual([`announcement ${announcementAt(0, NOW_MS).id}`]);
  expect(next.owed('d0', 10)).toHaveLength(1);
  expect(bench.count('intake')).toBe(0);
});

/** A store with a journal whose time stands still: what is read stays in its row. */
function standing(folder: Folder) {
  const path = folder.file('bridge.db');
  const clock = new FakeClock(NOW_MS);
  const store = openStore(path, clock, ({ reason }) => expect.fail(reason));
  const journal = new Journal(store.outbox, clock, {
    ...{ written: quiet, broken: quiet, refused: quiet, mended: quiet, usable: quiet, held: () => [] },
  });
  return { path, clock, store, journal };
}

test('after a SIGKILL people see what is only in a row, and can call it off', async () => {
  using folder = new Folder();
  const { path, clock, store, journal } = standing(folder);
  journal.recordAll([read(0, 3)]);
  clock.forget();
  store.outbox.close();
  const deliveries = new FileDeliveries(path);
  const { deliveries: listed } = given(await deliveries.list({ limit: 10 }));
  expect(listed.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
  const [first] = read(0, 3).deliveries as [Delivery];
  expect(given(await deliveries.discard([first.id], NOW_MS))).toEqual([first.id]);
  await store.close();
});

test('a row that is damaged does not hide the others: the store is set aside, and they are taken over', async () => {
  using folder = new Folder();
  const { path, clock, store, journal } = standing(folder);
  journal.recordAll([read(0, 2)]);
  clock.forget();
  await store.close();
  {
    using database = new DatabaseSync(path);
    database.exec(`INSERT INTO intake (id, body) VALUES (1, '[[{"id":"torn')`);
  }
  const replaced: unknown[] = [];
  const next = openStore(path, new FakeClock(NOW_MS), (what) => replaced.push(what));
  expect(replaced).toHaveLength(1);
  expect(['d0', 'd1'].map((name) => next.outbox.owed(name, 10).length)).toEqual([1, 1]);
  await next.close();
});

test('of a damaged store it is taken over as well which requests had begun', async () => {
  using folder = new Folder();
  const { path, clock, store, journal } = standing(folder);
  const { content, deliveries } = read(0);
  const [only] = deliveries as [Delivery];
  journal.recordAll([{ content, deliveries }]);
  journal.begin(attemptOf(only, { state: 'pending', reason: 'under_way', begunMs: NOW_MS }));
  clock.forget();
  await store.close();
  {
    using database = new DatabaseSync(path);
    database.exec(`INSERT INTO intake (id, body) VALUES (1, '[[{"id":"torn')`);
  }
  const next = openStore(path, new FakeClock(NOW_MS), quiet);
  expect(next.outbox.owed('d0', 1)).toMatchObject([{ begunMs: NOW_MS, reason: 'under_way' }]);
  await next.close();
});

test('of a bridge that runs, people wait for what it has read to be in its tables, and take nothing out of its hands', async () => {
  using folder = new Folder();
  const { path, clock, store, journal } = standing(folder);
  journal.recordAll([read(0)]);
  let isAnswered = false;
  const answers = [store.deliveries, new FileDeliveries(path)].map(async (deliveries) => {
    const { deliveries: listed } = given(await deliveries.list({ limit: 10 }));
    isAnswered = true;
    return listed.length;
  });
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  await clock.advance(50);
  expect(await Promise.all(answers)).toEqual([1, 1]);
  await store.close();
});

test('a bridge whose store takes nothing is answered for all the same, after a moment', async () => {
  using folder = new Folder();
  const { path, clock, store, journal } = standing(folder);
  journal.recordAll([read(0)]);
  expect(given(await new FileDeliveries(path).list({ limit: 10 })).deliveries).toEqual([]);
  clock.forget();
  await store.close();
});

test('contents are read once for all deliveries of an announcement, whatever lanes ask', () => {
  using bench = new Bench();
  bench.outbox.recordAll([read(0, 20), read(1, 20)]);
  const parse = vi.spyOn(JSON, 'parse');
  try {
    const owed = Array.from({ length: 20 }, (_, n) => bench.outbox.owed(`d${n}`, 10)).flat();
    expect(owed).toHaveLength(40);
    expect(new Set(owed.map(({ delivery }) => delivery.content)).size).toBe(2);
    expect(parse).toHaveBeenCalledTimes(2);
  } finally {
    parse.mockRestore();
  }
});
