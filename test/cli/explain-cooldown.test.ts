/** `explain` and `explain --id` where a rule has a cooldown: which announcement started it, and until when it holds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { type Delivery, keyOf } from '../../src/delivery/delivery.ts';
import { openStore } from '../../src/outbox/store.ts';
import { runCommandLine } from '../support/command.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf } from '../support/outbox.ts';

const HOUR = 3_600_000;
const START_MS = Date.UTC(2026, 10, 24, 18);
const CONFIG = `feeds:
  - { name: tokyo, url: "wss://cryptolisting.ws", apiKey: "dsk_${'4f'.repeat(32)}" }
destinations:
  bot: { type: webhook, url: "https://bot.mydomain.net/signal", forEach: ticker, body: { buy: "{{ ticker }}USDT" } }
rules:
  - { name: orders, match: { publisher: upbit }, cooldown: { by: ticker, for: 24h }, send: [bot] }
tests:
  - { name: an order, announcement: { publisher: upbit, ticker: ABC, title: t }, expect: [bot] }
`;

const before = { folder: process.cwd(), zone: process.env['TZ'] };
let folder = '';
/** Ids: of one that was delivered, of one that its cooldown held back. */
let [first, second] = ['', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'c-'));
  process.env['TZ'] = 'Asia/Tokyo';
  process.chdir(folder);
  writeFileSync('config.yaml', CONFIG);
});
afterEach(() => {
  process.chdir(before.folder);
  if (before.zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before.zone;
  rmSync(folder, { recursive: true, force: true });
});

async function read(state: 'delivered' | 'pending' = 'delivered'): Promise<void> {
  const store = openStore('data/listing-bridge.db', new FakeClock(START_MS), () => undefined);
  const readOne = (atMs: number, end: 'delivered' | 'pending' | 'skipped') => {
    const announcement = announcementAt(atMs, START_MS);
    const delivery: Delivery = {
      ...{ id: `${announcement.id}-0`, key: `${announcement.id}-0`, content: newsOf(announcement) },
      ...{ destination: 'bot', rule: 'orders', template: undefined, ticker: 'ABC' },
      ...{ importance: 1, expiresAtMs: undefined },
    };
    store.outbox.record(delivery.content, [delivery]);
    const reason = end === 'skipped' ? 'cooldown' : undefined;
    if (end !== 'pending')
      store.outbox.settle([
        attemptOf(delivery, { deliveryKey: keyOf(delivery), state: end, reason, attempt: reason ? 0 : 1 }),
      ]);
    return announcement.id;
  };
  first = readOne(-HOUR, state);
  second = readOne(-HOUR / 2, 'skipped');
  await store.close();
}

const clock = new FakeClock(START_MS);
const explain = async (...args: string[]) =>
  (await runCommandLine(['explain', '--publisher', 'upbit', '--title', 't', ...args], { clock })).out;

test('it says what was sent, when, by which announcement, and until when', async () => {
  await read();
  expect(await explain('--ticker', 'ABC')).toContain(
    `ABC was sent here 1h ago by rule "orders" (announcement ${first}); its cooldown lasts another 23h [cooldown]`,
  );
  const both = await explain('--ticker', 'ABC,XYZ');
  expect(both).toContain('XYZUSDT');
  expect(both).not.toContain('ABCUSDT');
  expect(await explain('--ticker', 'ABC', '--at', '2026-11-25T16:59Z')).toContain('another 1m [cooldown]');
  expect(await explain('--ticker', 'ABC', '--at', '2026-11-25T17:00Z')).toContain('ABCUSDT');
});

test('one on its way', async () => {
  await read('pending');
  expect(await explain('--ticker', 'ABC')).toContain(
    `ABC is on its way here, received 1h ago by rule "orders" (announcement ${first}); this one waits, and is sent only if that one fails [cooldown]`,
  );
});

test.each(['', ', at: "2026-11-25T02:30+09:00"'])('`test` knows no cooldown%s', async (at) => {
  await read();
  writeFileSync('config.yaml', CONFIG.replace('{ name: an order,', `{ name: an order${at},`));
  expect(await runCommandLine(['test'], { clock })).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('1 test passed'),
  });
});

test('without a store nothing was sent', async () => {
  expect(await explain('--ticker', 'ABC')).toContain('ABCUSDT');
});

test('--id of one that it held back', async () => {
  await read();
  const { out } = await runCommandLine(['explain', '--id', second], { clock });
  expect(out).toContain(
    `bot (ABC): ABC was sent here 30m ago by rule "orders" (announcement ${first}); its cooldown holds until 2026-11-26 02:00:00 +09:00.`,
  );
  const json = JSON.parse((await runCommandLine(['explain', '--json', '--id', second], { clock })).out);
  expect(json.deliveries[0].cooldown).toMatchObject({ announcementId: first, untilMs: START_MS + 23 * HOUR });
  const other = await runCommandLine(['explain', '--id', first], { clock });
  expect(other.out).not.toContain('cooldown holds');
});
