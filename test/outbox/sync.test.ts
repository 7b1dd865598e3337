/** Work behind the sends: the log reaches the disk, and the database, without holding up the loop. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { checkpoint } from '../../src/outbox/checkpoint.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, deliveriesOf, Folder } from '../support/outbox.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

test('after many writes the log is taken into the database by another thread, and written anew from its beginning', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const store = openStore(path, systemClock, () => undefined);
  const write = (first: number, count: number) => {
    for (let ordinal = first; ordinal < first + count; ordinal++) {
      const announcement = announcementAt(ordinal, NOW_MS);
      store.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
      store.sync.request();
    }
  };
  const emptyBytes = statSync(path).size;
  write(0, 499);
  await expect.poll(() => store.sync.isCheckpointing, { interval: 5 }).toBe(false);
  expect(statSync(path).size).toBe(emptyBytes);
  write(499, 1);
  await expect.poll(() => statSync(path).size, { interval: 20 }).toBeGreaterThan(emptyBytes * 5);
  await expect.poll(() => store.sync.isCheckpointing, { interval: 5 }).toBe(false);
  const logBytes = statSync(`${path}-wal`).size;
  // Nobody else has changed anything.
  expect(store.outbox.changedByOthers()).toBe(false);
  write(500, 200);
  expect(statSync(`${path}-wal`).size).toBe(logBytes);
  expect(store.outbox.waiting().get('bot')?.deliveries).toBe(700);
  await store.close();
  using database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
});

test('a checkpoint of a file that is gone ends, and makes none', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  await checkpoint(path);
  expect(existsSync(path)).toBe(false);
});

test.runIf(existsSync('/proc/self/fd'))(
  'regression: a sync that was requested just before the end opens nothing after it',
  async () => {
    using folder = new Folder();
    const path = folder.file('bridge.db');
    const clock = new FakeClock();
    const store = openStore(path, clock, () => undefined);
    store.outbox.record(newsOf(announcementAt(0, NOW_MS)), []);
    store.sync.request();
    await store.close();
    // As where another process has the store: its log is there to be opened.
    writeFileSync(`${path}-wal`, '');
    await clock.advance(1000);
    // A file is opened by a thread: one that is asked for later is open later.
    for (let turn = 0; turn < 5; turn++) await (await open(path)).close();
    const isOpen = readdirSync('/proc/self/fd').some((fd) => targetOf(fd) === `${path}-wal`);
    expect(isOpen).toBe(false);
  },
);

/** A descriptor may be gone by the time it is looked at. */
function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

test('a checkpoint under way is waited for at the end', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const store = openStore(path, systemClock, () => undefined);
  for (let ordinal = 0; ordinal < 500; ordinal++) {
    store.outbox.record(newsOf(announcementAt(ordinal, NOW_MS)), []);
    store.sync.request();
  }
  await expect.poll(() => store.sync.isCheckpointing, { interval: 1 }).toBe(true);
  await store.close();
  expect(store.sync.isCheckpointing).toBe(false);
  // The last connection takes the log away.
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test('regression: on a machine that has no thread to give, a checkpoint only does not happen', () => {
  using folder = new Folder();
  const checkpointFile = JSON.stringify(new URL('../../src/outbox/checkpoint.ts', import.meta.url).href);
  const script = `import { checkpoint } from ${checkpointFile}; await checkpoint('none.db'); console.log('ended');`;
  // Node's permissions leave threads out unless they are asked for.
  const flags = ['--permission', '--allow-fs-read=*', '--input-type=module', '--eval'];
  const said = execFileSync(process.execPath, [...flags, script], {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  expect(said).toBe('ended\n');
});
