/**
 * The store's file damaged, deleted, replaced, locked or starved, at the start and while it is in use: real files,
 * real SQLite, the real journal; only the clock is the test's. Everything read before and meanwhile must be in the
 * store afterwards, and a file that was set aside must still be there.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery, PendingDelivery } from '../../src/delivery/delivery.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { type Dropped, Kept } from '../../src/outbox/kept.ts';
import type { Replaced } from '../../src/outbox/open.ts';
import { openStoreFile } from '../../src/outbox/open.ts';
import { openStore } from '../../src/outbox/store.ts';
import { StoreError } from '../../src/outbox/store-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';
import { SmallDisk } from '../support/small-disk.ts';

const NONE: Dropped = { attempts: 0, ended: 0, owed: 0 };

/** News goes into its tables at once; else it stays in `intake` until something has it moved. */
let isSpread = false;

/** A running store with its journal, and all its events. */
class Running {
  readonly clock: FakeClock;
  readonly said: string[] = [];
  readonly replaced: Replaced[] = [];
  readonly mended: { entries: number; dropped: Dropped }[] = [];
  /** The deliveries of the lanes. */
  readonly held = new Map<string, PendingDelivery>();
  readonly journal: Journal;
  readonly store: ReturnType<typeof openStore>;
  #ordinal = 0;

  constructor(path: string, clock = new FakeClock(), kept = new Kept()) {
    this.clock = clock;
    this.store = openStore(path, clock, (what) => {
      this.said.push('replaced');
      this.replaced.push(what);
    });
    this.journal = new Journal(
      this.store.outbox,
      clock,
      {
        written: () => undefined,
        usable: () => this.said.push('usable'),
        broken: (message) => this.said.push(`broken: ${message}`),
        refused: (what) => this.said.push(`refused: ${what}`),
        mended: (entries, dropped) => {
          this.said.push('mended');
          this.mended.push({ entries, dropped });
        },
        held: () => this.held.values(),
      },
      kept,
    );
  }

  /** Read and written down for `bot` and `chat`; nothing is sent yet. */
  read(count = 1): Delivery[] {
    return Array.from({ length: count }, () => {
      const announcement = announcementAt(this.#ordinal++, this.clock.monotonicMs());
      const deliveries = deliveriesOf(announcement, 'bot', 'chat');
      this.journal.record(newsOf(announcement), deliveries);
      for (const delivery of deliveries)
        this.held.set(delivery.id, { delivery, attempts: 0, plain: false, notBeforeMs: 0 });
      if (isSpread) this.journal.flush();
      return deliveries;
    }).flat();
  }

  settle(...deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.held.delete(delivery.id);
      this.journal.settle(attemptOf(delivery));
    }
    this.journal.flush();
  }

  /** As the daemon does every second. */
  async look(): Promise<void> {
    this.journal.changedByOthers();
    await this.clock.advance(2000);
    this.journal.changedByOthers();
    await this.clock.advance(2000);
  }

  pending(): string[] {
    this.journal.flush();
    return ['bot', 'chat']
      .flatMap((destination) => this.store.outbox.owed(destination, 100_000))
      .map(({ delivery }) => delivery.id)
      .sort();
  }

  async stop(): Promise<number> {
    const left = this.journal.close();
    await this.store.close();
    return left;
  }
}

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id).sort();

/** Read with a process's eyes, after the bridge has ended. */
function statesOf(path: string): Map<string, string> {
  using database = openStoreFile(path, true);
  return new Map(
    database
      .prepare('SELECT d.id, d.state FROM deliveries d JOIN announcements a ON a.id = d.announcement_id')
      .all()
      .map((row) => [String(row['id']), String(row['state'])]),
  );
}

/** The same after a SIGKILL: nobody holds the lock, and nothing more is written. */
function statesOfKilled(running: Running, path: string): Map<string, string> {
  running.clock.forget();
  rmSync(`${path}.lock`);
  return statesOf(path);
}

const asides = (folder: Folder) =>
  readdirSync(folder.path).filter((name) => /\.corrupt-[^.]*Z(-\d+)?$/.test(name));

function overwrite(path: string, at: number, bytes: Buffer): void {
  // Never closed: closing would drop SQLite's own locks, which no other process could do to it.
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
}

