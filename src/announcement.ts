/**
 * The one internal shape of a feed item, and what makes two of them the same.
 * It is made once, by the feed that brings it (`feeds/news.ts`); everything after that only reads it.
 */
import { folded } from './platform/fold.ts';

export interface Announcement {
  /** Time-ordered and unique: of two, the later received is the greater string. */
  readonly id: string;
  /** The frame's own word: `announcement` or `test_announcement`. */
  readonly type: string;
  /** Name of the feed that brought it first. */
  readonly feed: string;
  /** Lower case; an open set. */
  readonly publisher: string;
  /** An open set: see `LISTING_TYPES`. */
  readonly listingType: string;
  /** In the order of the feed, trimmed, without empties and repeats. */
  readonly tickers: readonly string[];
  /** The exchange's own words: untrusted text. */
  readonly title: string;
  /** Stamps of the exchange and the service, µs since epoch; absent when the feed left them out. */
  readonly publishTimestampUs: number | undefined;
  readonly detectedTimestampUs: number | undefined;
  readonly dispatchTimestampUs: number | undefined;
  /** When the frame came to this machine, µs since epoch by the local wall clock. */
  readonly receivedTimestampUs: number;
  /** When it was read, by the monotonic clock, ms: what ages and latencies are counted from. */
  readonly receivedMs: number;
  /** For how long it had waited here by then, because this process was held up; absent: it was not. In the age. */
  readonly stalledMs?: number;
  /** How old the news was when it was read, in ms: service time + transit (see `feeds/cryptolisting/age.ts`). */
  readonly ageAtReceiptMs: number;
  /** The service says that it saw this one late. */
  readonly abnormal: boolean;
  /** A free tier hid the title or the tickers. */
  readonly redacted: boolean;
  /** The answer to a self-test: never real news. */
  readonly test: boolean;
  /** Fields that this version does not know, as they came. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Stands for a publisher or a listing type that the feed left out. */
export const UNKNOWN = 'unknown';

/** The types documented by the service; unknown ones are passed through. */
export const LISTING_TYPES = [
  'spot_listing',
  'spot_delisting',
  'futures_listing',
  'futures_delisting',
  'hodler_airdrop',
  'monitoring_tag_extend',
  'monitoring_tag_remove',
  'caution_released',
  'not_listing',
] as const;

export const PUBLISHERS = ['binance', 'upbit', 'bithumb'] as const;

/**
 * Two announcements with the same identity inside the dedupe window are one. The service gives no id, so the
 * identity is the content: publisher, type, tickers, title, as `folded` sees them and the tickers in any order,
 * since two endpoints need not write alike (docs/decisions/identity.md). Redacted copies all carry the same words
 * and self-tests repeat by design; those are distinguished by the time at which the service detected (else sent)
 * them.
 */
export function identityOf(announcement: Announcement): string {
  const { publisher, listingType, tickers, title, redacted, test } = announcement;
  const moment = detectedUs(announcement);
  return JSON.stringify(
    [publisher, listingType, tickers, title, ...(redacted || test ? [redacted, test, moment] : [])].map(
      alike,
    ),
  );
}

/** When the service detected it, else sent it, else when it came here; µs since epoch. */
export const detectedUs = (announcement: Announcement): number =>
  announcement.detectedTimestampUs ?? announcement.dispatchTimestampUs ?? announcement.receivedTimestampUs;

/** One that an earlier version wrote down, as this one would; anything else as it is. */
export function identityToday(stored: string): string {
  const parts = listIn(stored);
  return parts.length < IDENTITY_PARTS ? stored : JSON.stringify(parts.map(alike));
}

/** Of news. The store has shorter ones, of what is no news: like nothing but themselves. */
const IDENTITY_PARTS = 4;

/** The same for what is written in another way; a list is a set. */
function alike(part: unknown): unknown {
  if (typeof part === 'string') return folded(part);
  return Array.isArray(part) ? [...new Set(part.map(alike))].sort() : part;
}

/** Of a store that was damaged anything may come. */
function listIn(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Order in a queue: news that moves a price (1) goes before everything else (0). */
export function importanceOf(announcement: Announcement): 0 | 1 {
  return announcement.test || announcement.listingType === 'not_listing' ? 0 : 1;
}
