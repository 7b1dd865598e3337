/** How the parts of the pipeline hang together: what one life leaves to the next, and what lanes hold when the store loses it. */
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../src/config/schema.ts';
import { prepareDestinations } from '../src/destinations/prepared.ts';
import type { BridgeEvent } from '../src/events/bridge-event.ts';
import type { News } from '../src/feeds/news.ts';
import { migrate } from '../src/outbox/migrations.ts';
import { SqliteOutbox } from '../src/outbox/sqlite.ts';
import { compileRules } from '../src/routing/router.ts';
import { FakeClock } from './support/fake-clock.ts';
import { unconnected } from './support/pipeline.ts';

const config = configSchema.parse({
  feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
  destinations: { bot: { type: 'webhook', url: 'http://127.0.0.1:1/' } },
  rules: [{ name: 'all', match: {}, send: ['bot'] }],
});

/** A process on this outbox. */
function life(clock: FakeClock, outbox: SqliteOutbox) {
  const heard: BridgeEvent[] = [];
  const { intake, lanes, journal } = unconnected(clock, outbox, (event) => heard.push(event));
  const router = compileRules(config.rules);
  lanes.apply(prepareDestinations(config), () => ({ template: undefined, tickers: [] }));
  intake.routes = { router, targets: lanes.targets() };
  return { intake, lanes, journal, kinds: () => heard.map(({ kind }) => kind) };
}

function store() {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => database.close());
  migrate(database);
  return { database, outbox: new SqliteOutbox(database) };
}

const newsAt = (receivedMs: number, detectedMs = receivedMs) =>
  ({
    ...{ type: 'announcement', title: 'ABC is listed', publisher: 'upbit', listingType: 'spot_listing' },
    ...{ tickers: ['ABC'], redacted: false, test: false, abnormal: false, extra: {}, feed: 'one' },
    ...{ receivedMs, receivedTimestampUs: receivedMs * 1000, ageAtReceiptMs: 0 },
    detectedTimestampUs: detectedMs * 1000,
  }) as Partial<News> as News;

test('what an earlier life has read is no news for the next one', () => {
  const clock = new FakeClock();
  const { database, outbox } = store();
  const first = life(clock, outbox);
  first.intake.accept(newsAt(clock.monotonicMs()));
  expect(first.kinds()).toEqual(['announcement.received']);
  const second = life(clock, new SqliteOutbox(database));
  second.intake.accept(newsAt(clock.monotonicMs()));
  expect(second.kinds()).toEqual(['announcement.duplicate']);
});

test('what the lanes hold is written into a store that has lost it', async () => {
  const clock = new FakeClock();
  const { database, outbox } = store();
  const { intake, lanes, journal } = life(clock, outbox);
  intake.accept(newsAt(clock.monotonicMs()));
  const held = [...lanes.held()].map(({ delivery }) => delivery.id);
  expect(held).toHaveLength(1);
  // Another file is in the place of the old one.
  database.exec('DELETE FROM attempts; DELETE FROM deliveries; DELETE FROM announcements');
  outbox.mend = () => true;
  const { pause } = outbox;
  outbox.pause = () => {
    outbox.pause = pause;
    throw new Error('database disk image is malformed');
  };
  journal.pause('any', clock.monotonicMs());
  await clock.advance(1000);
  expect(outbox.owed('bot', 10).map(({ delivery }) => delivery.id)).toEqual(held);
  clock.forget();
});

test('regression: an old frame that a feed replays after the window has the id of the first, and waits beside it', () => {
  const clock = new FakeClock();
  const { outbox } = store();
  const { intake, lanes, kinds } = life(clock, outbox);
  const detectedMs = clock.monotonicMs();
  intake.accept(newsAt(detectedMs));
  intake.accept(newsAt(detectedMs + 60_000, detectedMs));
  expect(kinds()).toEqual(['announcement.received', 'announcement.received']);
  const heldIds = () => [...lanes.held()].map(({ delivery }) => delivery.id);
  const [id] = heldIds();
  expect(heldIds()).toEqual([id, id]);
  // Neither stands for the other when the store is compared with the lane, after a change by a person.
  lanes.reconcile();
  expect(heldIds()).toEqual([id, id]);
  const next = life(clock, outbox);
  next.lanes.refill();
  expect([...next.lanes.held()]).toHaveLength(2);
  clock.forget();
});

test('regression: of thousands of lanes only those ask the store that have something there', () => {
  const clock = new FakeClock();
  const { outbox } = store();
  const { intake, lanes } = life(clock, outbox);
  intake.accept(newsAt(clock.monotonicMs()));
  const names = ['bot', ...Array.from({ length: 500 }, (_, n) => `other-${n}`)];
  const wide = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: Object.fromEntries(
      names.map((name) => [name, { type: 'webhook', url: `http://127.0.0.1:1/${name}` }]),
    ),
    rules: [{ name: 'all', match: {}, send: names }],
  });
  lanes.apply(prepareDestinations(wide), () => ({ template: undefined, tickers: [] }));
  const asked: string[] = [];
  const { owed } = outbox;
  outbox.owed = (destination, limit) => {
    asked.push(destination);
    return owed.call(outbox, destination, limit);
  };
  lanes.refill();
  expect(asked).toEqual(['bot']);
  lanes.reconcile();
  expect(new Set(asked)).toEqual(new Set(['bot']));
  clock.forget();
});
