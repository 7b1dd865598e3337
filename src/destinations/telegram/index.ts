/** Telegram as a destination type. telegraf is loaded only by `open`. */
import { destinationType } from '../registry.ts';
import { type TelegramCall, telegramLook } from './look.ts';
import type { TelegramMessage } from './message.ts';
import { type TelegramOptions, telegramOptions } from './options.ts';
import { telegramPatterns } from './patterns.ts';
import { previewTelegram } from './preview.ts';
import { telegramBudgets } from './rate-limits.ts';
import { compileTelegram } from './render.ts';
import { renderTelegramAlert } from './render-alert.ts';

export const telegram = destinationType<TelegramOptions, TelegramMessage>({
  schema: telegramOptions,
  about: 'A bot that writes into a chat, group or channel.',
  form: 'message',
  perTicker: false,
  takenBody: '{"ok":true,"result":{"message_id":1}}',
  manner: ['silent'],
  templated: ['buttons'],
  patterns: telegramPatterns,
  whereToGet: {
    botToken: 'in Telegram: write /newbot to @BotFather, which answers with it',
    chatId:
      'the public name of your channel, or the number of a chat: `init` finds it, docs/quickstart.md says how',
  },
  origin: ({ apiUrl }) => new URL(apiUrl).origin,
  budgets: telegramBudgets,
  compile: { news: compileTelegram, alert: (options) => (alert) => renderTelegramAlert(options, alert) },
  preview: previewTelegram,
  look: (body) => telegramLook(body as TelegramCall),
  inquire: async (options, deps) => (await import('./inquire.ts')).inquireTelegram(options, deps),
  open: async (options, deps) => new (await import('./send.ts')).TelegramSender(options, deps),
});
