/**
 * The quote markets that a title is about: those on which a listing opens, or which a delisting closes. Read from the words of
 * the exchange, for the feed does not name them. Pure; what is no listing or delisting (an event, a maintenance, a fee) has none.
 */
import { contractMarkets } from './contract-market.ts';
import { type Glance, glanceAt } from './glance.ts';
import { koreanMarkets } from './korean-market.ts';
import type { Mention } from './mention.ts';
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
  const mentions = mentionsIn(lower, plain, glanceAt(plain));
  if (mentions.length === 0) return NO_MARKETS;
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

/** In the order of the title, by those readers that have something to find. `lower`: `plain` in small letters. */
function mentionsIn(lower: string, plain: string, glance: Glance): Mention[] {
  const hasHangul = glance.isPlain ? glance.hasHangul : /[가-힣]/.test(lower);
  const mentions = hasHangul ? koreanMarkets(lower) : [];
  // Nearly every Korean title ends here: it names no pair and no contract.
  if (glance.isPlain && hasHangul && !glance.isJoined && !glance.mayBeContract) return mentions;
  mentions.push(...pairMarkets(lower, plain), ...contractMarkets(lower));
  return mentions.sort((one, other) => one.at - other.at);
}

const NO_TICKERS: readonly string[] = [];

function addNew(list: string[], market: string): void {
  if (!list.includes(market)) list.push(market);
}
