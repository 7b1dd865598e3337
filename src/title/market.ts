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

let last: { readonly title: string; readonly markets: Markets } = { title: '', markets: NO_MARKETS };

/** The last answer is kept: conditions and templates ask for the same title. */
export function marketsIn(title: string): Markets {
  if (title !== last.title) last = { title, markets: readIn(title) };
  return last.markets;
}

function readIn(title: string): Markets {
  const plain = plainTitle(title);
  const lower = plain.toLowerCase();
  const mentions = koreanMarkets(lower).concat(pairMarkets(lower, plain), contractMarkets(lower));
  if (mentions.length === 0) return NO_MARKETS;
  mentions.sort((one, other) => one.at - other.at);
  const all: string[] = [];
  const ofTicker = new Map<string, string[]>();
  for (const { market, tickers = NO_TICKERS } of mentions) {
    addNew(all, market);
    for (const ticker of tickers) {
      const own = ofTicker.get(ticker);
      if (own === undefined) ofTicker.set(ticker, [market]);
      else addNew(own, market);
    }
  }
  return { all, ofTicker };
}

const NO_TICKERS: readonly string[] = [];

function addNew(list: string[], market: string): void {
  if (!list.includes(market)) list.push(market);
}