const NOISE = Buffer.alloc(4096, 0xa7);

/** Enough for many pages, some delivered, some not; closed cleanly, so that all of it is in the database. */
async function filled(path: string, clock = new FakeClock()): Promise<{ owed: string[]; clock: FakeClock }> {
  const first = new Running(path, clock);
  const deliveries = Array.from({ length: 400 }).flatMap(() => {
    const read = first.read();
    first.journal.flush();
    return read;
  });
  first.settle(...deliveries.slice(0, 600));
  const owed = first.pending();
  await first.stop();
  await clock.advance(1000);
  return { owed, clock };
}

describe.each([
  ['what was read is on record in a row of `intake`', false],
  ['what was read is in its tables', true],
])('%s', (__, spreads) => {
  beforeEach(() => {
    isSpread = spreads;
  });

  test('garbage where the database was, at the start: set aside byte for byte, a new one is used, and it is said', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    writeFileSync(path, NOISE);
    const running = new Running(path);
    expect(running.replaced).toHaveLength(1);
    const [{ reason, setAside, salvaged } = {} as Replaced] = running.replaced;
    expect(reason).toMatch(/not a database/);
    expect(setAside).toMatch(/bridge\.db\.corrupt-20260101T000000Z$/);
    expect(readFileSync(setAside ?? '')).toEqual(NOISE);
    expect(salvaged).toMatchObject({ announcements: 0, unreadable: expect.stringMatching(/not a database/) });
    const deliveries = running.read(3);
    expect(running.pending()).toEqual(idsOf(deliveries));
    expect(running.journal.fault).toBeUndefined();
    await running.stop();
  });

  test('a database that was cut off, at the start: what is owed and still readable is taken over', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const { owed, clock } = await filled(path);
    const bytes = statSync(path).size;
    truncateSync(path, Math.floor((bytes * 0.8) / 4096) * 4096);
    const running = new Running(path, clock);
    const [{ setAside, salvaged } = {} as Replaced] = running.replaced;
    expect(statSync(setAside ?? '').size).toBeLessThan(bytes);
    expect(salvaged.unreadable).toMatch(/malformed/);
    expect(salvaged.owed).toBeGreaterThan(0);
    for (const id of running.pending()) expect(owed).toContain(id);
    expect(running.pending()).toHaveLength(salvaged.owed);
    await running.stop();
  });

  test('noise in the middle of the database, at the start: found when it is read, the rest is taken over', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const { owed, clock } = await filled(path);
    const pages = statSync(path).size / 4096;
    // Beyond the roots of the tables.
    for (let page = 13; page < pages; page += 7) overwrite(path, page * 4096, NOISE);
    const running = new Running(path, clock);
    const identities = running.store.outbox.recover(0, Number.POSITIVE_INFINITY).announcements;
    expect(running.replaced).toHaveLength(1);
    expect(asides(folder)).toHaveLength(1);
    expect(identities.length).toBeGreaterThan(0);
    expect(running.replaced[0]?.salvaged.unreadable).toMatch(/malformed/);
    expect(running.pending().length).toBeGreaterThan(owed.length / 4);
    for (const id of running.pending()) expect(owed).toContain(id);
    await running.stop();
  });

  test.each([
    ['its header is overwritten', (path: string) => overwrite(path, 0, NOISE)],
    ['it is cut off', (path: string) => truncateSync(path, 4096)],
    ['it is emptied', (path: string) => truncateSync(path, 0)],
  ])('while it runs %s: noticed by looking, set aside, nothing is lost', async (_, damage) => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const { owed, clock } = await filled(path);
    const running = new Running(path, clock);
    const [toSettle, ...before] = running.read(5);
    damage(path);
    await running.look();
    expect(running.said.map((line) => line.split(':')[0])).toEqual([
      'broken',
      'replaced',
      'mended',
      'usable',
    ]);
    expect(running.said[0]).toMatch(/damaged while it was in use/);
    expect(asides(folder).length).toBeGreaterThan(0);
    // The lanes' deliveries are written again whatever can be read; a send that was under way ends as usual.
    if (toSettle !== undefined) running.settle(toSettle);
    const after = running.read(2);
    const pending = running.pending();
    for (const id of idsOf([...before, ...after])) expect(pending).toContain(id);
    for (const id of pending) expect([...owed, ...idsOf([...before, ...after])]).toContain(id);
    expect(await running.stop()).toBe(0);
    expect(statesOf(path).get(toSettle?.id ?? '')).toBe('delivered');
  });

  test('while it runs, pages become noise: a failed read is enough, and what the lanes hold is written anew', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const { clock } = await filled(path);
    const running = new Running(path, clock);
    const held = running.read(5);
    // Another process takes the log into the database, so that what is read from now on is read from the file.
    {
      using other = new DatabaseSync(path);
      other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    }
    const pages = statSync(path).size / 4096;
    for (let page = 1; page < pages; page++) overwrite(path, page * 4096, NOISE);
    {
      // And commits, after which nobody trusts what is in a cache.
      using other = new DatabaseSync(path);
      other.exec('PRAGMA application_id = 1');
    }
    const meanwhile = running.read(2);
    running.journal.prune(clock.monotonicMs() + 1e9, clock.monotonicMs() + 1e9, 1000);
    await running.look();
    expect(running.said[0]).toMatch(/^broken: .*malformed/);
    expect(running.replaced).toHaveLength(1);
    const again = running.read(1);
    expect(running.journal.fault).toBeUndefined();
    const pending = running.pending();
    for (const id of idsOf([...held, ...meanwhile, ...again])) expect(pending).toContain(id);
    await running.stop();
  });

  test('regression: the file is deleted while it is in use: noticed within a second, everything owed is in the new one', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const { owed, clock } = await filled(path);
    const running = new Running(path, clock);
    const [inFlight, ...before] = running.read(5);
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const unseen = running.read(2);
    await running.look();
    if (inFlight !== undefined) running.settle(inFlight);
    const after = running.read(2);
    expect(running.said.map((line) => line.split(':')[0])).toEqual([
      'broken',
      'replaced',
      'mended',
      'usable',
    ]);
    expect(running.replaced[0]).toMatchObject({ setAside: undefined, salvaged: { unreadable: undefined } });
    const wanted = [...owed, ...idsOf([...before, ...unseen, ...after])].sort();
    expect(running.pending()).toEqual(wanted);
    const last = running.read(1);
    wanted.push(...idsOf(last));
    const states = statesOfKilled(running, path);
    expect(
      [...states]
        .filter(([, state]) => state === 'pending')
        .map(([id]) => id)
        .sort(),
    ).toEqual(wanted);
    expect(states.get(inFlight?.id ?? '')).toBe('delivered');
    await running.stop();
  });

  test('the file is deleted just before the end: noticed at the end', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const running = new Running(path);
    const deliveries = running.read(5);
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    expect(await running.stop()).toBe(0);
    expect([...statesOf(path).keys()].sort()).toEqual(idsOf(deliveries));
  });

  test('the whole folder is deleted: made again, with the lock', async () => {
    using folder = new Folder();
    const path = folder.file('data/bridge.db');
    const running = new Running(path);
    const deliveries = running.read(5);
    rmSync(folder.file('data'), { recursive: true });
    await running.look();
    expect(running.pending()).toEqual(idsOf(deliveries));
    expect(() => openStore(path, running.clock, () => undefined)).toThrow(/another listing-bridge uses/);
    expect(await running.stop()).toBe(0);
    expect([...statesOf(path).keys()].sort()).toEqual(idsOf(deliveries));
  });

  test('only the lock is deleted: taken again; if somebody was faster, that is said', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const running = new Running(path);
    rmSync(`${path}.lock`);
    await running.look();
    expect(running.journal.fault).toBeUndefined();
    expect(() => openStore(path, running.clock, () => undefined)).toThrow(/another listing-bridge uses/);
    rmSync(`${path}.lock`);
    const faster = openStore(path, running.clock, () => undefined);
    await running.look();
    expect(running.journal.fault).toMatch(/another listing-bridge uses/);
    const deliveries = running.read(2);
    await faster.close();
    await running.clock.advance(2000);
    expect(running.journal.fault).toBeUndefined();
    expect(running.pending()).toEqual(idsOf(deliveries));
    await running.stop();
  });

  test('another database is put in its place: that one is used, with what was owed', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const elsewhere = folder.file('backup.db');
    const { owed, clock } = await filled(elsewhere);
    const running = new Running(path, clock);
    const deliveries = running.read(5);
    renameSync(elsewhere, path);
    await running.look();
    expect(running.pending()).toEqual([...owed, ...idsOf(deliveries)].sort());
    await running.stop();
  });

  test('regression: a database that was put in the place of a damaged one is not taken for it', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const elsewhere = folder.file('backup.db');
    const { owed, clock } = await filled(elsewhere);
    const running = new Running(path, clock);
    const deliveries = running.read(5);
    renameSync(elsewhere, path);
    // As SQLite says it.
    const malformed = Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
    expect(running.store.outbox.mend(malformed)).toBe(true);
    expect(asides(folder)).toEqual([]);
    expect(running.pending()).toEqual([...owed, ...idsOf(deliveries)].sort());
    await running.stop();
  });

  test('the log is deleted under it: what was only in the log is in the database', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const running = new Running(path);
    const deliveries = running.read(5);
    rmSync(`${path}-wal`);
    await running.look();
    expect(running.replaced).toEqual([]);
    expect(running.said.map((line) => line.split(':')[0])).toEqual(['broken', 'mended', 'usable']);
    const after = running.read(2);
    expect([...statesOfKilled(running, path).keys()].sort()).toEqual(idsOf([...deliveries, ...after]));
    await running.stop();
  });

  test('locked by somebody else: told only if it lasts; nothing waits for it twice, and all of it is written afterwards', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const running = new Running(path);
    const { clock } = running;
    running.read(1);
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    running.read(1);
    other.exec('ROLLBACK');
    await clock.advance(100);
    expect(running.said).toEqual(['usable']);
    expect(running.pending()).toHaveLength(4);

    other.exec('BEGIN IMMEDIATE');
    const [first] = running.read(1);
    running.read(100);
    if (first !== undefined) running.settle(first);
    await clock.advance(10_000);
    expect(running.said.slice(1)).toEqual(['broken: database is locked']);
    expect(running.journal.fault).toBe('database is locked');
    expect(running.journal.owed('bot', 10)).toBeUndefined();
    other.exec('ROLLBACK');
    await clock.advance(2000);
    expect(running.said.slice(2)).toEqual(['mended', 'usable']);
    expect(running.mended).toEqual([{ entries: 102, dropped: NONE }]);
    expect(running.pending()).toHaveLength(4 + 202 - 1);
    await running.stop();
  });

  test('regression: what was dropped while the store was broken, and is still in the hands of a lane, is on record afterwards', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const running = new Running(path, new FakeClock(), new Kept(30));
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const deliveries = running.read(20);
    await running.clock.advance(5000);
    other.exec('ROLLBACK');
    await running.clock.advance(2000);
    expect(running.mended[0]?.dropped.owed).toBeGreaterThan(0);
    expect(running.pending()).toEqual(idsOf(deliveries));
    await running.stop();
  });

  test('the disk is full, at the start and later: it starts all the same, and writes when there is room', async ({
    skip,
  }) => {
    using folder = new Folder();
    using disk = new SmallDisk(folder);
    skip(!disk.works, 'no right to mount here');
    const path = join(disk.path, 'bridge.db');
    const { owed, clock } = await filled(path);
    disk.fill();
    const running = new Running(path, clock);
    const deliveries = running.read(50);
    await clock.advance(5000);
    expect(running.said).toHaveLength(1);
    expect(running.said[0]).toMatch(/^broken: .*(full|disk I\/O|unable to open)/);
    expect(running.journal.fault).toBeDefined();
    disk.free();
    await clock.advance(3000);
    expect(running.said.slice(1)).toEqual(['mended', 'usable']);
    expect(running.pending()).toEqual([...owed, ...idsOf(deliveries)].sort());

    disk.fill();
    const more = running.read(500);
    await clock.advance(5000);
    disk.free();
    await clock.advance(3000);
    expect(running.said.slice(3).map((line) => line.split(':')[0])).toEqual(['broken', 'mended', 'usable']);
    expect(running.pending()).toEqual([...owed, ...idsOf([...deliveries, ...more])].sort());
    await running.stop();
  });

  test('regression: the log has filled the disk: a little room is enough to take it into the database, and all is well', async ({
    skip,
  }) => {
    using folder = new Folder();
    using disk = new SmallDisk(folder);
    skip(!disk.works, 'no right to mount here');
    const path = join(disk.path, 'bridge.db');
    const running = new Running(path);
    const reserve = join(disk.path, 'reserve');
    writeFileSync(reserve, Buffer.alloc(4 * 1024 * 1024));
    while (running.journal.fault === undefined) {
      running.read(10);
      running.journal.flush();
    }
    const deliveries = running.read(10);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(10 * 1024 * 1024);
    rmSync(reserve);
    await running.clock.advance(2000);
    expect(running.journal.fault).toBeUndefined();
    expect(statSync(`${path}-wal`).size).toBeLessThan(4 * 1024 * 1024);
    const pending = new Set(running.pending());
    for (const id of idsOf(deliveries)) expect(pending).toContain(id);
    await running.stop();
  });

  test('the disk turns read-only, also before the start: it runs, and writes when it can', async ({
    skip,
  }) => {
    using folder = new Folder();
    using disk = new SmallDisk(folder);
    skip(!disk.works, 'no right to mount here');
    const path = join(disk.path, 'bridge.db');
    const { owed, clock } = await filled(path);
    disk.remount('ro');
    const running = new Running(path, clock);
    const deliveries = running.read(50);
    await clock.advance(5000);
    expect(running.said).toHaveLength(1);
    disk.remount('rw');
    await clock.advance(3000);
    expect(running.said.slice(1)).toEqual(['mended', 'usable']);
    expect(running.pending()).toEqual([...owed, ...idsOf(deliveries)].sort());
    await running.stop();
  });

  test.each([
    ['a folder that can never be made', '/proc/nowhere/bridge.db', /cannot create the folder of store\.path/],
    ['a file in the place of a folder', '/dev/null/bridge.db', /cannot create the folder of store\.path/],
  ])('regression: %s is a clear error at the start, and an answer at once', (_, path, message) => {
    const open = () => openStore(path, new FakeClock(), () => undefined);
    expect(open).toThrow(StoreError);
    expect(open).toThrow(message);
  });

  test('a folder in the place of the file is a clear error at the start', () => {
    using folder = new Folder();
    mkdirSync(folder.file('bridge.db'));
    expect(() => openStore(folder.file('bridge.db'), new FakeClock(), () => undefined)).toThrow(
      /bridge\.db is a folder\. It was not touched/,
    );
  });

  test('a copy that is set aside twice in one second has two names', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    for (let times = 0; times < 3; times++) {
      writeFileSync(path, NOISE);
      await new Running(path).stop();
    }
    expect(asides(folder)).toHaveLength(3);
  });

  test('the command line says what is wrong with a damaged store, and touches nothing', () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    writeFileSync(path, NOISE);
    expect(() => openStoreFile(path, true)).toThrow(StoreError);
    expect(() => openStoreFile(path, false)).toThrow(/sets a damaged store aside/);
    copyFileSync(path, folder.file('same'));
    expect(readFileSync(path)).toEqual(NOISE);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('regression: one announcement that cannot be read does not make a broken store of it for ever', async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const first = new Running(path);
    const owed = first.read(3);
    await first.stop();
    using database = new DatabaseSync(path);
    database.exec(
      `UPDATE announcements SET body = 'x' || body WHERE id = (SELECT MIN(id) FROM announcements)`,
    );
    database.close();

    const second = new Running(path);
    expect(second.journal.owed('bot', 10)).toBeUndefined();
    await second.look();
    expect(second.journal.owed('bot', 10)).toHaveLength(2);
    expect(second.pending()).toEqual(idsOf(owed.slice(2)));
    expect(second.said.filter((said) => said === 'replaced')).toHaveLength(1);
    expect(second.replaced[0]).toMatchObject({
      reason: expect.stringContaining('JSON'),
      salvaged: { owed: 4 },
    });
    expect(existsSync(second.replaced[0]?.setAside ?? '')).toBe(true);
    expect(second.journal.waiting()?.get('bot')?.deliveries).toBe(2);
    await second.stop();
  });
});
