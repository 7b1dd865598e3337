/** From what a frame says to what a feed hands over. The same for every type of feed, so that all news has one shape. */
import type { Announcement } from '../announcement.ts';

/** An announcement that nobody has accepted yet, and so without an id. */
export type News = Omit<Announcement, 'id' | 'alert'>;

/** The content of a frame, without anything about its arrival. */
export interface Reading {
  readonly type: string;
  /** The answer to a self-test. */
  readonly test: boolean;
  readonly title: string;
  /** Comma-separated; '' for none. */
  readonly ticker: string;
  readonly publisher: string;
  readonly listingType: string;
  readonly publishTimestampUs: number | undefined;
  readonly detectedTimestampUs: number | undefined;
  readonly dispatchTimestampUs: number | undefined;
  readonly abnormal: boolean;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** The feed's knowledge about a frame beyond its bytes. */
export type Receipt = Pick<
  News,
  'feed' | 'receivedTimestampUs' | 'receivedMs' | 'ageAtReceiptMs' | 'stalledMs'
>;

/** `tickers`: those of the reading, taken apart. `redacted`: the source hides the title or the tickers. */
export function newsFrom(
  reading: Reading,
  receipt: Receipt,
  tickers: readonly string[],
  redacted: boolean,
): News {
  return {
    type: reading.type,
    feed: receipt.feed,
    publisher: reading.publisher,
    listingType: reading.listingType,
    tickers,
    title: reading.title,
    publishTimestampUs: reading.publishTimestampUs,
    detectedTimestampUs: reading.detectedTimestampUs,
    dispatchTimestampUs: reading.dispatchTimestampUs,
    receivedTimestampUs: receipt.receivedTimestampUs,
    receivedMs: receipt.receivedMs,
    ageAtReceiptMs: receipt.ageAtReceiptMs,
    ...(receipt.stalledMs === undefined ? {} : { stalledMs: receipt.stalledMs }),
    abnormal: reading.abnormal,
    redacted,
    test: reading.test,
    extra: reading.extra,
  };
}

/** `"ABC, DEF,"` → ABC, DEF: in order, without empties and repeats. Case is kept: it may matter to an exchange. */
export function tickersOf(ticker: string): readonly string[] {
  if (!/[\s,]/.test(ticker)) return ticker === '' ? [] : [ticker];
  const names = new Set<string>();
  for (const part of ticker.split(',')) {
    const name = part.trim();
    if (name !== '') names.add(name);
  }
  return [...names];
}
