/** How a Discord destination and its secrets are recognised. */
import type { TypePatterns } from '../type-patterns.ts';

export const discordPatterns: TypePatterns = {
  keys: ['webhookUrl', 'channelId'],
  aliases: ['dc'],
  secret: /webhooks\/\d+\/[\w-]+/g,
  secretInPath: /\/webhooks\/\d+\/([\w-]{8,})/,
};
