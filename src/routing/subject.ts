/**
 * An announcement as conditions see it: its texts with their comparison forms, folded once for all
 * rules. Only the last one is kept: rules are asked about one announcement after the other.
 */
import type { Announcement } from '../announcement.ts';
import { Text } from './text.ts';

export class Subject {
  readonly announcement: Announcement;
  readonly publisher: Text;
  readonly listingType: Text;
  readonly feed: Text;
  readonly title: Text;
  readonly tickers: readonly Text[];

  constructor(announcement: Announcement) {
    this.announcement = announcement;
    this.publisher = new Text(announcement.publisher);
    this.listingType = new Text(announcement.listingType);
    this.feed = new Text(announcement.feed);
    this.title = new Text(announcement.title);
    this.tickers = announcement.tickers.map((ticker) => new Text(ticker));
  }
}

let last: Subject | undefined;

export function subjectOf(announcement: Announcement): Subject {
  if (last?.announcement !== announcement) last = new Subject(announcement);
  return last;
}
