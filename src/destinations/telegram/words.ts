/**
 * The meaning of the Bot API's descriptions. They are prose without a promise; only those are read that
 * distinguish a chat or a bot that can get nothing from a message that cannot be sent:
 * https://core.telegram.org/api/errors
 */
import type { RejectReason } from '../../delivery/outcome.ts';

interface Meaning {
  readonly words: RegExp;
  readonly reason: RejectReason;
  readonly advice: string;
}

const NO_CHAT =
  'Telegram does not know this chat: is `chatId` right, and is the bot an administrator of the channel or a member of the group? A bot can write to a person only after they have written to it.';
const NO_TOPIC =
  'The topic does not exist (any more): correct `topicId`, or remove it to write into the general topic.';
const TOPIC_CLOSED =
  'The topic is closed: open it again, make the bot an administrator, or put another one into `topicId`.';
const NO_FORUM = 'This group has no topics: remove `topicId`, or enable topics in the group.';
const UPGRADED =
  'The group has become a supergroup and has a new id: put that (it begins with -100) into `chatId`.';
const DEACTIVATED = 'This account or group no longer exists: put another one into `chatId`.';
const BLOCKED = 'The person has blocked the bot: they must unblock it, or put another chat into `chatId`.';
const KICKED = 'The bot was removed from this chat: add it again, or put another chat into `chatId`.';
const NOT_MEMBER =
  'The bot is not in this chat: add it (to a channel as an administrator), or correct `chatId`.';
const FIRST_WORD = 'A bot cannot write first: that person must open the bot and press Start.';
const NO_BOTS = 'A bot cannot write to a bot: correct `chatId`.';
const NO_RIGHTS =
  'The bot may not write in this chat: make it an administrator of the channel, or let members of the group send messages.';
const LOGGED_OUT =
  'This bot was logged out of this Bot API server (it serves one at a time): set `apiUrl` to the server that it is on, or wait ten minutes after a change.';
const PAID =
  'This chat accepts messages only from permitted senders, or for payment: change that in its settings.';
const BAD_TOKEN =
  'Telegram does not know this bot: copy the token from @BotFather again into `botToken`, and look at `apiUrl` if you have set it.';

/** The first that fits holds. */
const MEANINGS: readonly Meaning[] = [
  { words: /logged out/i, reason: 'unauthorized', advice: LOGGED_OUT },
  { words: /upgraded to a supergroup|group chat was migrated/i, reason: 'gone', advice: UPGRADED },
  {
    words:
      /thread not found|message.thread.{0,20}invalid|invalid message.thread|TOPIC_(DELETED|ID_INVALID)|topic (was )?(deleted|not found)/i,
    reason: 'gone',
    advice: NO_TOPIC,
  },
  { words: /TOPIC_CLOSED|topic (is|was) closed/i, reason: 'gone', advice: TOPIC_CLOSED },
  { words: /not a forum|FORUM_(DISABLED|MISSING)/i, reason: 'misconfigured', advice: NO_FORUM },
  { words: /deactivated|chat (?:was|is) deleted|USER_DELETED/i, reason: 'gone', advice: DEACTIVATED },
  {
    words:
      /chat not found|(user|channel|group) not found|(PEER_ID|CHAT_ID|CHAT|CHANNEL|USER_ID|USERNAME)_?INVALID|USERNAME_NOT_OCCUPIED|(?:invalid|wrong) chat.?id|chat_id is empty/i,
    reason: 'gone',
    advice: NO_CHAT,
  },
  { words: /blocked by the user|(USER_IS|YOU)_BLOCKED/i, reason: 'forbidden', advice: BLOCKED },
  {
    words: /kicked|USER_BANNED_IN_CHANNEL|CHANNEL_PRIVATE|CHAT_FORBIDDEN/i,
    reason: 'forbidden',
    advice: KICKED,
  },
  {
    words: /not a member|not in the (?:chat|group|channel)|USER_NOT_PARTICIPANT/i,
    reason: 'forbidden',
    advice: NOT_MEMBER,
  },
  {
    words: /can't initiate conversation|can't send messages to the user/i,
    reason: 'forbidden',
    advice: FIRST_WORD,
  },
  { words: /can't send messages to (the )?bots?/i, reason: 'forbidden', advice: NO_BOTS },
  { words: /PAYMENT_REQUIRED|PRIVACY_PREMIUM_REQUIRED/i, reason: 'forbidden', advice: PAID },
  {
    words:
      /not enough rights|have no rights|administrator rights|ADMIN_REQUIRED|no write access|CHAT_\w{0,40}FORBIDDEN|CHAT_RESTRICTED/i,
    reason: 'forbidden',
    advice: NO_RIGHTS,
  },
];

export interface DestinationWord {
  readonly reason: RejectReason;
  readonly advice: string;
}

/**
 * Descriptions that all messages of this bot or to this chat will get, not just this one; `undefined`: only this
 * one.
 */
export function destinationWord(status: number, description: string): DestinationWord | undefined {
  // 404 is the Bot API's word for a token that it does not know.
  if (status === 404) return { reason: 'unauthorized', advice: BAD_TOKEN };
  const known = MEANINGS.find(({ words }) => words.test(description));
  if (known !== undefined) return known;
  if (status === 401) return { reason: 'unauthorized', advice: BAD_TOKEN };
  return status === 403 ? { reason: 'forbidden', advice: NO_RIGHTS } : undefined;
}

export const MESSAGE_ADVICE =
  'Telegram rejected this message, also as plain text: the detail says why. Shorten or correct the template.';
