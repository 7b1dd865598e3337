/** Telegram as a destination type. telegraf is loaded only by `open`. */
import type { DestinationType } from '../destination.ts';
import { telegramBudgets } from './budgets.ts';
import type { TelegramMessage } from './message.ts';
import { type TelegramOptions, telegramOptions } from './options.ts';
import { previewTelegram } from './preview.ts';
import { compileTelegram } from './render.ts';
import { renderTelegramAlert } from './render-alert.ts';

export const telegram: DestinationType<TelegramOptions, TelegramMessage> = {
  schema: telegramOptions,
  budgets: telegramBudgets,
  compile: compileTelegram,
  renderAlert: renderTelegramAlert,
  preview: previewTelegram,
  open: async (options, deps) => new (await import('./send.ts')).TelegramSender(options, deps),
};
