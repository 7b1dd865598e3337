/**
 * The meaning of Discord's error codes, for the bridge and for the person who reads them.
 * https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
 */
import type { RejectReason } from '../../delivery/outcome.ts';

/** Codes that all messages of this webhook, bot or channel will get, not just this one. */
export interface DestinationCode {
  readonly reason: RejectReason;
  readonly advice: string;
}

const NEW_WEBHOOK =
  'make a new one (channel settings → Integrations → Webhooks) and put its URL into `webhookUrl`.';
const NO_CHANNEL =
  'Discord does not know this channel, or the bot cannot see it: check `channelId` or `threadId`.';
const NO_WEBHOOK = `This webhook was deleted: ${NEW_WEBHOOK}`;
const BAD_WEBHOOK = `Discord does not accept this webhook's token: copy the whole URL again into \`webhookUrl\`, or ${NEW_WEBHOOK}`;
const BAD_TOKEN =
  'Discord does not accept the bot token: copy it again (Developer Portal → Bot → Reset Token) into `botToken`.';
const NO_ACCESS = 'The bot cannot see this channel: give it the permission View Channel there.';
const NO_PERMISSION =
  'The bot may not write in this channel: give it the permissions Send Messages (in a thread: Send Messages in Threads) and Embed Links there.';
const NEEDS_THREAD =
  'This is a forum channel, where every message belongs to a thread: set `threadName` (each message opens a thread of that name) or `threadId`.';
const NO_FORUM = 'This channel is not a forum, so no thread can be opened in it: remove `threadName`.';
const BOTH_THREADS =
  'A message goes into a new thread or into an existing one, not both (`threadName`, `threadId`): remove one of them, and the `thread_id` in the URL with it.';
const NO_FORUM_WEBHOOK =
  'No webhook of this kind can post in a forum channel: make one in a text channel, or use a bot and `threadId`.';
const NO_SERVER = 'Discord does not know this server any more, or the bot is not in it.';
const OLD_API =
  'Discord does not serve this version of its API any more: correct `apiUrl`, or install a newer bridge.';
const NEEDS_TAG =
  'This forum requires a tag on every new thread: allow threads without one in its settings, or use `threadId`.';
const ARCHIVED = 'The thread is archived: open it again, or put another one into `threadId`.';
const LOCKED = 'The thread is locked: unlock it, or put another one into `threadId`.';
const MANY_THREADS = 'This channel has the maximum number of open threads: archive some, or use `threadId`.';
const WRONG_CHANNEL =
  'A channel of this kind (a forum, a category) takes no messages itself: put a text channel into `channelId`, or an existing thread into `threadId`.';
const NO_DIRECT = 'This user takes no direct messages from the bot: put a channel into `channelId`.';
const FLAGGED =
  'Discord flagged this bot as a spammer and stopped it: see the Developer Portal, where you can appeal.';
const VERIFY = 'The account must be verified first: see Discord.';

export const DESTINATION_CODES: ReadonlyMap<number, DestinationCode> = new Map(
  (
    [
      [10003, 'gone', NO_CHANNEL],
      [10004, 'gone', NO_SERVER],
      [10015, 'gone', NO_WEBHOOK],
      [50027, 'gone', BAD_WEBHOOK],
      [40001, 'unauthorized', BAD_TOKEN],
      [50014, 'unauthorized', BAD_TOKEN],
      [20012, 'unauthorized', BAD_TOKEN],
      [40002, 'unauthorized', VERIFY],
      [50025, 'unauthorized', BAD_TOKEN],
      [50001, 'forbidden', NO_ACCESS],
      [50013, 'forbidden', NO_PERMISSION],
      [20026, 'forbidden', FLAGGED],
      [50007, 'forbidden', NO_DIRECT],
      [50009, 'forbidden', NO_PERMISSION],
      [50008, 'misconfigured', WRONG_CHANNEL],
      [50024, 'misconfigured', WRONG_CHANNEL],
      [50068, 'misconfigured', WRONG_CHANNEL],
      [50083, 'misconfigured', ARCHIVED],
      [160005, 'misconfigured', LOCKED],
      [160006, 'misconfigured', MANY_THREADS],
      [160007, 'misconfigured', MANY_THREADS],
      [220001, 'misconfigured', NEEDS_THREAD],
      [220002, 'misconfigured', BOTH_THREADS],
      [220003, 'misconfigured', NO_FORUM],
      [220004, 'misconfigured', NO_FORUM_WEBHOOK],
      [40066, 'misconfigured', NEEDS_TAG],
      [40067, 'misconfigured', NEEDS_TAG],
      [50002, 'misconfigured', WRONG_CHANNEL],
      [50003, 'misconfigured', WRONG_CHANNEL],
      [50033, 'misconfigured', NO_DIRECT],
      [50055, 'gone', NO_SERVER],
      [50041, 'misconfigured', OLD_API],
    ] as const
  ).map(([code, reason, advice]) => [code, { reason, advice }]),
);

/** Form errors of these fields are of the config's option, not of a message: all messages have them. */
export const OPTION_FIELDS: ReadonlyMap<string, string> = new Map([
  ['username', '`username`'],
  ['avatar_url', '`avatarUrl`'],
  ['thread_id', '`threadId`'],
  ['channel_id', '`channelId`'],
  ['webhook_id', '`webhookUrl`'],
  ['allowed_mentions', '`mention`'],
]);

/** Only this message: invalid form, explicit, blocked by automatic moderation, harmful link. */
export const MESSAGE_CODES: ReadonlySet<number> = new Set([
  20009, 40005, 50006, 50035, 50109, 200000, 200001, 240000,
]);

/** "Too fast" in other words than a 429: slow mode, too many writes or edits here, a resource that is limited for all. */
export const LIMIT_CODES: ReadonlySet<number> = new Set([20016, 20022, 20028, 20029, 30046, 40003, 40062]);

/** A fault of Discord's that passes: sending is switched off, a feature is, the resource is overloaded. */
export const FAULT_CODES: ReadonlySet<number> = new Set([40004, 40006, 130000]);

/** "Cloudflare is blocking your request": the whole IP address is held back. */
export const IP_HELD_BACK = 40333;
