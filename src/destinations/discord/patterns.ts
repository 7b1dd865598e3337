/** How a Discord destination and its secrets are recognised. */
import type { TypePatterns } from '../type-patterns.ts';

export const discordPatterns: TypePatterns = {
  keys: ['webhookUrl', 'channelId'],
  aliases: ['dc'],
  secret: /webhooks\/\d+\/[\w-]+/g,
  // https://discord.com/developers/docs/resources/webhook, and its parts by their names
  shown:
    /\/webhooks\/(?:[^/]*\/)?(?:(?:[a-z]+[._-])*(?:id|token)|3d89bb7572e0fb30d8128367b3b1b44f\w*)\/?(?:$|[/?#])/i,
  standIns: ['https://discord.test/api/webhooks/100000000000000000/stand-in', '100000000000000000', 'here'],
  secretInPath: /\/webhooks\/\d+\/([\w-]{8,})/,
};
