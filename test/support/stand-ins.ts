/** A feed and the three kinds of destination, and the config that joins them. Limits are off unless asked for. */
import { type BotServer, startBotServer } from '../../src/simulator/bot-server.ts';
import { type DiscordServer, startDiscordServer } from '../../src/simulator/discord-server.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { startTelegramServer, type TelegramServer } from '../../src/simulator/telegram-server.ts';

export const KEY = `dsk_${'a1'.repeat(32)}`;
export const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 'test').toString('base64')}`;

export interface StandIns extends AsyncDisposable {
  readonly feed: FeedServer;
  readonly discord: DiscordServer;
  readonly telegram: TelegramServer;
  readonly bot: BotServer;
  /** For `${…}` in `CONFIG`. */
  readonly env: Readonly<Record<string, string>>;
}

/** Fast lanes, and patience with a busy machine: these tests are about what arrives, not about pacing. */
export const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  chat: { type: discord, webhookUrl: "\${DISCORD_WEBHOOK_URL}", timeout: 1m, rateLimit: { limit: 1000, per: 1s } }
  group: { type: telegram, botToken: "\${TELEGRAM_BOT_TOKEN}", chatId: 4242, apiUrl: "\${TELEGRAM_API_URL}", timeout: 1m, rateLimit: { limit: 1000, per: 1s } }
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", timeout: 1m, retry: { minDelay: 50ms, maxDelay: 200ms } }
rules:
  - { name: all, match: {}, send: [chat, group, bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

/** The same without chats, for tests in which none has a part: their libraries and rehearsals take half of the time of a start. */
export const ORDERS = CONFIG.replace(/ {2}(?:chat|group): .*\n/g, '').replace('[chat, group, bot]', '[bot]');

export async function startStandIns(): Promise<StandIns> {
  await using cleanup = new AsyncDisposableStack();
  const close = <T extends { close(): Promise<void> }>(part: T) => cleanup.adopt(part, () => part.close());
  const feed = close(await startFeedServer({ cooldownMs: 0, connectionsPerMinute: 1000, heartbeatMs: 500 }));
  const discord = close(await startDiscordServer({ limits: false }));
  const telegram = close(await startTelegramServer({ limits: false }));
  const bot = close(await startBotServer({ secret: SIGNING_SECRET }));
  const env = {
    FEED_URL: feed.url,
    FEED_KEY: KEY,
    DISCORD_WEBHOOK_URL: discord.webhookUrl,
    TELEGRAM_BOT_TOKEN: telegram.botToken,
    TELEGRAM_API_URL: telegram.url,
    BOT_URL: `${bot.url}/signal`,
    BOT_SECRET: SIGNING_SECRET,
  };
  const held = cleanup.move();
  return { feed, discord, telegram, bot, env, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
