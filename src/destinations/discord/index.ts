/** Discord as a destination type. discord.js (50 MB, half a second) is loaded only by `open`. */
import { destinationType } from '../registry.ts';
import { addressOf, discordBudgets } from './address.ts';
import { discordLook } from './look.ts';
import type { DiscordBody, DiscordMessage } from './message.ts';
import { type DiscordOptions, discordOptions } from './options.ts';
import { discordPatterns } from './patterns.ts';
import { previewDiscord } from './preview.ts';
import { compileDiscord } from './render.ts';
import { renderDiscordAlert } from './render-alert.ts';

export const discord = destinationType<DiscordOptions, DiscordMessage>({
  schema: discordOptions,
  about: 'Either `webhookUrl`, or `botToken` and `channelId`.',
  form: 'message',
  perTicker: false,
  takenBody: '{"id":"1234567890123456789"}',
  manner: ['mention', 'silent'],
  templated: ['threadName'],
  alternatives: [['webhookUrl'], ['botToken', 'channelId']],
  patterns: discordPatterns,
  whereToGet: {
    webhookUrl: 'in Discord: channel settings → Integrations → Webhooks → New Webhook → Copy Webhook URL',
    botToken: 'in the Discord Developer Portal: your application → Bot → Reset Token',
    channelId: 'in Discord, with Developer Mode on: right-click the channel → Copy Channel ID',
  },
  origin: (options) => addressOf(options).origin,
  budgets: discordBudgets,
  compile: { news: compileDiscord, alert: (options) => (alert) => renderDiscordAlert(options, alert) },
  preview: previewDiscord,
  look: (body) => discordLook(body as DiscordBody),
  inquire: async (options, deps) => (await import('./inquire.ts')).inquireDiscord(options, deps),
  open: async (options, deps) => new (await import('./send.ts')).DiscordSender(options, deps),
});
