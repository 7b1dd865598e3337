/** Telegram's limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
import type { DestinationBudgets } from '../../delivery/budget-book.ts';
import type { BudgetLimits } from '../../delivery/windows.ts';
import { secretName } from '../../platform/secret.ts';
import { limitsOf, socketsOf } from '../common-options.ts';
import type { TelegramOptions } from './options.ts';

/** One a second, as an average: "short bursts that go over this limit" are allowed. */
const CHAT_LIMITS: readonly BudgetLimits[] = [{ limit: 3, perMs: 3000 }];
const GROUP_LIMITS: readonly BudgetLimits[] = [...CHAT_LIMITS, { limit: 20, perMs: 60_000 }];
const BOT_LIMITS: readonly BudgetLimits[] = [{ limit: 30, perMs: 1000 }];

const botName = (options: TelegramOptions) => secretName(options.botToken.reveal());

/** Names the chat of the config, without the token. */
export const chatKey = (options: TelegramOptions): string =>
  `telegram-chat:${botName(options)}:${options.chatId}`;

/** Names the budget that a 429 pauses: the answer does not say whether the chat or the bot was too fast, and a bot that goes on is silenced for longer. */
export const botBudgetKey = (options: TelegramOptions): string => `telegram-bot:${botName(options)}`;

/**
 * The chat is shared, because two destinations may be two topics of one chat and Telegram counts them together.
 * A user's `rateLimit` takes the place of the limits of the chat; of several the strictest holds.
 */
export function telegramBudgets(options: TelegramOptions): DestinationBudgets {
  const { chatId } = options;
  const isPrivate = typeof chatId === 'number' && chatId > 0;
  return {
    farEnd: chatKey(options),
    broadest: botBudgetKey(options),
    own: [],
    shared: [
      {
        key: chatKey(options),
        what: 'this chat',
        limits: limitsOf(options) ?? (isPrivate ? CHAT_LIMITS : GROUP_LIMITS),
      },
      { key: botBudgetKey(options), what: 'the bot', limits: BOT_LIMITS },
      socketsOf(new URL(options.apiUrl).origin, options),
    ],
  };
}
