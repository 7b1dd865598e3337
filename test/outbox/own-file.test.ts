/** Whose the file is that `store.path` names, and who may read what the bridge makes. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { openStore } from '../../src/outbox/store.ts';
import { StoreError } from '../../src/outbox/store-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, deliveriesOf, Folder } from '../support/outbox.ts';

const open = (path: string, replaced: () => void = () => undefined) =>
  openStore(path, new FakeClock(), replaced);
const modeOf = (path: string) => statSync(path).mode & 0o777;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const fixture = (version: number) =>
  readFileSync(new URL(`../fixtures/store/schema-${version}.sql`, import.meta.url), 'utf8');

function database(path: string, sql: string): void {
  using made = new DatabaseSync(path);
  made.exec(sql);
}

test.each<[string, string, (path: string) => void]>([
  ['the config', 'config.yaml', (path) => writeFileSync(path, 'feeds: []\n')],
  ['a text', 'bridge.db', (path) => writeFileSync(path, 'buy milk\n에이비씨\n')],
  ['a text without an extension', 'notes', (path) => writeFileSync(path, 'buy milk')],
  ['a picture', 'logo.png', (path) => writeFileSync(path, PNG)],
  ['a picture with the name of a database', 'bridge.db', (path) => writeFileSync(path, PNG)],
  ['an archive', 'backup.db', (path) => writeFileSync(path, gzipSync('x'))],
  ['a program', 'bridge', (path) => writeFileSync(path, Buffer.from('7f454c4602010100', 'hex'))],
  ['keys', '.env', (path) => writeFileSync(path, 'KEY=1\0')],
  ['zeros', 'disk.img', (path) => writeFileSync(path, Buffer.alloc(100_000))],
  ['a database of another program', 'other.db', (path) => database(path, 'CREATE TABLE orders (id)')],
  [
    'one with a version and an id',
    'places.sqlite',
    (path) => database(path, 'PRAGMA user_version = 2; PRAGMA application_id = 77; CREATE TABLE moz (id)'),
  ],
  [
    'one with our version',
    'other.db',
    (path) => database(path, 'PRAGMA user_version = 3; CREATE TABLE deliveries (id)'),
  ],
  ['one with an id and no table', 'other.db', (path) => database(path, 'PRAGMA application_id = 77')],
  [
    'one in WAL mode',
    'other.db',
    (path) => database(path, 'PRAGMA journal_mode = WAL; CREATE TABLE orders (id)'),
  ],
])('regression: %s is refused in a sentence, and nothing is touched or made', (_, name, make) => {
  using folder = new Folder();
  const path = folder.file(name);
  make(path);
  const bytes = readFileSync(path);
  for (let attempt = 1; attempt <= 2; attempt++) {
    expect(() => open(path)).toThrow(StoreError);
    expect(() => open(path)).toThrow(/store\.path .* is .*\. It was not touched: give the path of a file/);
  }
  expect(readFileSync(path)).toEqual(bytes);
  expect(readdirSync(folder.path)).toEqual([name]);
});

test('regression: a damaged database of another program is not renamed', () => {
  using folder = new Folder();
  const path = folder.file('other');
  database(path, `CREATE TABLE orders (id); INSERT INTO orders VALUES ('${'x'.repeat(20_000)}')`);
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Buffer.alloc(4000, 0xa7), 0, 4000, 100);
  closeSync(descriptor);
  expect(() => open(path)).toThrow(/a damaged database, and not one of listing-bridge/);
  expect(readdirSync(folder.path).filter((name) => name.includes('corrupt'))).toEqual([]);
});

test('regression: a folder and a device are refused', () => {
  using folder = new Folder();
  mkdirSync(folder.file('data'));
  expect(() => open(folder.file('data'))).toThrow(/is a folder/);
  symlinkSync('/dev/null', folder.file('null.db'));
  expect(() => open(folder.file('null.db'))).toThrow(/is not a file/);
});

test.each([
  ['nothing', () => undefined],
  ['an empty file', (path: string) => writeFileSync(path, '')],
  ['an empty database', (path: string) => database(path, 'PRAGMA user_version = 0')],
  ['version 1', (path: string) => database(path, fixture(1))],
  ['version 2', (path: string) => database(path, fixture(2))],
])('%s is taken', async (_, make) => {
  using folder = new Folder();
  make(folder.file('any-name'));
  await open(folder.file('any-name')).close();
});

test.each(['bridge.db', 'store'])(
  'a database of ours (%s) whose beginning is gone is set aside, as before',
  async (name) => {
    using folder = new Folder();
    const path = folder.file(name);
    const store = open(path);
    const announcement = announcementAt(1, Date.UTC(2026, 0, 1));
    store.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
    await store.close();
    writeFileSync(path, 'not even bytes any more');
    let replaced = 0;
    await open(path, () => void replaced++).close();
    expect(replaced).toBe(1);
  },
);

test('regression: everything that is made is readable by its owner alone, also what is set aside; and the folder', async () => {
  using folder = new Folder();
  const path = folder.file('data/deep/bridge.db');
  const before = process.umask(0o022);
  try {
    const store = open(path);
    const announcement = announcementAt(1, Date.UTC(2026, 0, 1));
    store.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
    for (const name of readdirSync(folder.file('data/deep')))
      expect([name, modeOf(folder.file(`data/deep/${name}`))]).toEqual([name, 0o600]);
    expect(readdirSync(folder.file('data/deep')).length).toBeGreaterThanOrEqual(4);
    expect(modeOf(folder.file('data'))).toBe(0o700);
    expect(modeOf(folder.file('data/deep'))).toBe(0o700);
    await store.close();
    writeFileSync(path, Buffer.alloc(8192, 0xa7));
    await open(path).close();
  } finally {
    process.umask(before);
  }
  const names = readdirSync(folder.file('data/deep'));
  expect(names.some((name) => name.includes('.corrupt-'))).toBe(true);
  for (const name of names) expect([name, modeOf(folder.file(`data/deep/${name}`))]).toEqual([name, 0o600]);
});

test('regression: also what is made where a link points that leads nowhere yet', async () => {
  using folder = new Folder();
  mkdirSync(folder.file('disk'));
  symlinkSync(folder.file('disk/real.db'), folder.file('bridge.db'));
  await open(folder.file('bridge.db')).close();
  expect(modeOf(folder.file('disk/real.db'))).toBe(0o600);
});

test('regression: what an earlier version left readable is tightened when it is opened; other files are not', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  await open(path).close();
  const left = [
    'bridge.db',
    'bridge.db.lock',
    'bridge.db.corrupt-20250101T000000Z',
    'bridge.db.corrupt-20250101T000000Z-wal',
  ];
  for (const name of left) {
    if (!existsSync(folder.file(name))) writeFileSync(folder.file(name), 'x');
    chmodSync(folder.file(name), 0o644);
  }
  writeFileSync(folder.file('config.yaml'), 'x', { mode: 0o644 });
  chmodSync(folder.path, 0o755);
  const store = open(path);
  for (const name of left) expect([name, modeOf(folder.file(name))]).toEqual([name, 0o600]);
  expect(modeOf(folder.file('config.yaml'))).toBe(0o644);
  expect(modeOf(folder.path), 'a folder that we did not make').toBe(0o755);
  await store.close();
});
