/**
 * The knowledge of a stand-in for Telegram about chats, and its bot in them: `getChat` and `getChatMember`.
 * https://core.telegram.org/bots/api#getchat, https://core.telegram.org/bots/api#getchatmember
 */
import type { StandInRequest } from './stand-in.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface StandInChat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup' | 'channel';
  readonly title?: string;
  /** Without the @. */
  readonly username?: string;
  readonly is_forum?: boolean;
  readonly permissions?: Fields;
  /** The bot in it: `status` and rights. Default: an administrator who may do everything. */
  readonly bot?: Fields;
  /** It was a group, and is this supergroup now. */
  readonly movedTo?: number;
}

/** A result, or how it is refused. */
export type ChatAnswer =
  | { readonly result: unknown }
  | { readonly status: number; readonly words: string; readonly parameters?: Fields };

export const BOT_ID = 123_456_789;

const ADMINISTRATOR: Fields = { status: 'administrator', can_post_messages: true };

export function chatAnswer(
  method: string,
  { query }: Pick<StandInRequest, 'query'>,
  find: (chatId: string) => StandInChat | undefined,
): ChatAnswer | undefined {
  if (method !== 'getChat' && method !== 'getChatMember') return undefined;
  const chat = find(query.get('chat_id') ?? '');
  if (chat === undefined) return { status: 400, words: 'Bad Request: chat not found' };
  const { bot = ADMINISTRATOR, movedTo, ...info } = chat;
  if (movedTo !== undefined)
    return {
      ...{ status: 400, words: 'Bad Request: group chat was upgraded to a supergroup chat' },
      parameters: { migrate_to_chat_id: movedTo },
    };
  if (bot['status'] === 'kicked')
    return { status: 403, words: `Forbidden: bot was kicked from the ${chat.type} chat` };
  if (method === 'getChat') return { result: info };
  if (query.get('user_id') !== String(BOT_ID))
    return { status: 400, words: 'Bad Request: PARTICIPANT_ID_INVALID' };
  return { result: { user: { id: BOT_ID, is_bot: true, first_name: 'Stand-in' }, ...bot } };
}
