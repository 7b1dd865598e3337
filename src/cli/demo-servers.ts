/** Servers of `demo`: a simulated feed and three stand-ins on loopback, and the config that joins them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SoundConfig } from '../daemon/ready-config.ts';
import { type BotServer, startBotServer } from '../simulator/bot-server.ts';
import { type DiscordServer, startDiscordServer } from '../simulator/discord-server.ts';
import { type FeedServer, startFeedServer } from '../simulator/feed-server.ts';
import { startTelegramServer, type TelegramServer } from '../simulator/telegram-server.ts';
import { requireConfig } from './config-file.ts';

export interface DemoServers extends AsyncDisposable {
  readonly feed: FeedServer;
  readonly discord: DiscordServer;
  readonly telegram: TelegramServer;
  readonly bot: BotServer;
  /** Where the config and the store are; gone at the end. */
  readonly folder: string;
  readonly file: string;
  readonly sound: SoundConfig;
}

/** A real config file: the same form, and the same loader, as a user's own. */
export const DEMO_CONFIG = `feeds:
  - name: simulated
    url: \${FEED_URL}
    apiKey: \${FEED_KEY}

destinations:
  discord:
    type: discord
    webhookUrl: \${DISCORD_WEBHOOK_URL}
  telegram:
    type: telegram
    botToken: \${TELEGRAM_BOT_TOKEN}
    chatId: 1234567
    apiUrl: \${TELEGRAM_API_URL}
  bot:
    type: webhook
    url: \${BOT_URL}
    secret: \${BOT_SECRET}
    forEach: ticker
    body: { symbol: "{{ ticker }}USDT", action: buy, exchange: "{{ publisher }}" }
    maxAge: 5s

rules:
  - name: the bot buys what is listed
    match:
      listingType: [spot_listing, futures_listing]
    send: [bot, discord, telegram]
  - name: everything else is worth a message
    match: {}
    send: [discord, telegram]

store: { path: ./demo.db }
server: { port: 0 }
log: { level: warn }
`;

export async function startDemoServers(): Promise<DemoServers> {
  const secret = `whsec_${Buffer.alloc(32, 'demo').toString('base64')}`;
  await using cleanup = new AsyncDisposableStack();
  const close = <T extends { close(): Promise<void> }>(part: T) => cleanup.adopt(part, () => part.close());
  const feed = close(await startFeedServer({ heartbeatMs: 5000 }));
  const discord = close(await startDiscordServer());
  const telegram = close(await startTelegramServer());
  const bot = close(await startBotServer({ secret }));
  const folder = cleanup.adopt(mkdtempSync(join(tmpdir(), 'listing-bridge-demo-')), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const file = join(folder, 'config.yaml');
  writeFileSync(file, DEMO_CONFIG);
  const env = {
    FEED_URL: feed.url,
    FEED_KEY: `dsk_${'0'.repeat(64)}`,
    DISCORD_WEBHOOK_URL: discord.webhookUrl,
    TELEGRAM_BOT_TOKEN: telegram.botToken,
    TELEGRAM_API_URL: telegram.url,
    BOT_URL: `${bot.url}/signal`,
    BOT_SECRET: secret,
  };
  const sound = requireConfig(file, { env });
  const held = cleanup.move();
  return {
    feed,
    discord,
    telegram,
    bot,
    folder,
    file,
    sound,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
