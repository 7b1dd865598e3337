/** The markets of a Korean title by patterns: slow after a silence, and easy to read. What `koreanMarkets` reads letter by letter is held to it. */
import { QUOTES, quoteNamed } from '../../src/title/quotes.ts';

/** Beside `KRW` as a market: of `BKRW` the last letters are none. */
const LATIN = `(?<![a-z0-9])(?:${[...QUOTES].sort((a, b) => b.length - a.length).join('|')})(?![a-z0-9])`;
const QUOTE = `(?:${LATIN}|(?<![가-힣])(?:비트코인|원화|테더))`;
const ONE = `${QUOTE}(?: ?\\( ?${QUOTE} ?\\))?`;
const LIST = `${ONE}(?: ?(?:,|·|/|&|\\+|및|와|과|and|or) ?(?:and )?${ONE}){0,12}`;
const MARKETS = new RegExp(
  [
    `(?<list>${LIST}) ?(?:마켓|market)`,
    `거래 ?지원 ?안내 ?\\( ?(?<bare>${LIST}) ?\\)`,
    '(?<won>(?<![가-힣])원화|(?<![a-z0-9])krw) ?(?:신규 ?)?(?:거래 ?지원|상장)',
  ].join('|'),
  'g',
);
const EACH = new RegExp(QUOTE, 'g');
const MOVES = /^ ?(?:에서|→|->|=>|⇒|➡|>)/;
const OWN = /\(([^()]{1,200})\) ?\( ?$/;

interface FoundList {
  readonly end: number;
  readonly at: number;
  readonly markets: readonly string[];
  readonly tickers: readonly string[] | undefined;
}

/** Of a title that tells of a listing: place, market and tickers of each mention. */
export function marketsByPatterns(lower: string): unknown[] {
  const found: FoundList[] = [];
  for (const match of lower.matchAll(MARKETS)) {
    const { list, bare, won } = match.groups ?? {};
    const { index: at } = match;
    const markets = bare === undefined ? named(list ?? won) : bareList(bare, lower.slice(0, at));
    if (markets.length === 0) continue;
    const previous = found.at(-1);
    if (previous !== undefined && MOVES.test(lower.slice(previous.end, at))) found.pop();
    const tickers = OWN.exec(lower.slice(0, at))?.[1]?.split(/ ?, ?/);
    found.push({ at, end: at + match[0].length, markets, tickers });
  }
  const isEach = found.length > 1 && found.filter(({ tickers }) => tickers !== undefined).length > 1;
  return found.flatMap(({ at, markets, tickers }) =>
    markets.map((market) => ({ at, market, ...(isEach && tickers && { tickers }) })),
  );
}

const quotesIn = (list: string): readonly string[] => [...new Set((list.match(EACH) ?? []).map(quoteNamed))];

function named(list = ''): readonly string[] {
  const quotes = quotesIn(list);
  return quotes.length === 2 && quotes[1] === 'KRW' && list.includes('/') ? ['KRW'] : quotes;
}

function bareList(list: string, before: string): readonly string[] {
  const quotes = quotesIn(list);
  return quotes.includes('KRW') || before.includes('(') ? quotes : [];
}
