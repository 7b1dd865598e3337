/**
 * Discord, as a webhook (`webhookUrl`) or as a bot in a channel (`botToken` + `channelId`).
 * Limits: https://discord.com/developers/docs/topics/rate-limits
 */
import { z } from 'zod';
import { EVEN_IF_WRONG, flag, plainSecretUrl, plainUrl, secret, text, url } from '../../platform/fields.ts';
import { Secret } from '../../platform/secret.ts';
import { commonOptions } from '../common-options.ts';

const SNOWFLAKE_HELP =
  'must be a Discord id: 17 to 20 digits, in quotes (turn on Developer Mode, right-click, Copy ID)';
const snowflake = () => z.string({ error: SNOWFLAKE_HELP }).regex(/^\d{17,20}$/, SNOWFLAKE_HELP);

const MENTION = /^(everyone|here|(role|user):\d{17,20})$/;

/** `…/api/webhooks/<id>/<token>`, with or without an API version; any host, so that a rate-limit proxy can stand in. */
export const WEBHOOK_PATH = /^\/api(?:\/v\d+)?\/webhooks\/(\d{17,20})\/([\w-]+)\/?$/;

/** It goes into a header. */
const TOKEN_HELP =
  'must be the token alone, without "Bot ", blanks or line breaks (Developer Portal → Bot → Reset Token)';

const WEBHOOK_HELP =
  'must be a Discord webhook URL: https://discord.com/api/webhooks/<id>/<token> (channel settings → Integrations → Webhooks → Copy URL)';

export const discordOptions = z
  .strictObject({
    type: z.literal('discord'),
    webhookUrl: plainSecretUrl('https:', 'http:')
      .refine((value) => WEBHOOK_PATH.test(new URL(value.reveal()).pathname), WEBHOOK_HELP)
      .optional()
      .describe('webhook URL of the channel (channel settings, Integrations, Webhooks); a secret'),
    botToken: secret()
      .refine((value) => /^[\x21-\x7e]+$/.test(value.reveal()), TOKEN_HELP)
      .optional()
      .describe('token of a bot, together with channelId, instead of webhookUrl'),
    channelId: snowflake().optional().describe('channel that the bot posts to'),
    apiUrl: plainUrl('https:', 'http:')
      .default('https://discord.com/api')
      .describe('base URL of the API, for a bot behind a rate-limit proxy'),
    threadId: snowflake().optional().describe('post into this thread of the channel'),
    threadName: text()
      .optional()
      .describe('open a thread of this name for each message (Liquid); for a webhook of a forum channel'),
    username: z
      .string()
      .min(1)
      .max(80, 'must be at most 80 characters')
      .refine(
        (name) => !/discord|clyde/i.test(name),
        'must not contain "discord" or "clyde" (Discord refuses it)',
      )
      .optional()
      .describe('sender name of the webhook'),
    avatarUrl: url('https:').optional().describe('sender picture of the webhook'),
    mention: text()
      .optional()
      .describe('whom to ping: everyone, here, role:<id> or user:<id>')
      .refine(
        (value) => value === undefined || MENTION.test(value),
        'must be everyone, here, role:<id> or user:<id>',
      )
      .meta({ pattern: MENTION.source }),
    silent: flag().default(false).describe('no push notification'),
    ...commonOptions({ maxAgeMs: 6 * 3_600_000, timeoutMs: 10_000, concurrency: 1 }),
  })
  .superRefine((options, context) => {
    const { webhookUrl, botToken, channelId, username, avatarUrl, threadName } = options;
    const issue = (message: string, path: string[]) => context.addIssue({ code: 'custom', message, path });
    if (webhookUrl && (botToken || channelId))
      issue('set either webhookUrl, or botToken and channelId, not both', ['webhookUrl']);
    else if (!webhookUrl && !(botToken && channelId)) issue('set webhookUrl, or botToken and channelId', []);
    if (!webhookUrl && username) issue('works only with webhookUrl: a bot has its own name', ['username']);
    if (!webhookUrl && threadName)
      issue('works only with webhookUrl: a bot posts into an existing thread (threadId)', ['threadName']);
    if (threadName && threadOf(options) !== undefined)
      issue('set either threadId (also as thread_id in the URL) or threadName, not both', ['threadName']);
    if (!webhookUrl && avatarUrl)
      issue('works only with webhookUrl: a bot has its own picture', ['avatarUrl']);
  }, EVEN_IF_WRONG);

interface InThread {
  readonly threadId?: string | undefined;
  readonly webhookUrl?: Secret | undefined;
}

/** Of a webhook it may stand in the URL. */
export function threadOf({ threadId, webhookUrl }: InThread): string | undefined {
  // In a config with mistakes it can be anything.
  if (threadId !== undefined || !(webhookUrl instanceof Secret)) return threadId;
  return new URL(webhookUrl.reveal()).searchParams.get('thread_id') ?? undefined;
}

export type DiscordOptions = z.output<typeof discordOptions>;
