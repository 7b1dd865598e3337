/**
 * An announcement as conditions see it: its texts with their comparison forms, folded once for all rules. Only the
 * last one is kept: rules are evaluated for one announcement after the other.
 */
import type { Announcement } from '../announcement.ts';
import { Text } from '../matching/text.ts';

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
}

let last: Subject | undefined;

export function subjectOf(announcement: Announcement): Subject {
  if (last?.announcement !== announcement) last = new Subject(announcement);
  return last;
}
