/**
 * A stand-in for the Telegram Bot API: `getMe`, `getUpdates`, `getChat`, `getChatMember` and `sendMessage`, with its
 * checks, its words and its limits. https://core.telegram.org/bots/api#sendmessage
 */

import { systemClock } from '../platform/clock.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type RateLimit, SlidingWindow, TokenBucket, takeAll } from './rate-windows.ts';
import {
  jsonOf,
  type Reply,
  type StandIn,
  type StandInOptions,
  type StandInRequest,
  startStandIn,
} from './stand-in.ts';
import { BOT_ID, chatAnswer, type StandInChat } from './telegram-chats.ts';
import { parseHtml } from './telegram-entities.ts';

export interface TelegramServerOptions extends StandInOptions {
  readonly botToken?: string;
  /** The only chats there are; default: every chat exists. */
  readonly chats?: readonly (string | number)[];
  /** Chats, and the bot in them; in any other the bot is an administrator. */
  readonly about?: readonly StandInChat[];
}

export interface TelegramItem {
  readonly atMs: number;
  /** `message_id`. */
  readonly id: number;
  readonly chatId: string;
  /** As people see it, after parsing. */
  readonly text: string;
  /** As it was sent. */
  readonly source: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TelegramServer extends StandIn<TelegramItem> {
  readonly botToken: string;
  /** Somebody writes something that the bot reads. https://core.telegram.org/bots/api#update */
  hear(chat: Readonly<Record<string, unknown>>): void;
}

type Answer = Reply<TelegramItem>;

/** Counted in UTF-16 units after the entities are parsed. https://core.telegram.org/bots/api#sendmessage */
const LONGEST_TEXT = 4096;
/** https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; the size of the burst is not documented. */
const CHAT_BURST = 5;
const CHAT_EVERY_MS = 1000;
const GROUP_LIMIT = { limit: 20, perMs: 60_000 };
const BOT_LIMIT = { limit: 30, perMs: 1000 };

export async function startTelegramServer(options: TelegramServerOptions = {}): Promise<TelegramServer> {
  // Made of parts, so that no scanner takes it for a real one.
  const botToken = options.botToken ?? `${123_456_789}:${'stand-in-'.repeat(4)}`;
  const chats = options.chats && new Set(options.chats.map(String));
  const limits = new TelegramLimits(options.limits !== false);
  const clock = options.clock ?? systemClock;
  let lastId = 0;
  const updates: unknown[] = [];

  const handle = (request: StandInRequest): Answer => {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? [];
    if (token === undefined || method === undefined) return failure(404, 'Not Found');
    if (token !== botToken) return failure(401, 'Unauthorized');
    const answer = method === 'sendMessage' ? undefined : question(method, request);
    if (answer !== undefined) return answer;
    if (method !== 'sendMessage') return failure(404, 'Not Found: method not found');
    if (request.method !== 'POST') return failure(400, 'Bad Request: message text is empty');
    const body = jsonOf(request);
    if (!isRecord(body)) return failure(400, "Bad Request: can't parse JSON object");
    return sendMessage(request, body);
  };

  /** They count for the limit of the bot. */
  const question = (method: string, request: StandInRequest): Answer | undefined => {
    const waitMs = limits.takeQuestion(request.atMs);
    if (waitMs > 0) return tooMany(waitMs);
    if (method === 'getMe')
      return success({ id: BOT_ID, is_bot: true, first_name: 'Stand-in', username: 'stand_in_bot' });
    if (method === 'getUpdates') return success(updates);
    const about = chatAnswer(method, request, find);
    if (about === undefined) return undefined;
    return 'result' in about ? success(about.result) : failure(about.status, about.words, about.parameters);
  };

  const find = (chatId: string): StandInChat | undefined => {
    const known = options.about?.find(
      ({ id, username }) => chatId === String(id) || chatId === `@${username}`,
    );
    if (known !== undefined || !isChat(chatId)) return known;
    return chatOf(chatId);
  };

  const isChat = (chatId: string): boolean => (chats ? chats.has(chatId) : /^(-?\d+|@\w{4,})$/.test(chatId));

  const sendMessage = (request: StandInRequest, body: Readonly<Record<string, unknown>>): Answer => {
    const chatId = String(body['chat_id'] ?? '');
    if (chatId === '') return failure(400, 'Bad Request: chat_id is empty');
    if (!isChat(chatId)) return failure(400, 'Bad Request: chat not found');
    const source = body['text'];
    if (typeof source !== 'string') return failure(400, 'Bad Request: message text is empty');
    const text = visibleText(source, body['parse_mode']);
    if ('problem' in text) return failure(400, `Bad Request: ${text.problem}`);
    const flaw = keyboardFlaw(body['reply_markup']);
    if (flaw !== undefined) return failure(400, `Bad Request: ${flaw}`);
    const waitMs = limits.take(chatId, request.atMs);
    if (waitMs > 0) return tooMany(waitMs);
    lastId += 1;
    const message = {
      message_id: lastId,
      date: Math.floor(clock.wallMs() / 1000),
      chat: chatOf(chatId),
      text: text.visible,
    };
    const received = { atMs: request.atMs, id: lastId, chatId, text: text.visible, source, body };
    return { ...success(message), received };
  };

  const standIn = await startStandIn('Telegram message', handle, options);
  const hear = (chat: Readonly<Record<string, unknown>>) => {
    const kind = chat['type'] === 'channel' ? 'channel_post' : 'message';
    updates.push({
      update_id: updates.length + 1,
      [kind]: { message_id: updates.length + 1, chat, text: 'hello' },
    });
  };
  return Object.assign(standIn, { botToken, hear });
}

class TelegramLimits {
  readonly #on: boolean;
  readonly #bot = new SlidingWindow(BOT_LIMIT.limit, BOT_LIMIT.perMs);
  readonly #chats = new Map<string, readonly RateLimit[]>();

