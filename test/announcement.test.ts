import { describe, expect, it } from 'vitest';
import { type Announcement, identityOf, identityToday } from '../src/announcement.ts';
import { type AnnouncementFrame, decodeFrame, toNews } from '../src/feeds/cryptolisting/frames.ts';

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
  const receipt = { feed, receivedTimestampUs, receivedMs: 1, ageAtReceiptMs: 0 };
  return { ...toNews(frame, receipt), id: `${feed}-${receivedTimestampUs}` };
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

describe('regression: two endpoints that do not write alike double every order', () => {
  const CAFE = 'Café Will List É Token (CAF, ABC)';
  it.each<[string, object, object]>([
    ['the order of the tickers', { ticker: 'CRV,ABC' }, { ticker: 'ABC,CRV' }],
    ['a ticker twice', { ticker: 'CRV,ABC' }, { ticker: 'CRV,ABC,crv' }],
    ['the case of a ticker', { ticker: 'CRV' }, { ticker: 'Crv' }],
    ['a full-width ticker', { ticker: 'CRV' }, { ticker: 'ＣＲＶ' }],
    ['an invisible character in a ticker', { ticker: 'CRV' }, { ticker: 'C\u200bRV\ufeff' }],
    ['NFC and NFD, Latin', { title: CAFE.normalize('NFC') }, { title: CAFE.normalize('NFD') }],
    ['NFC and NFD, Hangul', {}, { title: FIELDS.title.normalize('NFD') }],
    ['blanks around the title', {}, { title: `  ${FIELDS.title}\n` }],
    ['two blanks', {}, { title: FIELDS.title.replaceAll(' ', '  ') }],
    ['other blanks', {}, { title: FIELDS.title.replaceAll(' ', '\u00a0\u3000') }],
    ['a tab or a line break', {}, { title: FIELDS.title.replaceAll(' ', '\r\n\t') }],
    ['full-width brackets', {}, { title: FIELDS.title.replace('(', '（').replace(')', '）') }],
    ['zero-width characters', {}, { title: FIELDS.title.replaceAll(' ', '\u200b \u2060') }],
    ['capitals in the title', {}, { title: FIELDS.title.replace('KRW', 'krw') }],
    ['the case of the listing type', { listingType: 'spot_listing' }, { listingType: 'Spot_Listing ' }],
    ['the case of the publisher', {}, { publisher: ' UpBit' }],
  ])('%s makes no difference', (_name, one, other) => {
    expect(identity(other)).toBe(identity(one));
  });

  it.each<[string, object, object]>([
    ['another ticker', { ticker: 'CRV' }, { ticker: 'CRVX' }],
    ['one ticker more', { ticker: 'CRV' }, { ticker: 'CRV,ABC' }],
    ['a number in the title', { title: 'batch 1' }, { title: 'batch 2' }],
    ['words run together', { title: 'a b' }, { title: 'ab' }],
    ['another script', { ticker: 'A' }, { ticker: 'А' }],
  ])('%s does', (_name, one, other) => {
    expect(identity(other)).not.toBe(identity(one));
  });

  it('what an earlier version wrote down is the same today', () => {
    const old = JSON.stringify(['upbit', 'spot_listing', ['CRV', 'ABC'], FIELDS.title]);
    expect(identityToday(old)).toBe(identity({}));
    const test = read({ type: 'test_announcement' });
    const { publisher, listingType, tickers, title, detectedTimestampUs } = test;
    const oldTest = [publisher, listingType, tickers, title, false, true, detectedTimestampUs];
    expect(identityToday(JSON.stringify(oldTest))).toBe(identityOf(test));
    const alert = '["alert","01J"]';
    expect(identityToday(alert)).toBe(alert);
    for (const noise of ['', 'x', '{}', '[1,2,[3],4]']) expect(identityToday(noise)).toBe(noise);
    expect(identityToday(identity(NOTICE))).toBe(identity(NOTICE));
  });
});
