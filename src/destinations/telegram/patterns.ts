/** How a Telegram destination and its secrets are recognised. */
import type { TypePatterns } from '../type-patterns.ts';

export const telegramPatterns: TypePatterns = {
  keys: ['chatId'],
  aliases: ['tg'],
  secret: /\d{6,}:[\w-]{20,}/g,
  // A bot's number, which is in everything that it writes; in the path of an address it follows `bot`.
  publicPart: /^(?:bot)?\d{6,}:(?=.{16})/,
};
