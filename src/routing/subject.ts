/**
 * An announcement as conditions see it: its texts with their comparison forms, folded once for all rules. Only the
 * last one is kept: rules are evaluated for one announcement after the other.
 */
import type { Announcement } from '../announcement.ts';
import { Text } from '../matching/text.ts';
import { marketsIn } from '../title/market.ts';
import { updateMark } from '../title/update.ts';

/**
 * Conditions and templates look at no more tickers than this. Real announcements name a few dozen at most; a frame has room for
 * 30,000, and a thousand rules that ask each of them would hold up everything else for seconds.
 */
export const MOST_TICKERS = 1000;

export class Subject {
  readonly announcement: Announcement;
  readonly publisher: Text;
  readonly listingType: Text;
  readonly feed: Text;
  readonly title: Text;
  /** The first `MOST_TICKERS`. */
  readonly tickers: readonly Text[];
  #markets: SubjectMarkets | undefined;
  #update: { readonly mark: string | undefined } | undefined;

  constructor(announcement: Announcement) {
    this.announcement = announcement;
    this.publisher = new Text(announcement.publisher);
    this.listingType = new Text(announcement.listingType);
    this.feed = new Text(announcement.feed);
    this.title = new Text(announcement.title);
    const { tickers } = announcement;
    const seen = tickers.length > MOST_TICKERS ? tickers.slice(0, MOST_TICKERS) : tickers;
    this.tickers = seen.map((ticker) => new Text(ticker));
  }

  /** The words by which the title is an edit or a follow-up; `undefined`: an original. Read when a rule first asks. */
  get updateMark(): string | undefined {
    this.#update ??= { mark: updateMarkOf(this.announcement) };
    return this.#update.mark;
  }

  /** Read from the title when a rule first asks. */
  get markets(): SubjectMarkets {
    this.#markets ??= marketTexts(this.announcement.title);
    return this.#markets;
  }
}

/** A redacted title has not the words of the exchange, and self-tests have rules of their own. */
export const updateMarkOf = ({ title, tickers, redacted, test }: Announcement): string | undefined =>
  redacted || test ? undefined : updateMark(title, tickers);

/** The quote markets of the title, as conditions see them. */
interface SubjectMarkets {
  readonly all: readonly Text[];
  /** Those on which one ticker opens or closes: of its own where the title says so, else all. */
  of(ticker: Text): readonly Text[];
}

function marketTexts(title: string): SubjectMarkets {
  const { all, ofTicker } = marketsIn(title);
  const every = all.map((market) => new Text(market));
  return {
    all: every,
    of: (ticker) => {
      const own = ofTicker.size === 0 ? undefined : ofTicker.get(ticker.folded);
      return own === undefined ? every : every.filter(({ raw }) => own.includes(raw));
    },
  };
}

let last: Subject | undefined;

export function subjectOf(announcement: Announcement): Subject {
  if (last?.announcement !== announcement) last = new Subject(announcement);
  return last;
}
