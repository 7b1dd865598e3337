/** Recognises a trading pair or a contract where the feed names a coin: `BTC/USDT`, `KRW-BTC`, `BINANCE:BTCUSDT`, `BTC-PERP`. */

/** Never a coin that is listed. */
const MONEY = 'KRW|USD|TRY|EUR|JPY';
const STABLE = 'USDT|USDC|FDUSD|BUSD|TUSD';
const QUOTES = `${STABLE}|${MONEY}|BTC|ETH|BNB`;
const SEPARATOR = String.raw`\s*[/:_-]\s*`;

/** TradingView writes the exchange in front. */
const EXCHANGE = /^(?:binance|upbit|bithumb|bybit|okx|coinbase)\s*[:/]\s*/i;
const CONTRACT = /[.:_-](?:P|PERP|PERPETUAL|SWAP|SPOT)$/i;
const BASE_FIRST = new RegExp(`^(.+?)${SEPARATOR}(?:${QUOTES})$`, 'i');
const IN_MONEY = new RegExp(`^(.+?)${SEPARATOR}(?:${MONEY})$`, 'i');
const QUOTE_FIRST = new RegExp(`^(?:${STABLE}|${MONEY})${SEPARATOR}(.+)$`, 'i');
/** A name of two words is a coin's, unless the second is what others are paid in. */
const BLANK = new RegExp(`^(\\S+)\\s+(?:${STABLE}|KRW)$`, 'i');

/** Names of coins have up to some twenty characters. */
const LONGEST_PAIR = 100;

/** Nothing stands between a coin and what it is paid in. */
const UNSEPARATED = /^[a-z\d]+$/i;

/** The coin; `undefined` for what is no pair. */
export function coinOfPair(word: string): string | undefined {
  if (word.length > LONGEST_PAIR || UNSEPARATED.test(word)) return undefined;
  const pair = word.replace(EXCHANGE, '');
  const rest = pair.replace(CONTRACT, '');
  for (const form of [IN_MONEY, QUOTE_FIRST, BASE_FIRST, BLANK]) {
    const coin = form.exec(rest)?.[1];
    if (coin !== undefined) return coin;
  }
  return rest === word || rest === '' ? undefined : rest;
}
