/**
 * The built program and receivers that answer oddly: nobody is hammered, nothing is doubled, and every other
 * receiver gets its messages.
 */
import { expect, test } from 'vitest';
import { FaultyServer, type Reply } from '../support/faulty-server.ts';
import { Workplace } from '../support/program.ts';
import { KEY, startStandIns } from '../support/stand-ins.ts';

const json = (status: number, body: object): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const listing = (ticker: string) => ({
  ...{ publisher: 'upbit', listingType: 'spot_listing', ticker, title: `${ticker} is listed` },
});

const config = (destinations: Readonly<Record<string, string>>) => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "${KEY}" }
destinations:
${Object.entries(destinations)
  .map(([name, options]) => `  ${name}: ${options}`)
  .join('\n')}
  well: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}" }
rules:
  - { name: all, match: {}, send: [${Object.keys(destinations).join(', ')}, well] }
store: { path: ./bridge.db }
server: false
log: { format: json }
`;

test('regression: a ban without a time costs one look for each destination, and nobody else anything', async () => {
  await using standIns = await startStandIns();
  await using discord = await FaultyServer.start(
    json(429, { message: 'You are being blocked from accessing our API temporarily.', code: 0 }),
  );
  const webhook = (n: number) =>
    `{ type: discord, webhookUrl: "${discord.origin}/api/webhooks/12345678901234567${n}/${'a1B2'.repeat(17)}" }`;
  using workplace = new Workplace(config({ one: webhook(1), two: webhook(2), three: webhook(3) }));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  for (let n = 0; n < 20; n++) standIns.feed.announce(listing(`T${n}`));
  await standIns.bot.waitFor(20);
  await discord.receivedAtLeast(1);
  expect(discord.received.length).toBeLessThanOrEqual(3);
  const attempts = bridge.log.all.filter(
    (line) => line.msg === 'delivery.attempted' && line['destination'] !== 'well',
  );
  for (const line of attempts) expect(line['retryMs']).toBe(60_000);
});

test('regression: an order whose answer a gateway lost is not placed twice under `drop`', async () => {
  await using standIns = await startStandIns();
  await using bot = await FaultyServer.start({ status: 200 });
  bot.script({ status: 502, body: 'Bad Gateway' }, { status: 408 }, { status: 524 });
  using workplace = new Workplace(
    config({ orders: `{ type: webhook, url: "${bot.origin}/", onAmbiguous: drop, concurrency: 1 }` }),
  );
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  for (const ticker of ['A', 'B', 'C', 'D']) standIns.feed.announce(listing(ticker));
  await bot.receivedAtLeast(4);
  await standIns.bot.waitFor(4);
  await bridge.log.waitFor(
    (line) =>
      line.msg === 'delivery.attempted' &&
      line['destination'] === 'orders' &&
      line['outcome'] === 'delivered',
  );
  const dead = bridge.log.all.filter(({ msg }) => msg === 'delivery.dead');
  expect(dead.map((line) => line['reason'])).toEqual(['server_error', 'server_error', 'server_error']);
  expect(bot.received).toHaveLength(4);
});

test('regression: numbers that are none reach neither the store nor anybody else', async () => {
  await using standIns = await startStandIns();
  await using telegram = await FaultyServer.start(
    json(502, { ok: false, error_code: 'BAD_GATEWAY', description: ['x'], parameters: { retry_after: {} } }),
  );
  const group = `{ type: telegram, botToken: "123456789:AAabcdefghijklmnopqrstuvwxyz", chatId: 42, apiUrl: "${telegram.origin}", retry: { attempts: 1 } }`;
  using workplace = new Workplace(config({ group }));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  for (const ticker of ['A', 'B', 'C']) standIns.feed.announce(listing(ticker));
  await standIns.bot.waitFor(3);
  await bridge.event('delivery.dead');
  bridge.kill('SIGTERM');
  await bridge.finished;
  expect(bridge.stderr).not.toMatch(/store\.(broken|refused)|SQLITE/);
  await using list = workplace.start(['deliveries', '--json'], standIns.env);
  await list.finished;
  const rows: { readonly delivery: { readonly destination: string }; readonly state: string }[] = JSON.parse(
    list.stdout,
  );
  const states = rows.map(({ delivery, state }) => `${delivery.destination} ${state}`);
  expect(states.filter((state) => state === 'well delivered')).toHaveLength(3);
  expect(states.filter((state) => state.startsWith('group'))).toHaveLength(3);
});
