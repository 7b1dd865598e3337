/** Markets that a title names by their pairs (`ABC/USDT`, `ABC-USD`) or as such (`USDC trading pairs`, `USDT Market`). */
import { allMatches } from './all-matches.ts';
import { englishNews } from './english-news.ts';
import type { Mention } from './mention.ts';
import { QUOTE_LIST, QUOTES, quoteNamed, quotesIn } from './quotes.ts';

/** `abc/usdt`, `abc-usd`, `abc_krw`; of dates and of names with a dash (`coin-m`) the second part is no currency. */
const PAIR = /(?<![\p{L}\p{N}./_-])([\p{L}\p{N}]{1,20})( ?\/ ?|[-_])([a-z0-9]{1,6})(?![\p{L}\p{N}/_-])/gu;

/** The words for it may stand before or behind. */
const MARKETS = new RegExp(
  `(?<list>${QUOTE_LIST}) (?:(?:spot|trading|fiat|perpetual) ){0,2}(?:pairs?|pairings?|markets?)\\b|\\b(?:against|versus) (?<against>${QUOTE_LIST})`,
  'g',
);

/** `lower`: `plain` in small letters. */
export function pairMarkets(lower: string, plain: string): Mention[] {
  const isKorean = /[가-힣]/.test(lower);
  // Nearly every Korean title ends here, for the price of a look at its characters.
  if (isKorean && !/[/_-]/.test(lower)) return [];
  if (isKorean ? !KOREAN_NEWS.test(lower) : !opensOrCloses(lower)) return [];
  const found: Mention[] = [];
  const ofPairs = /\bpairs?\b/.test(lower);
  for (const { index: at, 1: left = '', 2: mark = '', 3: right = '' } of allMatches(PAIR, lower)) {
    // The markets of Korean interfaces are written the other way round: KRW-BTC.
    const [coin, market] = mark === '-' && left === 'krw' ? [right, left] : [left, right];
    const isKnown = QUOTES.has(market) && /\p{L}/u.test(coin);
    if (
      isKnown ||
      (ofPairs && mark.includes('/') && isCapital(plain, lower, at, left.length + mark.length + right.length))
    )
      found.push({ at, market: quoteNamed(market), tickers: [coin] });
  }
  if (isKorean) return found;
  for (const { index: at, groups = {} } of allMatches(MARKETS, lower))
    for (const market of quotesIn(groups['list'] ?? groups['against'] ?? '')) found.push({ at, market });
  return found;
}

function opensOrCloses(lower: string): boolean {
  const { happens, isMargin } = englishNews(lower);
  return happens && !isMargin;
}

/** Of a Korean title, which tells of news in Korean also where it names a pair. */
const KOREAN_NEWS = /(?:추가|거래 ?지원|상장|오픈|거래 ?종료)(?! ?(?:기념|이벤트|축하))/;

/** A currency that nobody has heard of yet is known by its capitals, beside `pairs`: `Spot/Convert` is none. */
function isCapital(plain: string, lower: string, at: number, length: number): boolean {
  if (plain.length !== lower.length) return false;
  const written = plain.slice(at, at + length);
  return /[A-Z]/.test(written) && written === written.toUpperCase();
}
