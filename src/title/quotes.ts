/**
 * The currencies that exchanges quote prices in, and how titles write them. An open set: a currency that is missing here
 * is still found in a pair (`ABC/XYZ trading pair`), where nothing else can stand.
 */

/** As of 2026: Binance, Upbit, Bithumb, Coinone, Korbit, OKX, Bybit, Coinbase, Kraken, KuCoin, Gate, MEXC, Bitget. */
const FIAT =
  'KRW USD EUR GBP TRY BRL AUD JPY RUB UAH PLN RON CZK ZAR NGN IDR VND THB INR MXN ARS COP CAD CHF HKD SGD AED KZT';
const STABLE =
  'USDT USDC BUSD FDUSD TUSD USDP DAI USDS USD1 RLUSD USDE USDD USDG PYUSD XUSD BFUSD GUSD UST EURI AEUR EURC EURT EURS BIDR IDRT BKRW BVND PAX';
const COINS = 'BTC ETH BNB SOL XRP TRX DOGE DOT LTC KCS OKB HT GT';

const words = (list: string): readonly string[] => list.toLowerCase().split(' ');
const longestFirst = (some: Iterable<string>): readonly string[] =>
  [...some].sort((a, b) => b.length - a.length);

export const QUOTES: ReadonlySet<string> = new Set(words(`${FIAT} ${STABLE} ${COINS}`));

/** Quotes of contracts whose symbol is written in one word (`GOATUSDT`), longest first. */
export const CONTRACT_QUOTES: readonly string[] = longestFirst(
  words('FDUSD USDT USDC BUSD USD1 USDE USDS EUR USD BTC ETH'),
);

/** Coins with a name that ends like a symbol: `RLUSD` is no contract on RL. */
const COINS_LIKE_SYMBOLS: ReadonlySet<string> = new Set(
  words(
    'SUSD HUSD LUSD AUSD MUSD CUSD OUSD VUSD EUSD ZUSD FEUSD CRVUSD CEUR AGEUR USDB WBTC RENBTC TBTC CBBTC STETH WETH WSTETH CBETH RETH BETH WBETH',
  ),
);

/** A currency or a coin, not a contract on one. */
export const isCoin = (word: string): boolean => QUOTES.has(word) || COINS_LIKE_SYMBOLS.has(word);

/** Words of Korean titles for a currency, with its name in capitals. */
export const KOREAN_QUOTES: ReadonlyMap<string, string> = new Map([
  ['원화', 'KRW'],
  ['비트코인', 'BTC'],
  ['테더', 'USDT'],
]);

/** Upper case, as tickers are written. */
export const quoteNamed = (word: string): string => KOREAN_QUOTES.get(word) ?? word.toUpperCase();

/** One currency in a text in small letters. Latin words end where another letter or digit does not follow. */
const QUOTE = `(?:(?<![a-z0-9])(?:${longestFirst(QUOTES).join('|')})(?![a-z0-9])|(?<![가-힣])(?:${longestFirst(KOREAN_QUOTES.keys()).join('|')}))`;

/** As many as a title has; a bound keeps the search linear. */
const MOST = 12;

function listOf(quote: string): string {
  // `원화(KRW)`, or one of them.
  const one = `${quote}(?: ?\\( ?${quote} ?\\))?`;
  return `${one}(?: ?(?:,|·|/|&|\\+|및|와|과|and|or) ?(?:and )?${one}){0,${MOST}}`;
}

/** `KRW, BTC, USDT`, `KRW·BTC`, `KRW 및 BTC`, `USDT and USDC`. Blanks alone do not separate: `BTC KRW 마켓` is a coin and a market. */
export const QUOTE_LIST = listOf(QUOTE);

const EACH = new RegExp(QUOTE, 'g');

/** The currencies of a `QUOTE_LIST`. */
export const quotesIn = (list: string): string[] => (list.match(EACH) ?? []).map(quoteNamed);
