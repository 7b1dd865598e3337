/** Figures of the past: for how long they are kept, when they are made again, and which holes are reported. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../../src/delivery/content.ts';
import { FileDeliveries } from '../../../src/outbox/file-deliveries.ts';
import { MOST_NAMES, OTHERS } from '../../../src/outbox/history/figures.ts';
import { pointsIn } from '../../../src/outbox/history/group-points.ts';
import { DAYS } from '../../../src/outbox/history/levels.ts';
import { nextChanges } from '../../../src/outbox/history/next-changes.ts';
import { readStats } from '../../../src/outbox/history/read-stats.ts';
import { startHistory } from '../../../src/outbox/history/upkeep.ts';
import { openStoreFile } from '../../../src/outbox/open.ts';
import { figuresKeptMs, type RetentionByKind } from '../../../src/outbox/retention.ts';
import { openStore } from '../../../src/outbox/store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { announcementAt, deliveriesOf, Folder } from '../../support/outbox.ts';
import { DAY, History, HOUR, MINUTE } from './history.ts';

const slotsOf = (history: History) => {
  using database = openStoreFile(history.path, true);
  return new Map(
    database
      .prepare('SELECT span_ms, COUNT(*) AS n FROM slots GROUP BY span_ms')
      .all()
      .map(({ span_ms, n }) => [Number(span_ms), Number(n)]),
  );
};

test('minutes are kept for two days, hours for 90, days for 400; then there is nothing left', async () => {
  await using history = new History();
  for (let n = 0; n < 4; n++) {
    for (const one of history.announce(['bot']).sent) history.settle(one, 'delivered');
    await history.clock.advance(20 * MINUTE);
  }
  await history.clock.advance(DAY);
  await history.derive();
  expect(slotsOf(history)).toEqual(
    new Map([
      [5 * MINUTE, 4],
      [HOUR, 2],
      [DAY, 1],
    ]),
  );
  history.prune(history.nowMs - HOUR);
  await history.clock.advance(2 * DAY);
  await history.derive();
  expect(slotsOf(history)).toEqual(
    new Map([
      [HOUR, 2],
      [DAY, 1],
    ]),
  );
  await history.clock.advance(90 * DAY);
  await history.derive();
  expect(slotsOf(history)).toEqual(new Map([[DAY, 1]]));
  history.check();
  expect(history.stats().total.sent?.delivered).toBe(4);
  await history.clock.advance(400 * DAY);
  await history.derive();
  expect(slotsOf(history)).toEqual(new Map());
  expect(history.stats()).toMatchObject({ knownSinceMs: undefined, groups: [], series: [] });
});

test('regression: where rows are kept longer than the figures of them, the upkeep comes to rest', async () => {
  await using history = new History();
  for (const one of history.announce(['bot']).sent) history.settle(one, 'delivered');
  await history.clock.advance(6 * DAY);
  history.announce(['bot']);
  await history.clock.advance(HOUR);
  history.keptMs = 5 * DAY;
  expect(await history.derive(20)).toBeLessThan(20);
  expect(slotsOf(history).get(DAY)).toBeUndefined();
  history.keptMs = 10 * DAY;
  await history.derive(20);
  expect(slotsOf(history).get(DAY)).toBe(1);
  history.keptMs = 5 * DAY;
  await history.derive(20);
  expect(slotsOf(history).get(DAY)).toBeUndefined();
});

test.each<[number | RetentionByKind, number]>([
  [30 * DAY, 400 * DAY],
  [500 * DAY, 500 * DAY],
  [{ announcements: 30 * DAY }, 400 * DAY],
  [{ announcements: 500 * DAY }, 500 * DAY],
  [{ announcements: 30 * DAY, figures: 60 * DAY }, 60 * DAY],
  [{ announcements: 30 * DAY, figures: 1000 * DAY }, 1000 * DAY],
])('figures of %j are kept for %d ms', (retention, keptMs) => expect(figuresKeptMs(retention)).toBe(keptMs));

test('a delivery that a person has retried counts as it is now, at once, and in what is kept', async () => {
  await using history = new History();
  const [one] = history.announce(['bot']).sent;
  if (one === undefined) return expect.fail();
  history.settle(one, 'dead');
  await history.clock.advance(3 * DAY);
  await history.derive();
  expect(history.stats().total.sent).toMatchObject({ dead: 1, pending: 0 });
  history.retry(one);
  expect(history.stats().total.sent).toMatchObject({ dead: 0, pending: 1 });
  await history.derive();
  expect(history.stats().total.sent).toMatchObject({ dead: 0, pending: 1 });
  await history.clock.advance(MINUTE);
  history.settle(one, 'delivered');
  await history.clock.advance(6 * HOUR);
  await history.derive();
  expect(history.stats({}, 0).total.sent).toMatchObject({ dead: 0, pending: 0, delivered: 1 });
  // Counted from the request of the person, not from three days before.
  expect(history.stats().total.sent?.took.maxMs).toBeCloseTo(MINUTE + 5, 0);
});

test('where rows of an hour are deleted, the figures that were made of all of them stay', async () => {
  await using history = new History();
  const [early] = history.announce(['bot']).sent;
  await history.clock.advance(30 * MINUTE);
  const [late] = history.announce(['bot']).sent;
  if (early === undefined || late === undefined) return expect.fail();
  history.settle(early, 'delivered');
  history.settle(late, 'dead');
  await history.clock.advance(2 * DAY);
  await history.derive();
  history.prune(late.delivery.content.kind === 'news' ? late.delivery.content.announcement.receivedMs : 0);
  history.retry(late);
  for (let n = 0; n < 2; n++) {
    expect(history.stats().total.sent).toMatchObject({ deliveries: 2, delivered: 1 });
    await history.derive();
  }
});

test('a delivery that a replay has added to an old announcement is counted', async () => {
  await using history = new History();
  const news = history.announce([]);
  await history.clock.advance(3 * HOUR);
  await history.derive();
  expect(history.stats().total.sent?.deliveries).toBe(0);
  {
    using database = openStoreFile(history.path, false);
    database
      .prepare(
        `INSERT INTO deliveries (id, announcement_id, destination, rule, importance, state, attempts, plain, not_before_ms, by_hand_ms)
         VALUES (?, ?, 'bot', 'all', 1, 'pending', 0, 0, 0, ?)`,
      )
      .run(`${news.announcement.id}-0`, news.announcement.id, history.nowMs);
  }
  expect(history.stats().total.sent).toMatchObject({ deliveries: 1, pending: 1 });
  await history.derive();
  expect(history.stats().total.sent).toMatchObject({ deliveries: 1, pending: 1 });
});

test('of ten thousand destinations the largest are kept by name, and the sum is the sum of all', async () => {
  await using history = new History();
  const names = Array.from({ length: MOST_NAMES + 50 }, (_, n) => `chat-${n}`);
  history.announce(names);
  history.announce(names.slice(0, 3));
  for (const one of history.waiting) history.settle(one, 'delivered');
  await history.clock.advance(2 * HOUR);
  await history.derive();
  const { total, groups } = history.stats();
  expect(total.sent?.delivered).toBe(names.length + 3);
  expect(groups).toHaveLength(MOST_NAMES);
  expect(groups.map(({ name }) => name)).toContain(OTHERS);
  expect(groups.filter(({ sent }) => sent?.delivered === 2).map(({ name }) => name)).toEqual(
    names.slice(0, 3),
  );
  expect(groups.reduce((sum, { sent }) => sum + (sent?.delivered ?? 0), 0)).toBe(names.length + 3);
});

test('each destination over time: made hours, the open one off its rows, and none without anything', async () => {
  await using history = new History();
  const startMs = Math.ceil(history.nowMs / HOUR) * HOUR;
  await history.clock.advance(startMs - history.nowMs);
  const sendTo = (names: readonly string[], state: 'delivered' | 'dead') => {
    for (const one of history.announce(names).sent) history.settle(one, state);
  };
  sendTo(['bot', 'team'], 'delivered');
  sendTo(['bot'], 'dead');
  await history.clock.advance(2 * HOUR);
  sendTo(['bot'], 'delivered');
  await history.clock.advance(30 * MINUTE);
  await history.derive();
  history.announce(['bot']);
  const seriesOf = (slot: 'hour' | 'day') =>
    Object.fromEntries(
      history
        .stats({ slot })
        .groups.map(({ name, series }) => [
          name,
          pointsIn(series ?? new Float64Array()).map((point) => Object.values(point)),
        ]),
    );
  expect(seriesOf('hour')).toEqual({
    bot: [
      [startMs, 1, 1, 0],
      [startMs + 2 * HOUR, 1, 0, 1],
    ],
    team: [[startMs, 1, 0, 0]],
  });
  const dayMs = Math.floor(startMs / DAY) * DAY;
  const isOneDay = dayMs === Math.floor(history.nowMs / DAY) * DAY;
  if (isOneDay) expect(seriesOf('day')).toEqual({ bot: [[dayMs, 2, 1, 1]], team: [[dayMs, 1, 0, 0]] });
  expect(history.stats({ by: 'feed', slot: 'hour' }).groups[0]?.series).toBeUndefined();
});

test('regression: a part that is missing is reported once, however many looks it takes', async () => {
  await using history = new History();
  for (let hour = 0; hour < 6; hour++) {
    for (let n = 0; n < 20; n++) history.announce(['bot']);
    await history.clock.advance(20 * MINUTE);
  }
  for (const request of [{}, { slot: 'hour' }] as const) {
    const { missing } = history.stats(request, 50);
    expect(missing.length).toBeGreaterThan(0);
    for (const [at, { untilMs }] of missing.entries())
      expect(untilMs).toBeLessThan(missing[at + 1]?.sinceMs ?? Number.POSITIVE_INFINITY);
  }
});

test('one slot with more rows than are read is reported as missing', async () => {
  await using history = new History();
  for (let n = 0; n < 50; n++) history.announce(['bot']);
  await history.clock.advance(MINUTE);
  expect(history.stats({}, 20).missing).toHaveLength(1);
});

test('minutes of an hour in which something waits stay until it has ended', async () => {
  await using history = new History();
  const [one] = history.announce(['bot']).sent;
  if (one === undefined) return expect.fail();
  await history.clock.advance(3 * DAY);
  await history.derive(50);
  expect(slotsOf(history).get(5 * MINUTE)).toBe(1);
  history.settle(one, 'expired');
  await history.clock.advance(DAY);
  await history.derive(50);
  expect(slotsOf(history).get(5 * MINUTE)).toBeUndefined();
});

test('what takes too long to read is reported as missing, and is there when it is made', async () => {
  await using history = new History();
  for (let hour = 0; hour < 6; hour++) {
    for (let n = 0; n < 50; n++) history.announce(['bot']);
    for (const one of history.waiting) history.settle(one, 'delivered');
    await history.clock.advance(HOUR);
  }
  const few = history.stats({}, 120);
  expect(few.missing.length).toBeGreaterThan(0);
  // The newest are read first.
  expect(few.missing.at(-1)?.untilMs).toBeLessThan(history.nowMs - HOUR);
  expect(few.total.news?.announcements).toBeLessThan(300);
  expect(few.total.news?.announcements).toBeGreaterThan(0);
  await history.derive();
  const all = history.stats({}, 120);
  expect(all.missing).toEqual([]);
  expect(all.total.news?.announcements).toBe(300);
});

test('of a burst that is not over figures are made meanwhile', async () => {
  await using history = new History();
  const names = Array.from({ length: 50 }, (_, n) => `chat-${n}`);
  for (let n = 0; n < 70; n++) history.announce(names);
  await history.clock.advance(1);
  await history.derive(1);
  const { total, missing } = history.stats({}, 100);
  expect([total.sent?.deliveries, missing]).toEqual([3500, []]);
});

test('times without a bridge are reported; a restart is none', async () => {
  await using history = new History();
  const begin = history.nowMs;
  const alive = (sinceMs: number) =>
    history.outbox.keepHistory({ kind: 'alive', sinceMs, untilMs: history.nowMs, oldestMs: 0 });
  alive(begin);
  await history.clock.advance(HOUR);
  alive(begin);
  await history.clock.advance(30_000);
  const second = history.nowMs;
  alive(second);
  await history.clock.advance(HOUR);
  // It died before it was noted again, and had read something by then.
  history.announce([]);
  const died = history.nowMs;
  await history.clock.advance(2 * HOUR);
  alive(history.nowMs);
  await history.clock.advance(HOUR);
  const { off } = history.stats();
  expect(off).toEqual([{ sinceMs: expect.closeTo(died, -1), untilMs: died + 2 * HOUR }]);
  expect(history.stats({ sinceMs: died + 30 * MINUTE, untilMs: died + HOUR }).off).toEqual([
    { sinceMs: died + 30 * MINUTE, untilMs: died + HOUR },
  ]);
});

test('a store that is damaged keeps its figures, and reports when it was', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const clock = new FakeClock();
  const first = openStore(path, clock, () => expect.fail('nothing is replaced'));
  const fromMs = Math.floor(clock.monotonicMs() / DAY) * DAY - DAY;
  first.outbox.keepHistory({
    ...{ kind: 'figures', spanMs: DAY, fromMs },
    rows: [
      { kind: '', name: 'news', body: '[7,[],[],[],[]]' },
      { kind: '', name: 'sent', body: '[[0,9,0,0,0,9,9],[],[20,170,9]]' },
      { kind: 'destination', name: 'bot', body: '[[0,9,0,0,0,9,9],[],[20,170,9]]' },
    ],
  });
  first.outbox.keepHistory({
    ...{ kind: 'made', spanMs: DAY, fromMs, madeMs: clock.monotonicMs(), isSettled: true },
    figures: [
      { kind: '', name: 'news' },
      { kind: '', name: 'sent' },
      { kind: 'destination', name: 'bot' },
    ],
  });
  for (let n = 0; n < 500; n++) {
    const announcement = announcementAt(n, clock.monotonicMs());
    first.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
  }
  await first.close();
  truncateSync(path, Math.floor((readFileSync(path).length * 0.9) / 4096) * 4096);
  const replaced: string[] = [];
  const second = openStore(path, clock, ({ reason }) => replaced.push(reason));
  expect(replaced).toHaveLength(1);
  {
    using database = openStoreFile(path, true);
    const nowMs = clock.monotonicMs();
    const stats = readStats(
      database,
      { sinceMs: fromMs, untilMs: fromMs + DAY, nowMs, by: 'destination' },
      100,
    );
    expect(stats.total.news?.announcements).toBe(7);
    expect(stats.groups).toMatchObject([{ name: 'bot', sent: { delivered: 9 } }]);
    expect(stats.losses).toEqual([{ atMs: expect.closeTo(nowMs, -3), why: replaced[0] }]);
  }
  await second.close();
});

test('of a slot whose figures were lost nothing is said to be there', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const clock = new FakeClock();
  const store = openStore(path, clock, () => undefined);
  store.outbox.keepHistory({ kind: 'made', spanMs: DAY, fromMs: 0, madeMs: 1, isSettled: true, figures: [] });
  await store.close();
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(0)]));
  const bytes = readFileSync(path);
  truncateSync(path, bytes.length - 4096);
  await openStore(path, clock, () => undefined).close();
  using database = openStoreFile(path, true);
  expect(database.prepare('SELECT * FROM slots').all()).toEqual([]);
});

test('version 8 opens with its figures; of an older one they are made', async () => {
  using folder = new Folder();
  const clock = new FakeClock(10 * DAY);
  const opened = (version: number) => {
    const path = folder.file(`${version}.db`);
    using old = new DatabaseSync(path);
    old.exec(readFileSync(new URL(`../../fixtures/store/schema-${version}.sql`, import.meta.url), 'utf8'));
    return { path, store: openStore(path, clock, () => expect.fail('nothing is replaced')) };
  };
  const statsOf = (path: string, sinceMs: number) => {
    using database = openStoreFile(path, true);
    return readStats(database, { sinceMs, untilMs: sinceMs + DAY, nowMs: 10 * DAY, by: 'destination' }, 1000);
  };
  const eight = opened(8);
  expect(statsOf(eight.path, DAY)).toMatchObject({
    groups: [{ name: 'bot', sent: { delivered: 1, expired: 1, retries: 1 } }],
  });
  expect(statsOf(eight.path, 0).losses).toEqual([{ atMs: 500, why: 'database disk image is malformed' }]);
  await eight.store.close();
  const seven = opened(7);
  const before = statsOf(seven.path, 0);
  const timer = startHistory({
    deliveries: new FileDeliveries(seven.path),
    journal: {
      keepHistory: (change) => {
        seven.store.outbox.keepHistory(change);
        return true;
      },
    },
    clock,
    startedMs: clock.monotonicMs(),
    keptMs: DAYS.keptMs,
  });
  const made = async () => {
    await clock.advance(500);
    using database = openStoreFile(seven.path, true);
    return database
      .prepare('SELECT span_ms FROM slots')
      .all()
      .map(({ span_ms }) => span_ms);
  };
  await expect.poll(made, { timeout: 20_000 }).toContain(DAY);
  timer.cancel();
  expect(statsOf(seven.path, 0).total.sent).toEqual(before.total.sent);
  await seven.store.close();
});

test('the timeline of the bridge jumps by a year: nothing is lost, and nobody waits for the time between', async () => {
  await using history = new History();
  history.announce(['bot']);
  await history.clock.advance(365 * DAY);
  for (const one of history.announce(['bot']).sent) history.settle(one, 'delivered');
  await history.clock.advance(HOUR);
  expect(await history.derive()).toBeLessThan(30);
  history.check();
});

test('the upkeep breathes after each hour of a day, and after some hundred deliveries', async () => {
  await using history = new History();
  const wide = Array.from({ length: 1000 }, (_, n) => `bot${n}`);
  for (const one of history.announce(wide).sent) history.settle(one, 'delivered');
  await history.clock.advance(10 * MINUTE);
  expect(await breathsOf(history)).toBeGreaterThanOrEqual(4);
  for (let hour = 0; hour < 5; hour++) {
    await history.clock.advance(HOUR);
    for (const one of history.announce(['bot0']).sent) history.settle(one, 'delivered');
  }
  await history.clock.advance(DAY);
  // Down to the last step, in which the day is summed up.
  let before = 0;
  for (let last = 0; ; last = before) {
    before = await breathsOf(history);
    if ((await history.derive(1)) === 0) {
      expect(last).toBeGreaterThanOrEqual(6);
      return;
    }
  }
});

/** Of the next step. */
async function breathsOf({ path, clock, keptMs }: History): Promise<number> {
  using database = openStoreFile(path, true);
  let breaths = 0;
  await nextChanges(database, { nowMs: clock.monotonicMs(), keptMs }, () => {
    breaths++;
    return Promise.resolve();
  });
  return breaths;
}
