/** Markets in the titles of Upbit, Bithumb and other Korean exchanges: a list of currencies before the word for market. */
import { allMatches } from './all-matches.ts';
import type { Mention } from './mention.ts';
import { MARKED_LIST, markedIn, withQuotesMarked } from './quotes.ts';

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
const PARTY = /^\[? ?이벤트/;

/** In a text whose currencies are marked. */
const MARKETS = new RegExp(
  [
    `(?<list>${MARKED_LIST}) ?(?:마켓|market)`,
    // `비트코인 (BTC) 신규 거래지원 안내 (KRW, USDT)`, without the word for market.
    `거래 ?지원 ?안내 ?\\( ?(?<bare>${MARKED_LIST}) ?\\)`,
    // Nobody lists the won: `원화 상장` is a market without the word for it.
    '(?<won>(?<![가-힣])원화|KRW) ?(?:신규 ?)?(?:거래 ?지원|상장)',
  ].join('|'),
  'g',
);

/** Between two markets: the first is left for the second. */
const MOVES = /^ ?(?:에서|→|->|=>|⇒|➡|>)/;

/** `(TIA)(KRW, BTC 마켓`: of the coins in the brackets before. */
const OWN = /\(([^()]{1,200})\) ?\( ?$/;

export function koreanMarkets(lower: string): Mention[] {
  if (!/[가-힣]/.test(lower) || PARTY.test(lower) || !HAPPENS.test(lower)) return [];
  const found: FoundList[] = [];
  for (const match of allMatches(MARKETS, withQuotesMarked(lower))) {
    const { list, bare, won } = match.groups ?? {};
    const markets = bare === undefined ? named(list ?? won) : bareList(bare, lower.slice(0, match.index));
    if (markets.length === 0) continue;
    const { index: at } = match;
    const previous = found.at(-1);
    const end = at + match[0].length;
    if (previous !== undefined && MOVES.test(lower.slice(previous.end, at))) found.pop();
    const tickers = OWN.exec(lower.slice(0, at))?.[1]?.split(/ ?, ?/);
    found.push({ at, end, markets, tickers });
  }
  return mentionsOf(found);
}

interface FoundList {
  readonly at: number;
  readonly end: number;
  readonly markets: readonly string[];
  readonly tickers: readonly string[] | undefined;
}

function mentionsOf(found: readonly FoundList[]): Mention[] {
  // One list in brackets is of all coins, wherever it stands.
  const isEach = found.length > 1 && found.filter(({ tickers }) => tickers !== undefined).length > 1;
  const mentions: Mention[] = [];
  for (const { at, markets, tickers } of found)
    for (const market of markets) mentions.push({ at, market, ...(isEach && tickers && { tickers }) });
  return mentions;
}

function named(list = ''): readonly string[] {
  const quotes = markedIn(list);
  // A pair (`BTC/KRW 마켓`): a list would begin with the won.
  return quotes.length === 2 && quotes[1] === 'KRW' && list.includes('/') ? ['KRW'] : quotes;
}

/** Of coins (`(BTC, ETH)`), unless they have been named before or the won, which is none, is in it. */
function bareList(list: string, before: string): readonly string[] {
  const quotes = markedIn(list);
  return quotes.includes('KRW') || before.includes('(') ? quotes : [];
}
