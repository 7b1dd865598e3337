/** `check --online`: everything that the config names is asked, nothing is posted, and the answers come in its order. */
import { utimesSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { botBudgetKey } from '../../src/destinations/telegram/rate-limits.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Secret } from '../../src/platform/secret.ts';
import { startDiscordServer } from '../../src/simulator/discord-server.ts';
import { startTelegramServer } from '../../src/simulator/telegram-server.ts';
import { folderOfTables, keptPath, writeKept } from '../../src/tables/kept.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { silentOrigin } from '../support/hostile-origins.ts';
import { CONFIG, KEY, SIGNING_SECRET, startStandIns } from '../support/stand-ins.ts';
import { checkOnline, configFile, expectNothingPosted, resultsIn } from './check-online.ts';

/** A server of rows; it stops with the test. */
async function tableServer(answer: (path: string) => readonly [status: number, body: string]) {
  const methods: string[] = [];
  const server = createServer(({ method = '', url = '' }, response) => {
    methods.push(method);
    const [status, body] = answer(url);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  onTestFinished(() => void server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { methods, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const ROWS = JSON.stringify([
  { base: 'ABC', pair: 'ABCUSDT' },
  { base: 'DEF', pair: 'DEFUSDT' },
  { base: 1 },
]);

describe('everything is fine', () => {
  test('each gets a line in the order of the config, and nobody a message', async () => {
    await using standIns = await startStandIns();
    const { env, discord, telegram, bot } = standIns;
    const tables = await tableServer(() => [200, ROWS]);
    const file = configFile(
      `${CONFIG}tables:\n  never: [USDT]\n  pairs: { url: "${tables.url}/rows?k=1", key: base, value: pair }\n`,
    );
    const result = await checkOnline(file, { env });
    expect(
      resultsIn(result).map((line) => line.replace(/\d+(\.\d+)?ms/g, 'Nms').replace(/:\d+/g, ':N')),
    ).toEqual([
      '✓ one  connected in Nms: tier simulated, covers every exchange; self-test answered in Nms. [live]',
      '✓ chat  may post: webhook "Listings" into channel 1288888888888888888 of server 1299999999999999999. [HTTP 200]',
      '✓ group  bot @stand_in_bot knows "4242". Whether that person has blocked it shows only at a message (`send`). [HTTP 200]',
      '✓ bot  127.0.0.1:N can be reached in Nms. No request was made, since a bot may act on any: `send` makes one. [connected]',
      '✓ never  inline, 1 row. [loaded]',
      '✓ pairs  2 rows, with `base` and `pair`, in Nms; fetched again every 10m. [loaded]',
      '! pairs  1 row has no key or no value, and is left out. [table.odd]',
      "✓ clock  this machine's clock agrees with 127.0.0.1:N, 127.0.0.1:N, 127.0.0.1:N. [clock]",
    ]);
    expect(result.out).toMatch(/online: 6 of 7 fine, 1 with a warning; nothing was posted$/);
    expect([result.exitCode, result.err]).toEqual([0, '']);
    for (const standIn of [discord, telegram, bot]) expectNothingPosted(standIn);
    expect(discord.requests).toHaveLength(1);
    expect(bot.connections.all).toHaveLength(1);
    expect([bot.requests, tables.methods]).toEqual([[], ['GET']]);
  });

  test('as JSON, with the rest of the check', async () => {
    await using standIns = await startStandIns();
    const result = await checkOnline(configFile(CONFIG), { env: standIns.env }, '--json');
    const { valid, online } = JSON.parse(result.out);
    expect(valid).toBe(true);
    expect(online.map(({ kind, name }: Record<string, unknown>) => [kind, name])).toEqual([
      ['feed', 'one'],
      ['destination', 'chat'],
      ['destination', 'group'],
      ['destination', 'bot'],
      ['clock', 'clock'],
    ]);
    expect(online[1].remarks).toEqual([{ mark: 'good', text: expect.any(String), code: 'HTTP 200' }]);
    expect(result.exitCode).toBe(0);
  });
});

describe('something is not fine', () => {
  test('exit code 1 for a fault, and for a warning only with --strict', async () => {
    await using standIns = await startStandIns();
    const { env, discord } = standIns;
    const file = configFile(CONFIG);
    discord.removeWebhook(discord.webhookUrl);
    const broken = await checkOnline(file, { env });
    expect(resultsIn(broken)[1]).toBe(
      '✗ chat  would fail. This webhook was deleted: make a new one (channel settings → Integrations → Webhooks) and put its URL into `webhookUrl`. (Discord answered 404: Unknown Webhook (code 10015)) [gone, HTTP 404]',
    );
    expect(broken.out).toMatch(/online: \d of 5 fine,.* 1 not fine; nothing was posted$/);
    expect(broken.exitCode).toBe(1);
    // The self-test of the key was used up by the first check.
    const doubtful = configFile(CONFIG.replace(/\n {2}chat: .*/, '').replace('chat, ', ''));
    const warned = await checkOnline(doubtful, { env });
    expect(resultsIn(warned)[0]).toMatch(/^! one {2}.*\[self_test_limited\]$/);
    expect([warned.exitCode, (await checkOnline(doubtful, { env }, '--strict')).exitCode]).toEqual([0, 1]);
  });

  test('with problems in the file nobody is asked', async () => {
    await using standIns = await startStandIns();
    const { env, discord, telegram, bot, feed } = standIns;
    const result = await checkOnline(configFile(CONFIG.replace('send:', 'sned:')), { env });
    expect(result.out).toMatch(/online: not asked, since the file has problems\.$/);
    expect(result.exitCode).toBe(1);
    for (const { connections } of [discord, telegram, bot]) expect(connections.all).toEqual([]);
    expect(feed.handshakes.all).toEqual([]);
  });

  test('a table that was never loaded is a fault, one with its last good rows a warning with their age', async () => {
    await using standIns = await startStandIns();
    let status = 500;
    const tables = await tableServer(() => [status, ROWS]);
    const file = configFile(
      `${CONFIG}tables:\n  pairs: { url: "${tables.url}/rows?key=s3cr3t-of-the-table", key: base, value: pair }\n`,
    );
    const never = await checkOnline(file, { env: standIns.env });
    expect(resultsIn(never).find((line) => line.includes('pairs'))).toBe(
      '✗ pairs  could not be fetched. Answers 500 Internal Server Error. It has never been loaded. It matches nothing, and orders that look a ticker up in it are not sent. Correct its `url`, `rows`, `key` or `headers`; the bridge keeps trying. [table_missing]',
    );
    expect(never.exitCode).toBe(1);
    // As a run of the bridge has kept them.
    const { config } = loadConfig({ file, env: standIns.env });
    const options = config?.tables['pairs'];
    const path = keptPath(folderOfTables(join(dirname(file), 'bridge.db')), 'pairs', options as never);
    writeKept(path, {
      packed: PackedTable.of(new Map([['abc', 'ABCUSDT']])),
      asOfMs: Date.now() - 7_200_000,
    });
    const then = Date.now() / 1000 - 7_200;
    utimesSync(path, then, then);
    const stale = await checkOnline(file, { env: standIns.env });
    expect(resultsIn(stale).find((line) => line.includes('pairs'))).toBe(
      '! pairs  could not be fetched. Answers 500 Internal Server Error. The last good rows stay in use: 1, 2h old, which is older than `staleAfter`. [table_stale]',
    );
    status = 200;
    const many = new Map(Array.from({ length: 5 }, (_, index) => [`k${index}`, index]));
    writeKept(path, { packed: PackedTable.of(many), asOfMs: Date.now() });
    const shrunk = await checkOnline(file, { env: standIns.env });
    expect(resultsIn(shrunk).find((line) => line.includes('pairs'))).toMatch(
      /^! pairs {2}could not be fetched\. Has only 2 rows, less than half of those before\. The last good rows stay in use: 5, \ds old\. \[table_stale\]$/,
    );
    const columns = configFile(
      `${CONFIG}tables:\n  pairs: { url: "${tables.url}/rows", key: baes, value: pair }\n`,
    );
    const wrong = await checkOnline(columns, { env: standIns.env });
    expect(resultsIn(wrong).find((line) => line.includes('pairs'))).toContain(
      'could not be fetched. No row has a `baes` (did you mean `base`?)',
    );
    for (const { out } of [never, stale, wrong]) expect(out).not.toContain('s3cr3t');
  });
});

describe('the same bot many times', () => {
  test('is asked who it is once, about each chat once, and never faster than the platform allows', async () => {
    const telegram = await startTelegramServer();
    const discord = await startDiscordServer();
    onTestFinished(() => Promise.all([telegram.close(), discord.close()]).then(() => undefined));
    const chats = Array.from({ length: 40 }, (_, index) => `-100${1000 + index}`);
    const destinations = chats.flatMap((id, index) => [
      `  group${index}: { type: telegram, botToken: "\${TOKEN}", chatId: ${id}, apiUrl: "${telegram.url}" }`,
      `  topic${index}: { type: telegram, botToken: "\${TOKEN}", chatId: ${id}, silent: true, apiUrl: "${telegram.url}" }`,
      `  room${index}: { type: discord, botToken: "\${BOT_TOKEN}", channelId: "${discord.channelId}", apiUrl: "${discord.apiUrl}" }`,
    ]);
    const names = destinations.map((line) => line.trim().split(':')[0]);
    await using standIns = await startStandIns();
    const file = configFile(
      [
        ...['feeds:', `  - { name: one, url: "${standIns.feed.url}", apiKey: "${KEY}" }`],
        ...['destinations:', ...destinations],
        ...['rules:', `  - { name: all, match: {}, send: [${names.join(', ')}] }`],
      ].join('\n'),
    );
    const env = { TOKEN: telegram.botToken, BOT_TOKEN: discord.botToken };
    const result = await checkOnline(file, { env });
    expect([result.exitCode, result.err]).toEqual([0, '']);
    const methods = telegram.requests.map(({ path }) => path.split('/').at(-1));
    expect(methods.filter((method) => method === 'getMe')).toHaveLength(1);
    expect(methods).toHaveLength(1 + 2 * chats.length);
    expect(discord.requests).toHaveLength(4);
    expect([telegram.limitViolations, discord.limitViolations]).toEqual([0, 0]);
  }, 30_000);

  test('"too fast" is reported, and nobody else is asked there', async () => {
    await using standIns = await startStandIns();
    const { discord, env } = standIns;
    discord.faults.push({ status: 429, body: { message: 'slow down', retry_after: 40, global: true } });
    const names = Array.from({ length: 20 }, (_, index) => `chat${index}`);
    const variables = Object.fromEntries(
      names.map((name, index) => [name, index === 0 ? discord.webhookUrl : discord.addWebhook()]),
    );
    const destinations = names.map((name) => `  ${name}: { type: discord, webhookUrl: "\${${name}}" }`);
    const file = configFile(
      [
        ...['feeds:', `  - { name: one, url: "${standIns.feed.url}", apiKey: "${KEY}", selfTest: false }`],
        ...['destinations:', ...destinations],
        ...['rules:', `  - { name: all, match: {}, send: [${names.join(', ')}] }`],
      ].join('\n'),
    );
    const result = await checkOnline(file, { env: { ...env, ...variables } });
    const lines = resultsIn(result);
    expect(lines[1]).toBe(
      '! chat0  not known: the platform wants no more questions for 40s. Try again later. [rate_limited, HTTP 429]',
    );
    expect(lines[20]).toBe(
      '! chat19  not asked: an answer to another question has asked for fewer; try again later. [paused]',
    );
    expect(discord.requests.length).toBeLessThan(names.length);
    expect(result.exitCode).toBe(0);
  });
});

test('what the bridge has paused, because its platform asked for it, is left alone', async () => {
  await using standIns = await startStandIns();
  const { env, telegram } = standIns;
  const file = configFile(CONFIG);
  const store = openStore(join(dirname(file), 'bridge.db'), systemClock, () => undefined);
  const budget = botBudgetKey({ botToken: new Secret(telegram.botToken) } as never);
  store.outbox.pause(budget, systemClock.monotonicMs() + 3_600_000);
  await store.close();
  const result = await checkOnline(file, { env });
  expect(resultsIn(result)[2]).toMatch(
    /^! group {2}not asked: the bridge has paused it for another (1h|59m\d+s), as the platform requested\. \[paused\]$/,
  );
  expect(telegram.requests).toEqual([]);
});

test('no secret is printed, whatever the platforms answer', async () => {
  await using standIns = await startStandIns();
  const { env, discord, telegram } = standIns;
  const token = discord.webhookUrl.split('/').at(-1) ?? '';
  discord.faults.push({ status: 400, body: { message: `no such ${discord.webhookUrl}`, code: 0 } });
  telegram.faults.push({ status: 404, body: `<html><title>/bot${telegram.botToken}/getMe</title>` });
  for (const more of [[], ['--json']]) {
    const { out, err } = await checkOnline(configFile(CONFIG), { env }, ...more);
    for (const secret of [token, telegram.botToken, KEY, SIGNING_SECRET])
      expect(out + err).not.toContain(secret);
  }
});

test('Ctrl-C ends it, with a line for whoever had not answered by then', async () => {
  await using scope = new AsyncDisposableStack();
  await using standIns = await startStandIns();
  const { env, discord } = standIns;
  discord.faults.push({ stall: 'answer' });
  const silent = await silentOrigin(scope);
  const file = configFile(CONFIG);
  const stop = new AbortController();
  const running = checkOnline(file, { env: { ...env, BOT_URL: `${silent}/order` }, signal: stop.signal });
  await discord.connections.waitFor(1, 20_000);
  await expect.poll(() => discord.requests.length).toBe(1);
  stop.abort();
  const result = await running;
  const stopped = 'not asked, or not answered, before the check was stopped. [stopped]';
  expect(resultsIn(result).slice(1)).toEqual(
    expect.arrayContaining([`! chat  ${stopped}`, `! bot  ${stopped}`]),
  );
  expect(result.exitCode).toBe(1);
  expect(result.out).toMatch(/with a warning, and not everybody was asked; nothing was posted$/);
});
