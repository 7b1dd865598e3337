/**
 * The quote markets that a title is about: those on which a listing opens, or which a delisting closes. Read from the words of
 * the exchange, for the feed does not name them. Pure; what is no listing or delisting (an event, a maintenance, a fee) has none.
 */
import { contractMarkets } from './contract-market.ts';
import { koreanMarkets } from './korean-market.ts';
import { pairMarkets } from './pair-market.ts';
import { plainTitle } from './title-text.ts';

export interface Markets {
  /** In capitals, in the order of the title, each once. */
  readonly all: readonly string[];
  /** Of those tickers (small letters) that the title gives markets of their own; all others have them all. */
  readonly ofTicker: ReadonlyMap<string, readonly string[]>;
}

const NO_MARKETS: Markets = Object.freeze({ all: Object.freeze([]), ofTicker: new Map() });

export function marketsIn(title: string): Markets {
  const plain = plainTitle(title);
  const lower = plain.toLowerCase();
  const mentions = [...koreanMarkets(lower), ...pairMarkets(lower, plain), ...contractMarkets(lower)];
  if (mentions.length === 0) return NO_MARKETS;
  mentions.sort((one, other) => one.at - other.at);
  const ofTicker = new Map<string, Set<string>>();
  for (const { market, tickers } of mentions)
    for (const ticker of tickers ?? []) ofTicker.set(ticker, (ofTicker.get(ticker) ?? new Set()).add(market));
  return {
    all: [...new Set(mentions.map(({ market }) => market))],
    ofTicker: new Map(Array.from(ofTicker, ([ticker, markets]) => [ticker, [...markets]])),
  };
}
