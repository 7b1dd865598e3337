/**
 * A store with much in it is no slower than an empty one: 10,000 announcements x 3 destinations that wait,
 * and many old rows (`OLD_ANNOUNCEMENTS`; 333,333 make 1,000,000 deliveries in the long form). The figures are printed; what is held
 * to are the query plans, and ratios with room for a busy machine.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { type OpenStore, openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { TEST_MS } from '../support/limits.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';

const OLD_ANNOUNCEMENTS = Number(process.env['OLD_ANNOUNCEMENTS'] ?? 5000);
const BURST = 10_000;
const DESTINATIONS = ['bot', 'chat', 'vip'];
const HEAD = 1000;

const now = () => performance.now();

interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The loop turns after so many goes, as it does between the frames of a burst. */
const GOES_A_TURN = 20;

const turn = () => new Promise((done) => setImmediate(done));

/** Milliseconds of each of so many goes. */
async function timesOf(goes: number, work: (go: number) => void): Promise<Times> {
  const times: number[] = [];
  for (let go = 0; go < goes; go++) {
    const startMs = now();
    work(go);
    times.push(now() - startMs);
    if (go % GOES_A_TURN === 0) await turn();
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const shown = (figures: Record<string, unknown>) =>
  process.stdout.write(
    `outbox: ${JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value))}\n`,
  );

/** Ids of its own decade, so that nothing else is of that time. */
const OLD_MS = Date.UTC(2025, 0, 1);
const NEW_MS = Date.UTC(2026, 5, 1);

async function fillWithOld(store: OpenStore): Promise<void> {
  for (let ordinal = 0; ordinal < OLD_ANNOUNCEMENTS; ordinal++) {
    const announcement = announcementAt(ordinal, OLD_MS);
    const deliveries = deliveriesOf(announcement, ...DESTINATIONS);
    store.outbox.record(newsOf(announcement), deliveries);
    store.outbox.settle(deliveries.map((delivery) => attemptOf(delivery)));
    store.sync.request();
    if (ordinal % GOES_A_TURN === 0) await turn();
  }
}

function recordNew(store: OpenStore, first: number, count: number): Promise<Times> {
  const made = Array.from({ length: count }, (_, index) => {
    const announcement = announcementAt(first + index, NEW_MS);
    return { announcement, deliveries: deliveriesOf(announcement, ...DESTINATIONS) };
  });
  return timesOf(count, (go) => {
    const next = made[go];
    if (next === undefined) return;
    store.outbox.record(newsOf(next.announcement), next.deliveries);
    store.sync.request();
  });
}

test('every statement finds its rows by a key or an index', () => {
  const texts: string[] = [];
  class Recording extends DatabaseSync {
    override prepare(sql: string): StatementSync {
      texts.push(sql);
      return super.prepare(sql);
    }
  }
  using database = new Recording(':memory:');
  migrate(database);
  new SqliteOutbox(database);
  const plans = texts
    // The newest row of a table is found at the end of its key, which SQLite calls a scan, too.
    .filter((sql) => /^\s*(SELECT|UPDATE|DELETE)/.test(sql) && !sql.includes('DESC LIMIT 1)'))
    .map((sql) => ({
      sql,
      plan: database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    }));
  const owed = plans.find(({ sql }) => sql.includes('ORDER BY d.importance DESC'))?.plan;
  expect(owed).toEqual([
    'SEARCH d USING INDEX deliveries_owed (destination=?)',
    'SEARCH a USING PRIMARY KEY (id=?)',
    // Only of those that were tried.
    'CORRELATED SCALAR SUBQUERY 1',
    'SEARCH attempts USING PRIMARY KEY (delivery_id=?)',
  ]);
  // Small tables, and the index that holds only what waits, may be read whole; nothing may be sorted but what is small.
  const whole =
    /^SCAN (pauses|learnt|rules|intake|json_each|deliveries USING (COVERING )?INDEX deliveries_owed)/;
  const scans = plans.flatMap(({ sql, plan }) =>
    plan.filter((step) => /^SCAN/.test(step) && !whole.test(step)).map((step) => `${step}: ${sql}`),
  );
  expect(scans).toEqual([]);
  expect(plans.length).toBeGreaterThan(8);
});

test('a burst and a long history: recording, taking up and pruning stay as fast', {
  timeout: TEST_MS + OLD_ANNOUNCEMENTS * 2,
}, async () => {
  using folder = new Folder();
  const store = openStore(folder.file('bridge.db'), systemClock, () => undefined);
  await recordNew(store, -2000, 1000);
  const empty = await recordNew(store, 0, 1000);
  await fillWithOld(store);
  const burst = await recordNew(store, 1000, BURST - 1000);
  const owed = await timesOf(20, () => expect(store.outbox.owed('bot', HEAD)).toHaveLength(HEAD));
  const one = await timesOf(200, () => store.outbox.owed('bot', 1));
  const waiting = await timesOf(20, () => store.outbox.waiting());
  const settled = await timesOf(500, (go) => {
    const [delivery] = deliveriesOf(announcementAt(go, NEW_MS), 'bot');
    if (delivery !== undefined) store.outbox.settle([attemptOf(delivery)]);
  });
  let gone = 0;
  const pruned = await timesOf(50, () => {
    gone += store.outbox.prune(NEW_MS - 1, NEW_MS - 1, 100);
  });
  const figures = {
    oldDeliveries: OLD_ANNOUNCEMENTS * DESTINATIONS.length,
    recordEmptyMs: empty,
    recordMs: burst,
    ...{ owed1000Ms: owed, owed1Ms: one, waitingMs: waiting, settleMs: settled, prune100Ms: pruned },
  };
  shown(figures);
  expect(gone).toBe(5000);
  expect(burst.p50, 'ms for one announcement with three deliveries').toBeLessThan(Math.max(1, empty.p50 * 5));
  expect(one.p50, 'ms for the first of ten thousand').toBeLessThan(Math.max(1, owed.p50 / 10));
  await store.close();
});

test('a lane that takes up ten thousand reads each row a few times, not thousands', async () => {
  using folder = new Folder();
  const store = openStore(folder.file('bridge.db'), systemClock, () => undefined);
  await recordNew(store, 0, BURST);
  let rows = 0;
  const startMs = now();
  for (let left = BURST; left > 0; ) {
    const owed = store.outbox.owed('bot', HEAD);
    rows += owed.length;
    // As a lane does: it asks again when half of its head is gone.
    store.outbox.settle(owed.slice(0, HEAD / 2).map(({ delivery }) => attemptOf(delivery)));
    left -= Math.min(left, HEAD / 2);
  }
  shown({ drained: BURST, rowsRead: rows, ms: now() - startMs });
  expect(store.outbox.owed('bot', HEAD)).toEqual([]);
  expect(rows).toBeLessThan(BURST * 2.5);
  await store.close();
});

test('what was kept in memory is written in bites: the loop is never held for long', async () => {
  using folder = new Folder();
  const path = folder.file('bridge.db');
  const store = openStore(path, systemClock, () => undefined);
  let mended = 0;
  const told = Promise.withResolvers<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const journal = new Journal(store.outbox, systemClock, {
    written: () => store.sync.request(),
    broken: told.resolve,
    refused: () => expect.fail('nothing is refused'),
    mended: (entries) => {
      mended = entries;
      resolve();
    },
    usable: () => undefined,
    held: () => [],
  });
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  for (let ordinal = 0; ordinal < BURST; ordinal++) {
    const announcement = announcementAt(ordinal, NEW_MS);
    journal.record(newsOf(announcement), deliveriesOf(announcement, ...DESTINATIONS));
  }
  expect(await told.promise).toBe('database is locked');
  other.exec('ROLLBACK');
  other.close();
  const turns: number[] = [];
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  for (let lastMs = now(); !isDone; lastMs = now()) {
    await turn();
    turns.push(now() - lastMs);
  }
  const busy = turns.filter((ms) => ms > 1).sort((a, b) => a - b);
  shown({ kept: mended, bites: busy.length, longestTurnMs: busy.at(-1) });
  expect(mended).toBe(BURST);
  expect(store.outbox.waiting().get('bot')?.deliveries).toBe(BURST);
  // In one go it would be one.
  expect(busy.length).toBeGreaterThan(20);
  journal.close();
  await store.close();
});
