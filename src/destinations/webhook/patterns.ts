/** How a webhook and its secrets are recognised. */
import type { TypePatterns } from '../type-patterns.ts';

export const webhookPatterns: TypePatterns = {
  keys: ['url'],
  aliases: [],
  secret: /whsec_[\w+/=-]{6,}/g,
  publicPart: /^whsec_(?=[\w+/=-]{8})/,
};
