/**
 * The chats in which a bot has read something lately: Telegram keeps updates for 24 hours and hands them out again until
 * they are confirmed, which nothing here does. https://core.telegram.org/bots/api#getupdates
 */
import { request } from 'undici';
import { type Clock, withDeadline } from '../../platform/clock.ts';
import { messageOf } from '../../platform/message-of.ts';
import { isRecord } from '../../platform/wire-values.ts';

export interface TelegramChat {
  readonly id: string;
  /** Its title, or the name of the person; text of others. */
  readonly name: string;
  /** `private`, `group`, `supergroup` or `channel`. */
  readonly type: string;
}

/** Chats, the latest first, or a sentence that says why there are none to be had. */
export type ChatSearch = { readonly chats: readonly TelegramChat[] } | { readonly fault: string };

const TIMEOUT_MS = 10_000;

export async function findTelegramChats(
  { apiUrl, botToken }: { readonly apiUrl: string; readonly botToken: string },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ChatSearch> {
  try {
    const { status, body } = await withDeadline(clock, TIMEOUT_MS, async (deadline) => {
      const answer = await request(`${apiUrl.replace(/(?<!\/)\/+$/, '')}/bot${botToken}/getUpdates`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.any([deadline, signal]),
      });
      return { status: answer.statusCode, body: await answer.body.json() };
    });
    if (isRecord(body) && body['ok'] === true && Array.isArray(body['result']))
      return { chats: chatsIn(body['result']) };
    return { fault: refusal(status) };
  } catch (error) {
    const { host } = new URL(apiUrl);
    return { fault: `${host} could not be asked: ${messageOf(error)}. Check the network of this machine.` };
  }
}

function refusal(status: number): string {
  if (status === 401 || status === 404)
    return 'Telegram does not know this bot token: copy it again from @BotFather.';
  if (status === 409)
    return 'Another program reads the messages of this bot (a webhook, or getUpdates): type the chat id, or make a bot of its own for this.';
  return `Telegram did not say in which chats the bot is (HTTP ${status}): try again, or type the chat id.`;
}

/** An update has its chat in one of many kinds of message; all of them have it in the same form. */
function chatsIn(updates: readonly unknown[]): readonly TelegramChat[] {
  const found = new Map<string, TelegramChat>();
  for (const update of updates.toReversed())
    for (const part of isRecord(update) ? Object.values(update) : []) {
      const chat = isRecord(part) ? part['chat'] : undefined;
      const id = isRecord(chat) ? String(chat['id']) : '';
      if (isRecord(chat) && /^-?\d+$/.test(id) && !found.has(id))
        found.set(id, { id, name: nameOf(chat), type: String(chat['type'] ?? '') });
    }
  return [...found.values()];
}

function nameOf(chat: Readonly<Record<string, unknown>>): string {
  const { title, username, first_name: first, last_name: last } = chat;
  if (typeof title === 'string') return title;
  const names = [first, last].filter((name) => typeof name === 'string');
  return names.length > 0
    ? names.join(' ')
    : typeof username === 'string'
      ? `@${username}`
      : 'without a name';
}
