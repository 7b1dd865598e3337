/**
 * The store of every released version opens in this one, without loss. `test/fixtures/store/schema-N.sql` is
 * what version N left behind, rows included, and is never edited: a new version gets a new file.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../../src/outbox/migrations.ts';
import { openStoreFile } from '../../src/outbox/open.ts';
import { listDeliveries } from '../../src/outbox/pages.ts';
import { decisionOf, findDelivery } from '../../src/outbox/queries.ts';
import { openStore } from '../../src/outbox/store.ts';
import { traceIn } from '../../src/routing/trace.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Folder } from '../support/outbox.ts';

const fixtures = new URL('../fixtures/store/', import.meta.url);
const versions = readdirSync(fixtures)
  .map((name) => Number(/^schema-(\d+)\.sql$/.exec(name)?.[1]))
  .sort((a, b) => a - b);

const fixture = (version: number) => readFileSync(new URL(`schema-${version}.sql`, fixtures), 'utf8');

const open = (path: string) => openStore(path, new FakeClock(), () => expect.fail('nothing is replaced'));

test('there is a fixture for every released version', () => {
  expect(versions).toEqual(Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1));
});

/** Of every fixture: the same five deliveries, in each state. */
const IN_EVERY = [
  ['0000000000000a-0', 'bot', 'delivered', 2],
  ['0000000000000a-1', 'chat', 'pending', 1],
  ['0000000000000b-0', 'bot', 'expired', 0],
  ['0000000000000b-1', 'chat', 'dead', 3],
  ['0000000000000c-0', 'vip', 'skipped', 0],
] as const;

/** Of fixtures that have more than these. */
const isLater = (key: string) => key > IN_EVERY[4][0];

test.each(versions)('version %i opens without loss', async (version) => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using old = new DatabaseSync(path);
    old.exec(fixture(version));
  }
  const store = open(path);
  const owed = store.outbox.owed('chat', 10).filter(({ delivery }) => !isLater(delivery.key ?? ''));
  expect(owed).toMatchObject([
    {
      delivery: {
        id: '0000000000000a-1',
        rule: 'all',
        ticker: 'ABC',
        content: { announcement: { title: '에이비씨(ABC)' } },
      },
      attempts: 1,
      notBeforeMs: 5000,
      plain: true,
    },
  ]);
  const recovered = store.outbox.recover(0, Number.POSITIVE_INFINITY);
  expect(recovered.announcements.filter(({ receivedMs }) => receivedMs <= 3000)).toHaveLength(3);
  expect(recovered.pauses).toEqual(new Map([['chat', 99_000]]));
  await store.close();
  using database = openStoreFile(path, true);
  const all = listDeliveries(database, { state: undefined, destination: undefined, sinceMs: 0, limit: 100 });
  expect(
    all
      .filter(({ delivery }) => !isLater(delivery.key ?? ''))
      .map(({ delivery, state, attempts }) => [delivery.id, delivery.destination, state, attempts])
      .sort(),
  ).toEqual(IN_EVERY);
  expect(findDelivery(database, '0000000000000a-0')?.attempts).toMatchObject([
    { attempt: 1, outcome: 'retry server_error', status: 503, detail: 'busy' },
    { attempt: 2, outcome: 'delivered', status: 200 },
  ]);
});

test('what version 5 had on record and not yet in its tables is in them, as far as it had come', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using old = new DatabaseSync(path);
    old.exec(fixture(5));
  }
  const store = open(path);
  const announced = store.outbox.recover(0, Number.POSITIVE_INFINITY).announcements;
  expect(announced.slice(3)).toEqual([
    { identity: 'four', receivedMs: 4000 },
    { identity: 'five', receivedMs: 4000 },
  ]);
  expect(store.outbox.owed('bot', 10)).toEqual([]);
  expect(store.outbox.owed('chat', 1)).toMatchObject([
    {
      delivery: {
        ...{ id: '00000000000000f000-bbbbbbbbbb', key: '0000000000000f-1', template: 'loud' },
        ...{ ticker: undefined, expiresAtMs: undefined, content: { announcement: { title: '엑스(XYZ)' } } },
      },
      ...{ attempts: 1, begunMs: 4001, reason: 'under_way' },
    },
  ]);
  // Their names follow from the occurrence, the same in each version.
  const named = ['vip', 'mail'].flatMap((name) => store.outbox.owed(name, 10));
  expect(named.map(({ delivery: { key, ticker, id } }) => [key, ticker, id]).sort()).toEqual([
    ['0000000000000g-0', 'XYZ', '00000000000000g000-z585mwwthy-6r4bs8f4'],
    ['0000000000000g-1', 'ABC', '00000000000000g000-z585mwwthy-q9w1dfwf'],
    ['0000000000000g-2', undefined, '00000000000000g000-03cd7w8q77'],
  ]);
  await store.close();
  using database = openStoreFile(path, true);
  expect(database.prepare('SELECT * FROM intake').all()).toEqual([]);
});

