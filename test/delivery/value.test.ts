/** Which of many destinations gets an announcement first: by the order of the hand-over, and at receivers by the order of arrival. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { Dedupe } from '../../src/dedupe.ts';
import { mostValuableFirst } from '../../src/delivery/value.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { createEvents } from '../../src/events/events.ts';
import type { News } from '../../src/feeds/news.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { Intake, type Target } from '../../src/intake.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { compileRules } from '../../src/routing/router.ts';

const quiet = () => undefined;
const newsAt = (receivedMs: number) =>
  ({
    ...{ type: 'announcement', title: 'ABC is listed', publisher: 'upbit', listingType: 'spot_listing' },
    ...{ tickers: ['ABC'], redacted: false, test: false, abnormal: false, extra: {}, feed: 'one' },
    ...{ receivedMs, receivedTimestampUs: receivedMs * 1000, ageAtReceiptMs: 0 },
  }) as Partial<News> as News;

test('orders before messages, then what spoils first, then as the rules name them', () => {
  const values = {
    chat: { takesOrders: false, maxAgeMs: 600_000 },
    'fast chat': { takesOrders: false, maxAgeMs: 1000 },
    'patient bot': { takesOrders: true, maxAgeMs: false },
    bot: { takesOrders: true, maxAgeMs: 5000 },
    'another bot': { takesOrders: true, maxAgeMs: 5000 },
    'fast bot': { takesOrders: true, maxAgeMs: 2000 },
  } as const;
  const names = Object.keys(values) as (keyof typeof values)[];
  const ordered = mostValuableFirst(names, (name) => values[name]);
  expect(ordered).toEqual(['fast bot', 'bot', 'another bot', 'patient bot', 'fast chat', 'chat']);
  expect(
    mostValuableFirst(ordered, (name) => values[name]),
    'in order: nothing is copied',
  ).toBe(ordered);
  const withoutOne = ['removed', 'chat', 'removed', 'bot'] as const;
  const valuedOf = (name: (typeof withoutOne)[number]) => (name === 'removed' ? undefined : values[name]);
  expect(mostValuableFirst(withoutOne, valuedOf), 'one that has gone hides none').toEqual(['bot', 'chat']);
});

test('of ten thousand, the hundred most valuable have left the bridge before the sockets have a turn', async () => {
  const pushed: string[] = [];
  const turns: (() => void)[] = [];
  const targets = new Map<string, Target>();
  // Every hundredth takes orders.
  for (let n = 0; n < 10_000; n++)
    targets.set(`${n}`, {
      ...{ takesOrders: n % 100 === 99, forEachTicker: false, maxAgeMs: 5000 },
      push: ({ destination }) => void pushed.push(destination),
    });
  const matches = [...targets.keys()].map((destination) => ({
    ...{ rule: 'all', destination, template: undefined, tickers: [] },
  }));
  const intake = new Intake(
    {
      ...{ ids: createIds(() => 0.5), dedupe: new Dedupe(60_000) },
      journal: { recordAll: quiet, settle: quiet },
      nextTurn: (callback) => void turns.push(callback),
      events: { received: quiet, duplicate: quiet, skipped: quiet },
    },
    {
      router: { route: () => ({ rules: ['all'], matches }), explain: () => [], explaining: () => [] },
      targets,
    },
  );
  intake.take(newsAt(1));
  await Promise.resolve();
  expect(turns, 'the rest comes later').toHaveLength(1);
  const valuable = Array.from({ length: 100 }, (_, n) => `${100 * n + 99}`);
  expect(pushed.slice(0, 100)).toEqual(valuable);
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) next();
  expect(new Set(pushed).size).toBe(10_000);
});

test('at the receivers: first what spoils first, whatever its place in the config', async () => {
  const arrived: string[] = [];
  const all = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    arrived.push(request.url ?? '');
    request.resume().on('end', () => response.end());
    if (arrived.length === 48) all.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ages = ['10m', '2s', '5s'];
  const destinations = Object.fromEntries(
    Array.from({ length: 48 }, (_, n) => {
      const maxAge = ages[n % 3];
      const url = `http://127.0.0.1:${port}/${maxAge}/${n}`;
      return [`bot-${n}`, { type: 'webhook', url, maxAge, warm: false }];
    }),
  );
  const config = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations,
    rules: [{ name: 'all', match: {}, send: Object.keys(destinations) }],
  });
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const clock = systemClock;
  const events = createEvents(quiet);
  const { lanes, intake } = createPipeline({
    ...{ outbox, clock, random: () => 0.5, dedupeWindowMs: 60_000 },
    recovered: outbox.recover(clock.monotonicMs(), 60_000),
    events: { ...events, openFailed: quiet, journal: { ...events.journal, written: quiet, usable: quiet } },
    outside: {
      ...{ version: '0', redact: (text: string) => text, pools: new PoolRegistry({ clock }), advise: quiet },
      turns: { orders: Promise.resolve(), rest: Promise.resolve() },
    },
  });
  onTestFinished(async () => {
    await lanes.stop(AbortSignal.abort());
    server.closeAllConnections();
    server.close();
    database.close();
  });
  lanes.apply(prepareDestinations(config), () => ({ template: undefined, tickers: [] }));
  intake.routes = { router: compileRules(config.rules), targets: lanes.targets() };
  await lanes.opened();
  intake.take(newsAt(clock.monotonicMs()));
  await all.promise;
  const inOrder = ages
    .toSorted((a, b) => ['2s', '5s', '10m'].indexOf(a) - ['2s', '5s', '10m'].indexOf(b))
    .flatMap((age) =>
      Object.values(config.destinations).flatMap((_, n) => (ages[n % 3] === age ? [`/${age}/${n}`] : [])),
    );
  expect(arrived).toEqual(inOrder);
});
