/** Discord as a destination type. discord.js (50 MB, half a second) is loaded only by `open`. */
import type { DestinationType } from '../destination.ts';
import { discordBudgets } from './address.ts';
import type { DiscordMessage } from './message.ts';
import { type DiscordOptions, discordOptions } from './options.ts';
import { previewDiscord } from './preview.ts';
import { compileDiscord } from './render.ts';
import { renderDiscordAlert } from './render-alert.ts';

export const discord: DestinationType<DiscordOptions, DiscordMessage> = {
  schema: discordOptions,
  budgets: discordBudgets,
  compile: compileDiscord,
  renderAlert: renderDiscordAlert,
  preview: previewDiscord,
  open: async (options, deps) => new (await import('./send.ts')).DiscordSender(options, deps),
};
