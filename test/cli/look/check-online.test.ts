/** `check --online` as it looks: at 80 and 120 columns and in a pipe, with and without colours. Time stands still. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { cellsOf } from '../../../src/platform/cells.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { paintedLines } from '../../../src/platform/paint.ts';
import { startBotServer } from '../../../src/simulator/bot-server.ts';
import { startDiscordServer } from '../../../src/simulator/discord-server.ts';
import { startFeedServer } from '../../../src/simulator/feed-server.ts';
import { startTelegramServer } from '../../../src/simulator/telegram-server.ts';
import { refusingOrigin } from '../../support/refusing-origin.ts';
import { checkOnline, configFile } from '../check-online.ts';

const KEY = `dsk_${'4f'.repeat(32)}`;
const EXPIRED = `dsk_${'0e'.repeat(32)}`;
const GROUP = -1_009_876_543_210;

const CONFIG = `feeds:
  - { name: tokyo, url: "\${FEED_URL}", apiKey: "\${KEY}", exchanges: [binance, upbit] }
  - { name: seoul, url: "\${FEED_URL}", apiKey: "\${EXPIRED}" }
destinations:
  team: { type: discord, webhookUrl: "\${TEAM_URL}" }
  old: { type: discord, webhookUrl: "\${OLD_URL}" }
  pings: { type: discord, botToken: "\${BOT_TOKEN}", channelId: "1288888888888888888", apiUrl: "\${DISCORD}", mention: everyone }
  vip: { type: telegram, botToken: "\${TELEGRAM_TOKEN}", chatId: ${GROUP}, apiUrl: "\${TELEGRAM}" }
  small: { type: telegram, botToken: "\${TELEGRAM_TOKEN}", chatId: -555, apiUrl: "\${TELEGRAM}" }
  bot: { type: webhook, url: "\${BOT}", body: { buy: "{{ title }}" } }
  dead: { type: webhook, url: "\${DEAD}", body: { buy: "{{ title }}" } }
rules:
  - { name: all, match: {}, send: [team, old, pings, vip, small, bot, dead] }
tables:
  never: [USDT, USDC]
  perps: { url: "\${DEAD}/perps.json", key: base }
alerts: { send: team, keyExpiresWithin: 10d }
`;

async function world() {
  const close = <Part extends { close(): Promise<void> }>(part: Part) => {
    onTestFinished(() => part.close());
    return part;
  };
  const feed = close(
    await startFeedServer({
      ...{ badKeys: [EXPIRED], cooldownMs: 0, connectionsPerMinute: 1000, testsPerMinute: 1000 },
      welcome: { tier: 'pro', allowedCex: ['binance', 'upbit'], expiresInSecs: 5 * 86_400 },
    }),
  );
  const discord = close(await startDiscordServer({ limits: false }));
  const telegram = close(
    await startTelegramServer({
      limits: false,
      about: [
        { id: GROUP, type: 'supergroup', title: '업비트 알림 채널', bot: { status: 'kicked' } },
        { id: -555, type: 'group', title: 'Traders', movedTo: -1_001_234_567_890 },
      ],
    }),
  );
  const bot = close(await startBotServer());
  const old = discord.addWebhook();
  discord.removeWebhook(old);
  return {
    ...{ KEY, EXPIRED, FEED_URL: feed.url, TEAM_URL: discord.webhookUrl, OLD_URL: old },
    ...{ DISCORD: discord.apiUrl, BOT_TOKEN: discord.botToken },
    ...{ TELEGRAM: telegram.url, TELEGRAM_TOKEN: telegram.botToken },
    ...{ BOT: bot.url, DEAD: await refusingOrigin() },
  };
}

const still: Clock = {
  wallMs: () => systemClock.wallMs(),
  wallUs: () => systemClock.wallUs(),
  monotonicMs: () => 1_000_000,
  after: (delayMs, callback, keepAlive) => systemClock.after(delayMs, callback, keepAlive),
};

describe('check-online', () => {
  const look = async (
    file: string,
    env: Readonly<Record<string, string>>,
    columns: number | undefined,
    hasColors = false,
  ) => {
    const size = columns === undefined ? {} : { columns };
    const { exitCode, out, err } = await checkOnline(file, { env, clock: still, hasColors, ...size });
    const text = [out, err].filter((each) => each !== '').join('\n--- standard error\n');
    // The lines before it are of `check` alone.
    const online = text.slice(text.search(/^\S*feeds\S*$/m));
    return `${online.replace(/:\d{5}\b/g, ':PORTS')}\n--- exit code ${exitCode}\n`;
  };

  test.each([80, 120, undefined])('at %s columns', async (columns) => {
    const text = await look(configFile(CONFIG), await world(), columns);
    await expect(text).toMatchFileSnapshot(`check-online-${columns ?? 'pipe'}.txt`);
    if (columns !== undefined)
      for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(columns);
  });

  test('colours change nothing but the colour', async () => {
    const env = await world();
    const file = configFile(CONFIG);
    const painted = await look(file, env, 80, true);
    expect(paintedLines(painted, false)).toBe(await look(file, env, 80));
    expect(painted).toContain('\u001b[31m✗\u001b[39m');
  });
});
