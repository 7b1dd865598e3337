/** Markets of futures: by the symbols of contracts (`GOATUSDT`), else by their family (`USDⓈ-M`, `COIN-M`). */
import { allMatches } from './all-matches.ts';
import { englishNews } from './english-news.ts';
import type { Mention } from './mention.ts';
import { CONTRACT_QUOTES, isCoin, QUOTES, quoteNamed } from './quotes.ts';

const CONTRACTS = /\b(?:perpetuals?|perps?|futures|contracts?|swaps?)\b|-m\b|-margined\b/;

const WORDS = /[\p{L}\p{N}]+/gu;

/**
 * Unicode forms are gone: `USDⓈ-M` is `usds-m`. The family names its currency (`USDT-margined`) or stands for one: contracts that are margined in
 * dollars are quoted in USDT unless a symbol names another, those that are margined in coins in USD.
 */
const FAMILY =
  /(?<![a-z0-9])(?:(?<dollar>usd(?:\(?s\)?)?-m(?:argined)?)|(?<coin>coin-m(?:argined)?|coin margined|inverse)|(?<named>[a-z0-9]{2,6})-m(?:argined)?|(?<settled>usdt|usdc|busd|fdusd)[ -](?:perpetual|settled|contract))(?![a-z0-9])/g;

/** The tiers of one contract, told together with the end of another. */
const TIERS_OF_OTHERS =
  /(?<!delist )(?<!delisting )\band updat\w+ (?:the )?leverage (?:&|and) margin tiers? for .*$/;

interface Family {
  readonly at: number;
  readonly isCoin: boolean;
  readonly market: string;
}

export function contractMarkets(lower: string): Mention[] {
  if (!CONTRACTS.test(lower) || !englishNews(lower).happens) return [];
  const text = lower.replace(TIERS_OF_OTHERS, '');
  const families = familiesIn(text);
  const symbols = symbolsIn(text, families);
  const rest = families.filter(({ isCoin }) => !symbols.some((symbol) => isOf(symbol, isCoin)));
  return [...symbols, ...rest.map(({ at, market }) => ({ at, market }))];
}

const isOf = ({ market }: Mention, isCoinFamily: boolean) => isCoinFamily === (market === 'USD');

function familiesIn(text: string): Family[] {
  return allMatches(FAMILY, text)
    .map(({ index: at, groups = {} }): Family | undefined => {
      if (groups['dollar'] !== undefined) return { at, isCoin: false, market: 'USDT' };
      if (groups['coin'] !== undefined) return { at, isCoin: true, market: 'USD' };
      const named = groups['named'] ?? groups['settled'] ?? '';
      return QUOTES.has(named) ? { at, isCoin: false, market: quoteNamed(named) } : undefined;
    })
    .filter((family) => family !== undefined);
}

function symbolsIn(text: string, families: readonly Family[]): Mention[] {
  const found: Mention[] = [];
  for (const { 0: word, index: at } of allMatches(WORDS, text)) {
    // In brackets of its own it is a coin.
    const inBrackets = text[at - 1] === '(' && text[at + word.length] === ')';
    if (isCoin(word) || inBrackets) continue;
    const quote = quoteOf(word, familyAt(families, at)?.isCoin === true);
    if (quote === undefined) continue;
    found.push({ at, market: quoteNamed(quote), tickers: [word.slice(0, -quote.length)] });
  }
  return found;
}

/** `bnbusd` is BNB in dollars among the contracts that are margined in coins, and BN in BUSD elsewhere. */
function quoteOf(word: string, amongCoins: boolean): string | undefined {
  if (amongCoins && word.endsWith('usd')) return 'usd';
  return (
    CONTRACT_QUOTES.find((quote) => quote.length > 3 && word.length > quote.length && word.endsWith(quote)) ??
    (word.length > 3 && word.endsWith('usd') ? 'usd' : undefined)
  );
}

/** The last family before it, else the first behind (`AIAUSDT USDⓈ-M Perpetual`). */
const familyAt = (families: readonly Family[], at: number): Family | undefined =>
  families.findLast((family) => family.at < at) ?? families[0];