test('a later version reads what the rules of version 6 said, and says of nothing else that it knows it', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using old = new DatabaseSync(path);
    old.exec(fixture(6));
  }
  await open(path).close();
  using database = openStoreFile(path, true);
  const { trace = '', rules } = decisionOf(database, '0000000000000a-1') ?? {};
  expect(traceIn(trace)).toMatchObject({ digest: 'ffe7a1e4fa14', sinceMs: 900, stoppedBy: 0, planned: 2 });
  expect(Array.from(rules?.byPlace ?? [], ([, { name, send }]) => [name, send.map(({ to }) => to)])).toEqual([
    ['all', ['bot', 'chat']],
    ['rest', ['bot', 'vip']],
  ]);
  expect(decisionOf(database, '0000000000000b')).not.toHaveProperty('trace');
  // Of a version that is not known yet.
  const later = decisionOf(database, '0000000000000c');
  expect(traceIn(later?.trace ?? '')).toBeUndefined();
  expect(later).not.toHaveProperty('rules');
});

test('the schema is the same whether it was made new or migrated', () => {
  const schemaOf = (database: DatabaseSync) =>
    database
      .prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')
      .all()
      .map(({ type, name, sql }) => [type, name, String(sql).replaceAll(/\s+/g, ' ')]);
  using folder = new Folder();
  const schemas = [0, ...versions].map((version) => {
    const path = folder.file(`${version}.db`);
    if (version > 0) {
      using old = new DatabaseSync(path);
      old.exec(fixture(version));
    }
    void open(path).close();
    using database = openStoreFile(path, true);
    return schemaOf(database);
  });
  for (const schema of schemas) expect(schema).toEqual(schemas[0]);
});

test('mutes are as they were', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using old = new DatabaseSync(path);
    old.exec(fixture(7));
  }
  const store = open(path);
  expect(store.outbox.mutes()).toEqual([
    { id: 4, kind: 'ticker', name: 'SCAM', sinceMs: 3000, untilMs: 9000, reason: 'a scam' },
    { id: 7, kind: 'rule', name: 'korean spot', sinceMs: 3500, untilMs: 90_000, reason: undefined },
  ]);
  await store.close();
});

test('what held a delivery back is as it was; of a form that is not known, nothing', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using old = new DatabaseSync(path);
    old.exec(fixture(10));
  }
  await open(path).close();
  using database = openStoreFile(path, true);
  const held = listDeliveries(database, { state: 'skipped' }).map(({ delivery, heldBy }) => [
    delivery.destination,
    heldBy,
  ]);
  expect(held.toReversed()).toEqual([
    ['vip', undefined],
    ['vip', { id: 4, kind: 'ticker', name: 'SCAM', sinceMs: 3000, untilMs: 9000, reason: 'a scam' }],
    [
      'mail',
      { kind: 'XYZ', rule: 'all', announcementId: '0000000000000a', sinceMs: 1000.5, untilMs: 99_000 },
    ],
    ['odd', undefined],
  ]);
});

test('a newer database is refused, clearly, and is not touched', () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    using newer = new DatabaseSync(path);
    newer.exec(fixture(SCHEMA_VERSION));
    newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}; CREATE TABLE later (x);`);
  }
  const bytes = readFileSync(path);
  expect(() => open(path)).toThrow(
    /store\.path .*bridge\.db: the store was written by a newer listing-bridge \(schema \d+; this one knows \d+\): upgrade/,
  );
  expect(() => openStoreFile(path, true)).toThrow(/has schema \d+, this listing-bridge has/);
  expect(readFileSync(path)).toEqual(bytes);
});

test('a migration that fails leaves the old version whole', () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  {
    // Something of the same name is in the way.
    using odd = new DatabaseSync(path);
    odd.exec(`${fixture(1)} CREATE TABLE learnt (mine);`);
  }
  expect(() => open(path)).toThrow(/cannot be written: table learnt already exists/);
  using database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(database.prepare('PRAGMA table_info(deliveries)').all()).toHaveLength(14);
});

test('an empty file is a store that has not begun', async () => {
  using folder = new Folder();
  writeFileSync(folder.file('bridge.db'), '');
  const store = open(folder.file('bridge.db'));
  expect(store.outbox.waiting()).toEqual(new Map());
  await store.close();
});
