/** Telegram, as a bot in a chat, group or channel. Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
import { z } from 'zod';
import { flag, integer, plainUrl, secret, text } from '../../platform/fields.ts';
import { commonOptions } from '../common-options.ts';

const CHAT_HELP =
  'must be a chat id (a number, negative for groups and channels) or a public name such as "@my_channel"';

const BOT_TOKEN = /^\d+:[\w-]{20,}$/;

export const telegramOptions = z.strictObject({
  type: z.literal('telegram'),
  botToken: secret()
    .refine(
      (value) => BOT_TOKEN.test(value.reveal()),
      'must be a bot token from @BotFather, such as 123456789:AA…',
    )
    .meta({ pattern: BOT_TOKEN.source })
    .describe('token of the bot, from @BotFather'),
  chatId: z
    .union([z.int(), z.string().regex(/^(-?\d+|@[A-Za-z]\w{3,})$/, CHAT_HELP)], { error: CHAT_HELP })
    .transform((value) => (/^-?\d+$/.test(String(value)) ? Number(value) : String(value)))
    .describe('id of the chat (a number, negative for groups and channels), or the public name of a channel'),
  topicId: integer(1).optional().describe('message_thread_id of a forum topic'),
  silent: flag().default(false).describe('no sound'),
  protectContent: flag().default(false).describe('no forwarding or saving'),
  buttons: z
    .union(
      [
        z.literal(false),
        z
          .array(
            z.strictObject({
              text: text().describe('label of the button'),
              url: text().describe('link target'),
            }),
          )
          .max(8),
      ],
      { error: 'must be a list of { text, url }, or false' },
    )
    .optional()
    .describe(
      'link buttons under the message (Liquid in both fields); default: the exchange page; false for none',
    ),
  apiUrl: plainUrl('https:', 'http:')
    .default('https://api.telegram.org')
    .describe('URL of the Bot API server, if you run your own'),
  ...commonOptions({ maxAgeMs: 6 * 3_600_000, timeoutMs: 10_000, concurrency: 1 }),
});

export type TelegramOptions = z.output<typeof telegramOptions>;
