/** The built program held to what it guarantees of deliveries: once, politely, and to where the receiver has moved. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Status } from '../../src/ops/status.ts';
import { startDiscordServer } from '../../src/simulator/discord-server.ts';
import { startTelegramServer } from '../../src/simulator/telegram-server.ts';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});
const MIGRATED = {
  status: 400,
  body: {
    ok: false,
    error_code: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: -1_009_999 },
  },
};
const titled =
  (ticker: string) =>
  ({ body }: { readonly body: unknown }) =>
    (body as { title?: string }).title === `${ticker} is listed`;

test('once for each destination: from two feeds, by two rules, over a reload, a reconnect and a kill -9', async () => {
  await using standIns = await startStandIns();
  const { feed, bot, discord, telegram } = standIns;
  const second = CONFIG.split('\n')[1]?.replace('one', 'two').replace('FEED_KEY', 'FEED_KEY_TWO') ?? '';
  const rules = (...lines: string[]) =>
    CONFIG.replace('destinations:', `${second}\ndestinations:`).replace(
      '  - { name: all, match: {}, send: [chat, group, bot] }',
      lines.join('\n'),
    );
  using workplace = new Workplace(
    rules(
      '  - { name: first, match: { publisher: upbit }, send: [bot] }',
      '  - { name: second, match: {}, send: [bot, chat, group] }',
    ),
  );
  const env = { ...standIns.env, FEED_KEY_TWO: `dsk_${'b2'.repeat(32)}` };
  const sendAndPass = async (marker: string, clients: number) => {
    await feed.waitForClient(clients);
    feed.announce(listing('ONCE'));
    feed.announce(listing(marker));
    await bot.waitFor(titled(marker));
  };
  {
    await using bridge = workplace.start(['run'], env);
    await bridge.event('bridge.started');
    await sendAndPass('M1', 2);
    await discord.waitFor(2);
    await telegram.waitFor(2);
    workplace.write(
      'config.yaml',
      rules(
        '  - { name: turned round, match: {}, send: [group, chat, bot] }',
        '  - { name: first, match: {}, send: [bot] }',
      ),
    );
    bridge.kill('SIGHUP');
    await bridge.event('config.reloaded');
    await sendAndPass('M2', 2);
    feed.terminateAll();
    await sendAndPass('M3', 4);
    bridge.kill('SIGKILL');
    await bridge.finished;
  }
  await using bridge = workplace.start(['run'], env);
  await bridge.event('bridge.started');
  await sendAndPass('M4', 6);
  await discord.waitFor(5);
  await telegram.waitFor(5);
  const bodies = bot.received.map(({ body }) => body as { title: string; rule: string });
  const once = bodies.filter(({ title }) => title === 'ONCE is listed');
  expect(once, 'and by the first rule that names it').toMatchObject([{ rule: 'first' }]);
  const about = (shown: unknown) => JSON.stringify(shown).includes('ONCE is listed');
  expect(discord.requests.filter(({ body }) => about(body))).toHaveLength(1);
  expect(telegram.requests.filter(({ body }) => about(body))).toHaveLength(1);
});

test('never above a limit: two destinations behind one webhook, two chats of one bot, and no 429 at all', async () => {
  await using standIns = await startStandIns();
  await using scope = new AsyncDisposableStack();
  const discord = scope.adopt(await startDiscordServer({}), (server) => server.close());
  const telegram = scope.adopt(await startTelegramServer({}), (server) => server.close());
  using workplace = new Workplace(
    CONFIG.replaceAll(', rateLimit: { limit: 1000, per: 1s }', '').replace(
      'rules:',
      `  chat2: { type: discord, webhookUrl: "\${DISCORD_WEBHOOK_URL}", username: two }
  group2: { type: telegram, botToken: "\${TELEGRAM_BOT_TOKEN}", chatId: 4343, apiUrl: "\${TELEGRAM_API_URL}" }
rules:
  - { name: too, match: {}, send: [chat2, group2] }`,
    ),
  );
  const env = {
    ...standIns.env,
    DISCORD_WEBHOOK_URL: discord.webhookUrl,
    TELEGRAM_BOT_TOKEN: telegram.botToken,
    TELEGRAM_API_URL: telegram.url,
  };
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.live');
  for (let n = 0; n < 7; n++) standIns.feed.announce(listing(`T${n}`));
  await discord.waitFor(14);
  await telegram.waitFor(14);
  expect([discord.limitViolations, telegram.limitViolations]).toEqual([0, 0]);
  expect([discord.requests.length, telegram.requests.length]).toEqual([14, 14]);
});

test('a group that has moved is followed, also after a restart, and the config to change is named each time', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG.replace('chatId: 4242', 'chatId: -4242'));
  const { feed, telegram } = standIns;
  const advice = 'the group has moved: write chatId: -1009999 into the config (was -4242)';
  telegram.faults.push(MIGRATED);
  {
    await using bridge = workplace.start(['run'], standIns.env);
    await bridge.event('feed.live');
    feed.announce(listing('ONE'));
    expect((await telegram.waitFor(1))[0]?.chatId).toBe('-1009999');
    expect(await bridge.event('destination.advice')).toMatchObject({ destination: 'group', advice });
    bridge.kill('SIGTERM');
    expect((await bridge.finished).code).toBe(0);
  }
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  feed.announce(listing('TWO'));
  expect((await telegram.waitFor(2))[1]?.chatId).toBe('-1009999');
  expect(await bridge.event('destination.advice')).toMatchObject({ destination: 'group', advice });
  expect(telegram.requests).toHaveLength(3);
});

test('a store that turns to noise takes neither a pause nor what was learnt with it: both are in the new one', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG.replace('chatId: 4242', 'chatId: -4242'));
  const { feed, telegram, bot } = standIns;
  telegram.faults.push(MIGRATED);
  bot.faults.push({ status: 429, headers: { 'retry-after': '3600' } });
  {
    await using bridge = workplace.start(['run'], standIns.env);
    await bridge.event('feed.live');
    feed.announce(listing('ONE'));
    await telegram.waitFor(1);
    await bridge.log.waitFor(({ msg, destination }) => msg === 'delivery.attempted' && destination === 'bot');
    for (const suffix of ['', '-wal']) {
      const file = join(workplace.folder, `bridge.db${suffix}`);
      writeFileSync(file, Buffer.alloc(statSync(file).size, 'noise'), { flag: 'r+' });
    }
    feed.announce(listing('TWO'));
    await bridge.event('store.mended');
    bridge.kill('SIGKILL');
    await bridge.finished;
  }
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  feed.announce(listing('THREE'));
  expect((await telegram.waitFor(3))[2]?.chatId).toBe('-1009999');
  expect(telegram.requests).toHaveLength(4);
  const { url } = await bridge.event('bridge.started');
  const status = (await (await fetch(`${String(url)}/api/status`)).json()) as Status;
  const paused = status.destinations.find(({ name }) => name === 'bot')?.pausedMs;
  expect(paused).toBeGreaterThan(3_000_000);
  expect(bot.requests).toHaveLength(1);
});

test('a suspended destination is told once, and `deliveries retry` makes it go on when it is mended', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  const { feed, bot } = standIns;
  bot.faults.push(...Array.from({ length: 1000 }, () => ({ status: 404 })));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  feed.announce(listing('WAITS'));
  expect(await bridge.event('destination.suspended')).toMatchObject({ destination: 'bot', reason: 'gone' });
  await using list = workplace.start(['deliveries', '--destination', 'bot', '--json'], standIns.env);
  await list.finished;
  const [waiting] = JSON.parse(list.stdout) as { state: string; delivery: { id: string } }[];
  expect(waiting?.state).toBe('pending');
  await using retry = workplace.start(['deliveries', 'retry', waiting?.delivery.id ?? ''], standIns.env);
  expect((await retry.finished).code, retry.stderr).toBe(0);
  // Only now: if it worked before the command has run, a probe would have been faster.
  bot.faults.length = 0;
  await bot.waitFor(titled('WAITS'));
  expect(await bridge.event('destination.resumed')).toMatchObject({ destination: 'bot' });
  expect(bridge.log.all.filter(({ msg }) => msg === 'destination.suspended')).toHaveLength(1);
});
