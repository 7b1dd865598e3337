/** Whether Telegram would take messages for a destination: `getMe`, `getChat` and `getChatMember`, which write nothing. */
import type { FarEnd } from '../../http/advice.ts';
import { farEndWallMs } from '../../http/retry-after.ts';
import { bad, good, type Remark, warned } from '../../remark.ts';
import { quote } from '../http-outcome.ts';
import { type Asked, asked, type InquireDeps } from '../inquire.ts';
import { newChatOf, parseTelegram } from './answer.ts';
import { readChat, readMember, readUser, type TelegramChat } from './facts.ts';
import type { TelegramOptions } from './options.ts';
import { telegramOutcome } from './outcome.ts';
import { botBudgetKey } from './rate-limits.ts';
import { refusalIn } from './standing.ts';
import { destinationWord } from './words.ts';

/** Of the 30 messages a second of a bot; other calls have no limit of their own in the documentation. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
const PER_SECOND = 15;

export async function inquireTelegram(
  options: TelegramOptions,
  deps: InquireDeps,
): Promise<readonly Remark[]> {
  const ask = asking(options, deps);
  const me = await ask('getMe', {}, readUser);
  if ('remark' in me) return [me.remark];
  const { id, username = String(id) } = me.value;
  const found = await chatOf(options, ask);
  if ('remark' in found) return [found.remark];
  const { chat, moved } = found.value;
  return [...(await inChat(chat, { id, username }, options, ask, deps)), ...moved];
}

interface Bot {
  readonly id: number;
  readonly username: string;
}

type Parameters = Readonly<Record<string, string>>;

/** `movedTo`: the group's new id. */
type Answered<Value> = Asked<Value> & { readonly movedTo?: number | undefined };

type Ask = <Value>(
  method: string,
  parameters: Parameters,
  read: (bodyText: string) => Value | undefined,
) => Promise<Answered<Value>>;

function asking(options: TelegramOptions, deps: InquireDeps): Ask {
  const api = new URL(options.apiUrl);
  const { inquiry, clock, redact } = deps;
  const farEnd: FarEnd = { origin: api.origin, key: 'apiUrl', receiver: 'what should answer there' };
  const prefix = `${api.pathname.replace(/(?<!\/)\/+$/, '')}/bot${options.botToken.reveal()}`;
  const botBudget = botBudgetKey(options);
  return async (method, parameters, read) => {
    const query = new URLSearchParams(parameters).toString();
    const path = `${prefix}/${method}${query === '' ? '' : `?${query}`}`;
    const pace = { key: botBudget, perSecond: PER_SECOND };
    const result = await inquiry.get({ origin: api.origin, way: options, path, pace });
    let movedTo: number | undefined;
    const answered = asked(result, farEnd, deps, {
      read,
      refusal: (answer) => {
        const body = parseTelegram(answer.bodyText);
        movedTo = body && newChatOf(body, options.chatId);
        const { movedTo: _, ...outcome } = telegramOutcome(answer, {
          ...{ plain: true, chatId: options.chatId, botBudget, redact },
          wallNowMs: farEndWallMs(answer.headers, clock.wallMs()),
        });
        return outcome;
      },
    });
    return { ...answered, movedTo };
  };
}

interface FoundChat {
  readonly chat: TelegramChat;
  /** About the id of the config. */
  readonly moved: readonly Remark[];
}

/** A group that has become a supergroup is looked at under its new id, as the bridge would. */
async function chatOf({ chatId }: TelegramOptions, ask: Ask): Promise<Asked<FoundChat>> {
  const found = await ask('getChat', { chat_id: String(chatId) }, readChat);
  if ('value' in found) return { value: { chat: found.value, moved: [] } };
  const { remark, movedTo } = found;
  if (movedTo === undefined) return { remark };
  const next = await ask('getChat', { chat_id: String(movedTo) }, readChat);
  if ('remark' in next) return { remark: next.remark };
  return { value: { chat: next.value, moved: [warned(remark.text, remark.code)] } };
}

async function inChat(
  chat: TelegramChat,
  bot: Bot,
  { topicId }: TelegramOptions,
  ask: Ask,
  { redact }: InquireDeps,
): Promise<readonly Remark[]> {
  const { title, first_name: person, username, id } = chat;
  const name = `"${quote(String(title ?? person ?? username ?? id), redact, LONGEST_NAME)}"`;
  if (chat.type === 'private')
    return [
      good(
        `bot @${bot.username} knows ${name}. Whether that person has blocked it shows only at a message (\`send\`).`,
        'HTTP 200',
      ),
    ];
  const member = await ask(
    'getChatMember',
    { chat_id: String(chat.id), user_id: String(bot.id) },
    readMember,
  );
  if ('remark' in member) return [member.remark];
  const refusal = refusalIn(chat, member.value, topicId);
  if (refusal !== undefined) {
    const { advice, reason } = destinationWord(FORBIDDEN, refusal) ?? NEVER;
    return [
      bad(`${advice} (bot @${bot.username} in the ${chat.type} ${name}: ${member.value.status})`, reason),
    ];
  }
  const topic = topicId === undefined ? '' : ` Whether topic ${topicId} is open shows only at a message.`;
  return [
    good(
      `may write: bot @${bot.username} in the ${chat.type} ${name} (${member.value.status}).${topic}`,
      'HTTP 200',
    ),
  ];
}

const LONGEST_NAME = 80;
const FORBIDDEN = 403;
const NEVER = { advice: 'The bot may not write in this chat.', reason: 'forbidden' };
