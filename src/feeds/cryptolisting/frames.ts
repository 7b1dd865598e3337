/**
 * Decodes the service's messages: bytes → `Frame` → `News`. Pure, total, and lenient: no bytes make it throw, and
 * an announcement with odd fields is repaired rather than dropped, because the feed has no replay and an unread
 * announcement is lost. Only a frame with nothing to route is garbage. A known field that cannot be read is kept
 * in `extra` under its own name.
 */
import { UNKNOWN } from '../../announcement.ts';
import { flagOf, listOf, numberOf, stampOf, textOf, utcOf, wordOf } from '../../platform/wire-values.ts';
import { boundedExtra, type Extra } from '../extra.ts';
import type { OddFrame } from '../feed.ts';
import { type FrameData, objectIn, type UnreadReason } from '../frame-data.ts';
import { type News, newsFrom, type Reading, type Receipt, tickersOf } from '../news.ts';
import { newsIn } from '../unread-news.ts';
import { plainAnnouncement } from './plain-announcement.ts';
import { isRedacted } from './redaction.ts';

export type GarbageReason = UnreadReason | 'no_type' | 'wrong_fields'; // an announcement with neither title nor ticker

export interface WelcomeFrame {
  readonly kind: 'welcome';
  readonly tier: string;
  /** `*` = every exchange; also when the service does not say. */
  readonly allowedCex: '*' | readonly string[];
  /** `null` = the key does not expire; absent when the service does not say. */
  readonly expiresInSecs: number | null | undefined;
  /** Every other number of the welcome (`maxConnections`, `maxDistinctIps`, …), by its own name. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface AnnouncementFrame extends Reading {
  readonly kind: 'announcement';
}

export type Frame =
  | WelcomeFrame
  | { readonly kind: 'heartbeat'; readonly timestampUs: number | undefined }
  | AnnouncementFrame
  | OddFrame;

/** Enough of a foreign word for a log line. */
const LONGEST_WORD = 64;
const MOST_KEYS = 32;

/** Binary and text frames carry the same JSON (docs/feed-protocol.md). */
export function decodeFrame(data: FrameData): Frame {
  const decoded = objectIn(data);
  if ('reason' in decoded) return { kind: 'garbage', ...decoded };
  const { fields, text } = decoded;
  const type = fields['type'];
  if (typeof type !== 'string' || type === '') return garbage('no_type', text);
  return frameOf(type, fields, text);
}

function frameOf(type: string, fields: Extra, text: string): Frame {
  switch (type) {
    case 'announcement':
    case 'test_announcement':
      return announcementFrame(type, fields, text);
    case 'heartbeat':
      return { kind: 'heartbeat', timestampUs: heartbeatUs(fields) };
    case 'welcome':
      return welcomeFrame(fields);
    case 'error': {
      const code = textOf(fields['code'])?.slice(0, LONGEST_WORD) ?? UNKNOWN;
      return { kind: 'error', code, retryAfterSecs: numberOf(fields['retryAfterSecs']) };
    }
    default: {
      const keys = Object.keys(fields).slice(0, MOST_KEYS);
      return {
        kind: 'unknown',
        type: type.slice(0, LONGEST_WORD).toWellFormed(),
        keys: keys.map((key) => key.slice(0, LONGEST_WORD).toWellFormed()),
        news: newsIn(text),
      };
    }
  }
}

const announcementFrame = (type: string, fields: Extra, text: string): Frame =>
  plainAnnouncement(type, fields) ?? repairedAnnouncement(type, fields, text);

/** Of whatever can be read in it. */
export function repairedAnnouncement(type: string, fields: Extra, text: string): Frame {
  const read: Record<string, unknown> = { type };
  const take = <T>(name: string, reader: (value: unknown) => T | undefined): T | undefined => {
    const value = reader(fields[name]);
    if (value !== undefined) read[name] = value;
    return value;
  };
  const title = take('title', textOf) ?? '';
  const ticker = take('ticker', listOf) ?? '';
  if (title.trim() === '' && !/[^\s,]/.test(ticker)) return garbage('wrong_fields', text);
  return {
    kind: 'announcement',
    type,
    test: type === 'test_announcement',
    title,
    ticker,
    publisher: take('publisher', wordOf)?.toLowerCase() ?? UNKNOWN,
    listingType: take('listingType', wordOf) ?? UNKNOWN,
    publishTimestampUs: take('publishTimestampUs', stampOf),
    detectedTimestampUs: take('detectedTimestampUs', stampOf),
    dispatchTimestampUs: take('dispatchTimestampUs', stampOf),
    abnormal: take('abnormalDetectionLatency', flagOf) ?? false,
    extra: boundedExtra(
      fields,
      Object.keys(fields).filter((key) => !Object.hasOwn(read, key) && !isEmptyKnown(key, fields[key])),
    ),
  };
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'title',
  'ticker',
  'publisher',
  'listingType',
  'publishTimestampUs',
  'detectedTimestampUs',
  'dispatchTimestampUs',
  'abnormalDetectionLatency',
]);

/** `"ticker": null` says the same as no ticker at all: nothing worth keeping. */
function isEmptyKnown(key: string, value: unknown): boolean {
  return KNOWN_FIELDS.has(key) && (value === null || value === '');
}

function welcomeFrame(fields: Extra): WelcomeFrame {
  const limits: [string, number][] = [];
  for (const [key, value] of Object.entries(fields))
    if (typeof value === 'number' && key !== 'expiresInSecs' && limits.length < MOST_KEYS)
      limits.push([key.slice(0, LONGEST_WORD), value]);
  const expires = fields['expiresInSecs'];
  return {
    kind: 'welcome',
    tier: textOf(fields['tier'])?.slice(0, LONGEST_WORD) ?? UNKNOWN,
    allowedCex: allowedCexOf(fields['allowedCex']),
    expiresInSecs: expires === null ? null : numberOf(expires),
    limits: Object.fromEntries(limits),
  };
}

function allowedCexOf(value: unknown): '*' | readonly string[] {
  if (value === undefined || value === null) return '*';
  const names = (listOf(value) ?? '').split(',').map((name) => name.trim().toLowerCase());
  const named = names.filter((name) => name !== '');
  return named.includes('*') ? '*' : named;
}

/**
 * `timestampNs` is above 2^53. As a double it is off by at most 128 ns (doubles near 1.8e18 lie 256
 * apart) and is divided before it is used: rounded to µs the error is at most 1 µs, which no network
 * lets anyone notice. It needs no BigInt, and so no second parser.
 */
function heartbeatUs(fields: Extra): number | undefined {
  return stampOf(fields['timestampNs']) ?? utcOf(fields['timeUtc']);
}

export function toNews(frame: AnnouncementFrame, receipt: Receipt): News {
  const { title, listingType, extra } = frame;
  const tickers = tickersOf(frame.ticker);
  return newsFrom(frame, receipt, tickers, isRedacted({ title, tickers, listingType, extra }));
}

function garbage(reason: GarbageReason, text: string): Frame {
  return { kind: 'garbage', reason, news: newsIn(text) };
}
