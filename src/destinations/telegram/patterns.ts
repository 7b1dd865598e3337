/** How a Telegram destination and its secrets are recognised. */
import type { TypePatterns } from '../type-patterns.ts';

export const telegramPatterns: TypePatterns = {
  keys: ['chatId'],
  aliases: ['tg'],
  secret: /(?<!\d)\d{6,}:[\w-]{20,}/g,
  // https://core.telegram.org/bots/api#authorizing-your-bot, https://core.telegram.org/bots/features#creating-a-new-bot
  shown:
    /^\d+:(?:ABC(?:-?DEF|$)|AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw|AAFD39kkdpWt3ywyRZergyOLMaJhac60qc)|^@(?:my|your|some)_?(?:own_?)?(?:channel|group|chat)(?:_?(?:name|id))?$|^@(?:channel_?)?(?:user_?)?name$/i,
  standIns: ['100000000:stand-in_stand-in_stand-in', '@stand_in'],
  // A bot's number, which is in everything that it writes; in the path of an address it follows `bot`.
  publicPart: /^(?:bot)?\d{6,}:(?=.{16})/,
};