  constructor(on: boolean) {
    this.#on = on;
  }

  /** As `take`, for what writes nothing. */
  takeQuestion(nowMs: number): number {
    return this.#on ? takeAll([this.#bot], nowMs) : 0;
  }

  /** 0, or how long to stay away. */
  take(chatId: string, nowMs: number): number {
    if (!this.#on) return 0;
    let own = this.#chats.get(chatId);
    if (!own) {
      const chat = new TokenBucket(CHAT_BURST, CHAT_EVERY_MS);
      own = isPrivate(chatId) ? [chat] : [chat, new SlidingWindow(GROUP_LIMIT.limit, GROUP_LIMIT.perMs)];
      this.#chats.set(chatId, own);
    }
    return takeAll([this.#bot, ...own], nowMs);
  }
}

/** People have positive ids; groups and channels negative ones or a public name. */
function isPrivate(chatId: string): boolean {
  return /^\d+$/.test(chatId);
}

function chatOf(chatId: string): StandInChat {
  if (chatId.startsWith('@')) return { id: -1_001_000_000_000, username: chatId.slice(1), type: 'channel' };
  return { id: Number(chatId), type: isPrivate(chatId) ? 'private' : 'supergroup' };
}

function visibleText(
  source: string,
  parseMode: unknown,
): { readonly visible: string } | { readonly problem: string } {
  let visible = source;
  if (typeof parseMode === 'string' && parseMode !== '') {
    if (parseMode.toLowerCase() !== 'html') return { problem: 'unsupported parse_mode' };
    const parsed = parseHtml(source);
    if (!parsed.ok) return { problem: parsed.problem };
    visible = parsed.text;
  }
  visible = visible.trim();
  if (visible === '') return { problem: 'message text is empty' };
  return visible.length > LONGEST_TEXT ? { problem: 'message is too long' } : { visible };
}

function keyboardFlaw(markup: unknown): string | undefined {
  if (markup === undefined || markup === null) return undefined;
  const rows = isRecord(markup) ? markup['inline_keyboard'] : undefined;
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) return "can't parse inline keyboard: rows expected";
  for (const button of rows.flat() as unknown[]) {
    if (!isRecord(button) || typeof button['text'] !== 'string' || button['text'] === '')
      return "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard";
    const url = button['url'];
    if (typeof url !== 'string' || !URL.canParse(url) || !/^(https?|tg):/i.test(url))
      return `inline keyboard button URL '${String(url)}' is invalid: Wrong HTTP URL`;
  }
  return undefined;
}

function tooMany(waitMs: number): Answer {
  const retryAfterS = Math.ceil(waitMs / 1000);
  return {
    ...failure(429, `Too Many Requests: retry after ${retryAfterS}`, { retry_after: retryAfterS }),
    headers: { 'retry-after': String(retryAfterS) },
    overLimit: true,
  };
}

function success(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } };
}

function failure(
  status: number,
  description: string,
  parameters?: Readonly<Record<string, unknown>>,
): Answer {
  return { status, body: { ok: false, error_code: status, description, ...(parameters && { parameters }) } };
}
