/** Markets in the titles of Upbit, Bithumb and other Korean exchanges: a list of currencies before the word for market. */
import { afterBlank, beforeBlank, type CurrencyList, codeAt, listFrom } from './currency-list.ts';
import type { Mention } from './mention.ts';

/** A listing, a delisting, or a move from one market to another; not a party for one. */
const HAPPENS = new RegExp(
  `(?:${[
    '(?:디지털|가상) ?자산 ?(?:신규 ?)?추가',
    '마켓 ?(?:신규 ?)?(?:추가|상장|오픈|개설|신설|이동|이전|변경|전환)',
    '마켓(?:으로|에서) ?[^()]{0,20}(?:이동|이전|변경|전환|추가)',
    '신규 ?(?:디지털 ?자산 ?)?(?:거래 ?지원|상장|추가)',
    '(?:마켓|원화|krw) ?(?:신규 ?)?거래 ?지원',
    '거래 ?지원 ?(?:개시|시작|추가|안내|종료|재개)',
    '거래 ?(?:개시|종료)',
    '상장(?: ?폐지)?',
  ].join('|')})(?! ?(?:을|를)? ?(?:기념|축하|맞이|이벤트|프로모션|퀴즈))`,
);

/** Of a title that is about the party from its first word on. */
const PARTY = '이벤트';

const OPEN = 0x28;
const CLOSE = 0x29;
const SQUARE = 0x5b;

export function koreanMarkets(lower: string): Mention[] {
  const found = listsIn(lower);
  // The patterns last: most titles of no interest name no currency.
  return found.length === 0 || isParty(lower) || !HAPPENS.test(lower) ? [] : mentionsOf(found);
}

function isParty(lower: string): boolean {
  const bracket = codeAt(lower, 0) === SQUARE ? 1 : 0;
  return lower.startsWith(PARTY, afterBlank(lower, bracket));
}

/** Currencies that a title trades in, at a place. */
interface FoundList {
  readonly at: number;
  readonly end: number;
  readonly markets: readonly string[];
  readonly tickers: readonly string[] | undefined;
}

function listsIn(lower: string): readonly FoundList[] {
  const found: FoundList[] = [];
  let done = 0;
  for (let list = listFrom(lower, 0); list !== undefined; list = listFrom(lower, list.end)) {
    const place = placeOf(lower, list, done);
    if (place === undefined) continue;
    done = place.end;
    const { at, end, markets } = place;
    if (markets.length === 0) continue;
    const previous = found.at(-1);
    if (previous !== undefined && isMove(lower, previous.end, at)) found.pop();
    found.push({ at, end, markets, tickers: ownTickers(lower, at) });
  }
  return found;
}

type Place = Omit<FoundList, 'tickers'>;

/** `done`: up to there the title has been read. `undefined`: the list is of something else. */
function placeOf(lower: string, list: CurrencyList, done: number): Place | undefined {
  return bareList(lower, list, done) ?? beforeMarket(lower, list) ?? ofWon(lower, list);
}

/** `비트코인 (BTC) 신규 거래지원 안내 (KRW, USDT)`, without the word for market. */
function bareList(lower: string, { from, end, quotes }: CurrencyList, done: number): Place | undefined {
  const close = afterBlank(lower, end);
  if (codeAt(lower, close) !== CLOSE) return undefined;
  const at = beginOf(lower, from);
  if (at === undefined || at < done) return undefined;
  // Of coins (`(BTC, ETH)`), unless they have been named before or the won, which is none, is in it.
  const isOfMarkets = quotes.includes('KRW') || lower.lastIndexOf('(', at) >= 0;
  return { at, end: close + 1, markets: isOfMarkets ? quotes : [] };
}

/** Of `거래지원 안내 (`, before the list. */
function beginOf(lower: string, from: number): number | undefined {
  const open = beforeBlank(lower, from) - 1;
  if (codeAt(lower, open) !== OPEN) return undefined;
  let at = beforeBlank(lower, open);
  for (const word of ['안내', '지원', '거래']) {
    if (!lower.endsWith(word, at)) return undefined;
    at -= word.length;
    if (word !== '거래') at = beforeBlank(lower, at);
  }
  return at;
}

function beforeMarket(lower: string, { from, end, quotes }: CurrencyList): Place | undefined {
  const at = afterBlank(lower, end);
  const word = lower.startsWith('마켓', at) ? '마켓' : 'market';
  if (!lower.startsWith(word, at)) return undefined;
  // A pair (`BTC/KRW 마켓`): a list would begin with the won.
  const isPair = quotes.length === 2 && quotes[1] === 'KRW' && hasBetween(lower, '/', from, end);
  return { at: from, end: at + word.length, markets: isPair ? ['KRW'] : quotes };
}

/** Nobody lists the won: `원화 상장` is a market without the word for it. */
function ofWon(lower: string, { lastFrom, lastName, end: listEnd }: CurrencyList): Place | undefined {
  if (lastName !== 'KRW' || lastFrom < 0) return undefined;
  let at = afterBlank(lower, listEnd);
  if (lower.startsWith('신규', at)) at = afterBlank(lower, at + 2);
  const end = endOfListing(lower, at);
  return end === undefined ? undefined : { at: lastFrom, end, markets: ['KRW'] };
}

/** Of `거래 지원` or `상장`. */
function endOfListing(lower: string, at: number): number | undefined {
  if (lower.startsWith('상장', at)) return at + 2;
  if (!lower.startsWith('거래', at)) return undefined;
  const support = afterBlank(lower, at + 2);
  return lower.startsWith('지원', support) ? support + 2 : undefined;
}

function hasBetween(text: string, char: string, from: number, end: number): boolean {
  const at = text.indexOf(char, from);
  return at >= 0 && at < end;
}

const ARROWS = ['에서', '→', '->', '=>', '⇒', '➡', '>'];

/** Between two markets: the first is left for the second. */
function isMove(lower: string, from: number, end: number): boolean {
  const at = afterBlank(lower, from);
  return ARROWS.some((arrow) => at + arrow.length <= end && lower.startsWith(arrow, at));
}

const MOST_OF_TICKERS = 200;

/** `(TIA)(KRW, BTC 마켓`: of the coins in the brackets before. */
function ownTickers(lower: string, at: number): readonly string[] | undefined {
  const open = beforeBlank(lower, at) - 1;
  if (codeAt(lower, open) !== OPEN) return undefined;
  const close = beforeBlank(lower, open) - 1;
  if (codeAt(lower, close) !== CLOSE) return undefined;
  const begin = lower.lastIndexOf('(', close) + 1;
  const inside = lower.slice(begin, close);
  const isOne = begin > 0 && inside !== '' && inside.length <= MOST_OF_TICKERS && !inside.includes(')');
  return isOne ? inside.split(/ ?, ?/) : undefined;
}

function mentionsOf(found: readonly FoundList[]): Mention[] {
  // One list in brackets is of all coins, wherever it stands.
  const isEach = found.length > 1 && found.filter(({ tickers }) => tickers !== undefined).length > 1;
  const mentions: Mention[] = [];
  for (const { at, markets, tickers } of found)
    for (const market of markets)
      mentions.push(isEach && tickers !== undefined ? { at, market, tickers } : { at, market });
  return mentions;
}
