/** Everything around the bridge of the demo: two simulated feeds with the same news, and receivers on loopback. */
import type { SoundConfig } from '../daemon/ready-config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { type BotServer, startBotServer } from '../simulator/bot-server.ts';
import { type DiscordServer, startDiscordServer } from '../simulator/discord-server.ts';
import type { AnnouncementFields } from '../simulator/feed-frames.ts';
import { type FeedServer, startFeedServer } from '../simulator/feed-server.ts';
import type { StandIn } from '../simulator/stand-in.ts';
import { startTelegramServer, type TelegramServer } from '../simulator/telegram-server.ts';
import { requireConfig } from './config-file.ts';
import type { Arrived } from './demo-tally.ts';
import { UserError } from './exit-codes.ts';

export interface DemoScene extends AsyncDisposable {
  readonly feed: FeedServer;
  readonly discord: DiscordServer;
  readonly telegram: TelegramServer;
  readonly bot: BotServer;
  readonly sound: SoundConfig;
  /** Both feeds bring it, the backup a little later. */
  announce(fields: AnnouncementFields): void;
  /** Resolves when the bridge hears both feeds. */
  heard(): Promise<void>;
}

export interface SceneOptions {
  /** Config file; it stays there. */
  readonly file: string;
  /** False: the receivers take everything. */
  readonly limits: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

/** How much later the backup feed brings the same: it is farther away. */
const LEAST_BEHIND_MS = 15;
const SPREAD_BEHIND_MS = 20;

/** Throws `UserError` where nothing can listen on loopback. */
export async function openScene({ file, limits, clock, random }: SceneOptions): Promise<DemoScene> {
  const secret = `whsec_${Buffer.alloc(32, 'demo').toString('base64')}`;
  await using cleanup = new AsyncDisposableStack();
  const opened = async <T extends { close(): Promise<void> }>(part: Promise<T>) =>
    cleanup.adopt(await listening(part), (one) => one.close());
  const feed = await opened(startFeedServer({ heartbeatMs: 5000 }));
  const backup = await opened(startFeedServer({ heartbeatMs: 5000 }));
  const discord = await opened(startDiscordServer({ limits }));
  const telegram = await opened(startTelegramServer({ limits }));
  const bot = await opened(startBotServer({ secret, limits }));
  const env = {
    FEED_URL: feed.url,
    BACKUP_URL: backup.url,
    FEED_KEY: `dsk_${'0'.repeat(64)}`,
    BACKUP_KEY: `dsk_${'1'.repeat(64)}`,
    DISCORD_WEBHOOK_URL: discord.webhookUrl,
    TELEGRAM_BOT_TOKEN: telegram.botToken,
    TELEGRAM_API_URL: telegram.url,
    BOT_URL: `${bot.url}/signal`,
    BOT_SECRET: secret,
  };
  const sound = requireConfig(file, { env });
  const held = cleanup.move();
  return {
    ...{ feed, discord, telegram, bot, sound },
    announce(fields) {
      feed.announce(fields);
      const behindMs = LEAST_BEHIND_MS + SPREAD_BEHIND_MS * random();
      clock.after(behindMs, () => void backup.announce(fields), false);
    },
    heard: async () => void (await Promise.all([feed.waitForClient(), backup.waitForClient()])),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function listening<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new UserError(
      `The demo needs free ports on 127.0.0.1, and this machine gives it none: close programs that hold many, or allow it to listen there. [${String(error.code)}]`,
    );
  }
}

/** Counts of each receiver: arrived, `wanted`, refused. */
export function arrivedAt(
  { discord, telegram, bot }: DemoScene,
  wanted: { readonly chats: number; readonly orders: number },
): readonly Arrived[] {
  const line = (
    name: string,
    { received, limitViolations }: Pick<StandIn<unknown>, 'received' | 'limitViolations'>,
    count: number,
  ) => ({
    ...{ name, arrived: received.length, wanted: count, refused: limitViolations },
  });
  return [
    line('discord', discord, wanted.chats),
    line('telegram', telegram, wanted.chats),
    line('bot', bot, wanted.orders),
  ];
}

/** The message of a delivery as its receiver shows it. `title`: of the announcement. */
export function shownBy(
  { discord, telegram, bot }: DemoScene,
  { destination, delivery, title }: Readonly<Record<'destination' | 'delivery' | 'title', string>>,
): string {
  switch (destination) {
    case 'discord': {
      const message = latest(discord.received, ({ embeds }) => plain(JSON.stringify(embeds)), plain(title));
      // Discord shows `\:` as `:`.
      return (message?.title ?? '').replaceAll(/\\(?=[^\w\s])/g, '');
    }
    case 'telegram': {
      const message = latest(telegram.received, ({ text }) => plain(text), plain(title));
      return (message?.text ?? '').replaceAll(/(?:(?<!\s)\s+)?\n\s*/g, ' · ');
    }
    default:
      return JSON.stringify(bot.received.findLast(({ id }) => id === delivery)?.body ?? '');
  }
}

/** Several may be on their way; of a title that a platform cut, the last message. */
const latest = <T>(received: readonly T[], textOf: (item: T) => string, title: string): T | undefined =>
  received.findLast((item) => textOf(item).includes(title)) ?? received.at(-1);

/** Letters and digits only: what else there is in a title, platforms write in their own ways. */
const plain = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '');
