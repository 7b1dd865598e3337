import { describe, expect, it } from 'vitest';
import { type Announcement, identityOf } from '../../src/announcement.ts';
import { type AnnouncementFrame, decodeFrame, toAnnouncement } from '../../src/feed/frames.ts';

const FIELDS = {
  type: 'announcement',
  title: '커브(CRV) KRW 마켓 디지털 자산 추가',
  ticker: 'CRV,ABC',
  publisher: 'upbit',
  listingType: 'spot_listing',
  detectedTimestampUs: 1_790_000_000_000_000,
  dispatchTimestampUs: 1_790_000_000_000_500,
};
const NOTICE = { ticker: '', title: 'Upgrade to a paid plan to see this announcement' };

function read(fields: object, feed = 'tokyo', receivedTimestampUs = 1): Announcement {
  const frame = decodeFrame(JSON.stringify({ ...FIELDS, ...fields })) as AnnouncementFrame;
  return toAnnouncement(frame, {
    id: `${feed}-${receivedTimestampUs}`,
    feed,
    receivedTimestampUs,
    receivedMs: 1,
    ageAtReceiptMs: 0,
  });
}
const identity = (fields: object, feed?: string, received?: number) =>
  identityOf(read(fields, feed, received));

describe('identity', () => {
  it.each<[string, object]>([
    ['another feed’s stamps', { detectedTimestampUs: 1_790_000_000_100_000, dispatchTimestampUs: 1 }],
    ['no stamps', { detectedTimestampUs: undefined, dispatchTimestampUs: undefined }],
    ['blanks around tickers', { ticker: ' CRV , ABC,' }],
    ['tickers as a list', { ticker: ['CRV', 'ABC'] }],
    ['an unknown field', { market: 'KRW' }],
    ['the publisher in capitals', { publisher: 'UPBIT' }],
  ])('is the same with %s', (_name, fields) => {
    expect(identity(fields, 'seoul', 99)).toBe(identity({}));
  });

  it.each<[string, object]>([
    ['publisher', { publisher: 'bithumb' }],
    ['type', { listingType: 'not_listing' }],
    ['tickers', { ticker: 'CRV' }],
    ['title', { title: `${FIELDS.title} (완료)` }],
    ['test', { type: 'test_announcement' }],
    ['redaction', NOTICE],
  ])('differs by %s', (_name, fields) => {
    expect(identity(fields)).not.toBe(identity({}));
  });

  it('does not confuse a ticker list with one odd ticker', () => {
    expect(identityOf({ ...read({}), tickers: ['A', 'B'] })).not.toBe(
      identityOf({ ...read({}), tickers: ['A,B'] }),
    );
  });

  it('tells redacted ones apart by when they were detected, else sent, else received', () => {
    const later = { detectedTimestampUs: FIELDS.detectedTimestampUs + 1 };
    expect(read(NOTICE).redacted).toBe(true);
    expect(identity({ ...NOTICE, ...later })).not.toBe(identity(NOTICE));
    expect(identity(NOTICE, 'seoul', 99)).toBe(identity(NOTICE));
    const undetected = { ...NOTICE, detectedTimestampUs: undefined };
    expect(identity({ ...undetected, dispatchTimestampUs: 2 })).not.toBe(identity(undetected));
    const unstamped = { ...undetected, dispatchTimestampUs: undefined };
    expect(identity(unstamped, 'tokyo', 2)).not.toBe(identity(unstamped, 'tokyo', 1));
  });
});
