import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnnouncementFrame, decodeFrame, toNews } from '../../../src/feeds/cryptolisting/frames.ts';
import { isRedacted } from '../../../src/feeds/cryptolisting/redaction.ts';
import { LARGEST_FRAME_BYTES } from '../../../src/feeds/frame-data.ts';
import { runs } from '../../support/properties.ts';

const frame = (fields: object) => decodeFrame(Buffer.from(JSON.stringify(fields)));
const announced = (fields: object): AnnouncementFrame => {
  const decoded = frame({ type: 'announcement', title: 'T', ...fields });
  if (decoded.kind !== 'announcement') throw new Error(`decoded as ${JSON.stringify(decoded)}`);
  return decoded;
};
const receipt = { feed: 'tokyo', receivedTimestampUs: 5, receivedMs: 6, ageAtReceiptMs: 7 };
const FULL = {
  type: 'announcement',
  title: '커브(CRV) KRW, USDT 마켓 디지털 자산 추가',
  ticker: 'CRV',
  publisher: 'upbit',
  listingType: 'spot_listing',
  publishTimestampUs: 1_790_000_000_000_001,
  detectedTimestampUs: 1_790_000_000_000_002,
  dispatchTimestampUs: 1_790_000_000_000_003,
  abnormalDetectionLatency: true,
};

describe('announcement', () => {
  it('is read in full', () => {
    expect(frame(FULL)).toEqual({
      kind: 'announcement',
      type: 'announcement',
      test: false,
      title: FULL.title,
      ticker: 'CRV',
      publisher: 'upbit',
      listingType: 'spot_listing',
      publishTimestampUs: 1_790_000_000_000_001,
      detectedTimestampUs: 1_790_000_000_000_002,
      dispatchTimestampUs: 1_790_000_000_000_003,
      abnormal: true,
      extra: {},
    });
  });

  it('is the same from binary, text, string, pieces and behind a byte order mark', () => {
    const text = JSON.stringify(FULL);
    const bytes = Buffer.from(text);
    const wanted = frame(FULL);
    const forms = [
      bytes,
      text,
      `\uFEFF${text}`,
      Buffer.from(`\uFEFF${text}`),
      new Uint8Array(bytes).buffer,
      [bytes.subarray(0, 30), bytes.subarray(30)],
    ];
    for (const form of forms) expect(decodeFrame(form)).toEqual(wanted);
  });

  it('may be a test', () => {
    expect(frame({ ...FULL, type: 'test_announcement' })).toMatchObject({
      type: 'test_announcement',
      test: true,
    });
  });

  it.each<[string, object, object]>([
    ['no ticker', {}, { ticker: '' }],
    ['null ticker', { ticker: null }, { ticker: '', extra: {} }],
    ['a list of tickers', { ticker: ['A', ' B ', 3] }, { ticker: 'A,B,3' }],
    ['a list with a stranger', { ticker: ['A', {}] }, { ticker: 'A' }],
    ['a number as ticker', { ticker: 1000 }, { ticker: '1000' }],
    ['an unreadable ticker', { ticker: { a: 1 } }, { ticker: '', extra: { ticker: { a: 1 } } }],
    ['a ticker but no title', { title: undefined, ticker: 'A' }, { title: '', ticker: 'A' }],
    ['a number as title', { title: 42 }, { title: '42' }],
    ['no publisher, no type', {}, { publisher: 'unknown', listingType: 'unknown' }],
    ['empty publisher', { publisher: ' ' }, { publisher: 'unknown' }],
    ['publisher in capitals', { publisher: 'Upbit' }, { publisher: 'upbit' }],
    [
      'unknown publisher and type',
      { publisher: 'okx', listingType: 'x' },
      { publisher: 'okx', listingType: 'x' },
    ],
    [
      'stamps as text',
      { detectedTimestampUs: '1790000000000002' },
      { detectedTimestampUs: 1_790_000_000_000_002 },
    ],
    ['a fractional stamp', { detectedTimestampUs: 12.9 }, { detectedTimestampUs: 12 }],
    [
      'a bad stamp',
      { detectedTimestampUs: 'now' },
      { detectedTimestampUs: undefined, extra: { detectedTimestampUs: 'now' } },
    ],
    ['a negative stamp', { dispatchTimestampUs: -1 }, { dispatchTimestampUs: undefined }],
    ['a stamp in ns', { dispatchTimestampUs: 1.79e18 }, { dispatchTimestampUs: 1.79e15 }],
    [
      'a stamp in ms',
      { dispatchTimestampUs: 1_790_000_000_123 },
      { dispatchTimestampUs: 1_790_000_000_123_000 },
    ],
    ['a stamp in seconds', { dispatchTimestampUs: 1_790_000_000 }, { dispatchTimestampUs: 1.79e15 }],
    ['a stamp of no unit', { dispatchTimestampUs: 1.79e20 }, { dispatchTimestampUs: undefined }],
    ['abnormal as text', { abnormalDetectionLatency: 'true' }, { abnormal: true }],
    [
      'unknown fields',
      { market: 'KRW', links: [{ a: null }] },
      { extra: { market: 'KRW', links: [{ a: null }] } },
    ],
    ['a lone surrogate', { title: 'a\ud800b' }, { title: 'a\ufffdb' }],
  ])('with %s is routed all the same', (_name, fields, wanted) => {
    expect(announced(fields)).toMatchObject(wanted);
  });

  it.each([{}, { title: ' ', ticker: ',, ' }, { title: null, ticker: [] }, { title: {}, ticker: {} }])(
    'with nothing to route is garbage: %j',
    (fields) => {
      expect(frame({ type: 'announcement', publisher: 'upbit', ...fields })).toEqual({
        kind: 'garbage',
        reason: 'wrong_fields',
      });
    },
  );

  it('keeps nothing of known fields that say nothing', () => {
    expect(announced({ ticker: null, publisher: '', detectedTimestampUs: null }).extra).toEqual({});
  });

  it('keeps a field named __proto__ a field', () => {
    const decoded = decodeFrame('{"type":"announcement","title":"T","__proto__":{"listingType":"x"}}');
    expect(decoded).toMatchObject({ listingType: 'unknown' });
    const { extra } = decoded as AnnouncementFrame;
    expect(Object.keys(extra)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(extra)).toBe(Object.prototype);
  });

  describe('unknown fields are bounded', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

    it('in depth', () => {
      const { extra } = announced({ six: nested(6), seven: nested(7) });
      expect(extra).toEqual({ six: nested(6), seven: '[omitted: nested deeper than 6 levels]' });
    });

    it('even at a depth that would overflow a stack', () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const decoded = decodeFrame(`{"type":"announcement","title":"T","deep":${deep},"also":1}`);
      expect(decoded).toMatchObject({
        title: 'T',
        extra: { also: 1, deep: expect.stringContaining('omitted') },
      });
    });

    it('in size, field by field', () => {
      const { extra } = announced({ big: 'x'.repeat(20_000), small: 1 });
      expect(extra).toEqual({ big: '[omitted: 20002 bytes]', small: 1 });
    });

    it('in number', () => {
      const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`field${n}`, n]));
      const { extra } = announced(many);
      expect(Buffer.byteLength(JSON.stringify(extra))).toBeLessThanOrEqual(16 * 1024);
      expect(extra).toMatchObject({ field0: 0, omittedFields: 5000 - (Object.keys(extra).length - 1) });
    });
  });

  it('becomes news', () => {
    const decoded = announced({ ...FULL, ticker: 'ABC, DEF,,ABC , 恶俗企鹅', market: 'KRW' });
    expect(toNews(decoded, receipt)).toEqual({
      type: 'announcement',
      feed: 'tokyo',
      publisher: 'upbit',
      listingType: 'spot_listing',
      tickers: ['ABC', 'DEF', '恶俗企鹅'],
      title: FULL.title,
      publishTimestampUs: FULL.publishTimestampUs,
      detectedTimestampUs: FULL.detectedTimestampUs,
      dispatchTimestampUs: FULL.dispatchTimestampUs,
      receivedTimestampUs: 5,
      receivedMs: 6,
      ageAtReceiptMs: 7,
      abnormal: true,
      redacted: false,
      test: false,
      extra: { market: 'KRW' },
    });
  });
});

describe('the other types', () => {
  it.each<[string, object, object]>([
    [
      'a welcome',
      { tier: 'pro', allowedCex: '*', expiresInSecs: null, maxConnections: 3 },
      { tier: 'pro', allowedCex: '*', expiresInSecs: null, limits: { maxConnections: 3 } },
    ],
    [
      'a list of exchanges',
      { allowedCex: ['Binance', 'upbit'], expiresInSecs: 60 },
      { allowedCex: ['binance', 'upbit'], expiresInSecs: 60, limits: {} },
    ],
    ['an empty list', { allowedCex: [] }, { allowedCex: [], expiresInSecs: undefined }],
    ['exchanges as text', { allowedCex: 'binance, upbit' }, { allowedCex: ['binance', 'upbit'] }],
    ['a star in a list', { allowedCex: ['*'] }, { allowedCex: '*' }],
    ['a bare welcome', {}, { tier: 'unknown', allowedCex: '*', expiresInSecs: undefined, limits: {} }],
  ])('welcome: %s', (_name, fields, wanted) => {
    expect(frame({ type: 'welcome', ...fields })).toMatchObject({ kind: 'welcome', ...wanted });
  });

  it.each<[string, number | undefined]>([
    ['"timestampNs":1790000000123456789', 1_790_000_000_123_457],
    ['"timestampNs":"1790000000123456789"', 1_790_000_000_123_457],
    ['"timestampNs":1790000000123', 1_790_000_000_123_000],
    ['"timeUtc":"2026-09-21T14:13:20.123456Z"', 1_790_000_000_123_456],
    ['"timeUtc":"2026-09-21 14:13:20.1 UTC"', 1_790_000_000_100_000],
    ['"timeUtc":"2026-09-21T14:13:20"', 1_790_000_000_000_000],
    ['"timeUtc":"2026-09-21T14:13:20.123456789+00:00"', 1_790_000_000_123_456],
    ['"timestampNs":null,"timeUtc":"2026-09-21T14:13:20Z"', 1_790_000_000_000_000],
    ['"timeUtc":"2026-19-21T14:13:20Z"', undefined],
    ['"timeUtc":"soon","timestampNs":"x"', undefined],
    ['"x":1', undefined],
  ])('heartbeat: %s', (field, timestampUs) => {
    const decoded = decodeFrame(`{"type":"heartbeat",${field}}`);
    expect(decoded).toMatchObject({ kind: 'heartbeat' });
    const got = decoded.kind === 'heartbeat' ? decoded.timestampUs : Number.NaN;
    if (timestampUs === undefined) expect(got).toBeUndefined();
    else expect(Math.abs((got ?? 0) - timestampUs)).toBeLessThanOrEqual(1);
  });

  it('error', () => {
    expect(frame({ type: 'error', code: 'test_rate_limited', retryAfterSecs: '30' })).toEqual({
      kind: 'error',
      code: 'test_rate_limited',
      retryAfterSecs: 30,
    });
    expect(frame({ type: 'error' })).toEqual({ kind: 'error', code: 'unknown', retryAfterSecs: undefined });
  });

  it('unknown, with bounded names', () => {
    expect(frame({ type: 'changelog', entries: [] })).toEqual({
      kind: 'unknown',
      type: 'changelog',
      keys: ['type', 'entries'],
    });
    const decoded = frame({ type: 'x'.repeat(1000), ['y'.repeat(1000)]: 1 });
    expect(decoded).toMatchObject({ type: 'x'.repeat(64), keys: ['type', 'y'.repeat(64)] });
  });

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'not_json'],
    ['words', 'Bad Gateway', 'not_json'],
    ['half a frame', '{"type":"announ', 'not_json'],
    ['broken UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'not_utf8'],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not_utf8'],
    ['null', 'null', 'not_an_object'],
    ['a number', '42', 'not_an_object'],
    ['a list', '[{"type":"heartbeat"}]', 'not_an_object'],
    ['no type', '{"title":"x"}', 'no_type'],
    ['a number as type', '{"type":1}', 'no_type'],
    ['too much', ' '.repeat(LARGEST_FRAME_BYTES + 1), 'too_large'],
    ['too much in bytes', Buffer.alloc(LARGEST_FRAME_BYTES + 1), 'too_large'],
    ['too much, counted in bytes', '한'.repeat(LARGEST_FRAME_BYTES / 2), 'too_large'],
  ])('garbage: %s', (_name, data, reason) => {
    expect(decodeFrame(data)).toEqual({ kind: 'garbage', reason });
    // The shared decoder carries nothing over to the next frame.
    expect(frame(FULL)).toMatchObject({ title: FULL.title });
  });
});

describe('redaction', () => {
  const clear = { title: 'T', tickers: ['A'], listingType: 'spot_listing', extra: {} };
  it.each<[string, Partial<typeof clear> & { extra?: Record<string, unknown> }, boolean]>([
    ['a clear one', {}, false],
    ['a masked title', { title: '███(██) KRW' }, true],
    ['a masked ticker', { tickers: ['A', '██'] }, true],
    ['a masked not_listing', { title: '█', listingType: 'not_listing' }, true],
    ['its own word', { extra: { redacted: true } }, true],
    ['its own word against it', { extra: { redacted: false } }, false],
    ['a notice', { title: 'Upgrade to a paid plan to see this', tickers: [] }, true],
    ['another notice', { title: 'Free tier: subscription required', tickers: [] }, true],
    ['a notice with a ticker', { title: 'Upgrade to a paid plan to see this' }, false],
    ['a notice as not_listing', { title: 'Upgrade to see', tickers: [], listingType: 'not_listing' }, false],
    ['no ticker', { title: 'Binance Will Delist All Options', tickers: [] }, false],
    ['a network upgrade', { title: 'Binance Will Support the Sei Network Upgrade', tickers: [] }, false],
  ])('%s', (_name, fields, wanted) => {
    expect(isRedacted({ ...clear, ...fields })).toBe(wanted);
  });

  const lines = readFileSync(new URL('../../fixtures/announcements.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(
    (line) => JSON.parse(line) as { title: string; tickers: string[]; listingType: string },
  );

  it('flags no real title, not even without its tickers and as another type', () => {
    expect(rows.length).toBeGreaterThan(200);
    const flagged = rows.filter(
      (row) =>
        isRedacted({ ...row, extra: {} }) ||
        isRedacted({ title: row.title, tickers: [], listingType: 'spot_listing', extra: {} }),
    );
    expect(flagged).toEqual([]);
  });

  it('reads every real title and ticker back as it was', () => {
    for (const row of rows) {
      const decoded = announced({ ...row, tickers: undefined, ticker: row.tickers.join(',') });
      const { title, tickers, redacted } = toNews(decoded, receipt);
      expect({ title, tickers, redacted }).toEqual({
        title: row.title,
        tickers: row.tickers,
        redacted: false,
      });
    }
  });
});

describe('never throws', () => {
  const KNOWN = [
    'title',
    'ticker',
    'publisher',
    'listingType',
    'detectedTimestampUs',
    'allowedCex',
    'timestampNs',
  ];
  const TYPES = [
    'announcement',
    'test_announcement',
    'welcome',
    'heartbeat',
    'error',
    'changelog',
    '__proto__',
  ];

  const decodes = (data: string | Uint8Array) => {
    expect(decodeFrame(data).kind).toMatch(/./);
  };

  it('on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), decodes), { numRuns: runs(1000) });
  });

  it('on any JSON', () => {
    fc.assert(fc.property(fc.json(), decodes), { numRuns: runs(1000) });
  });

  it('on any fields, and loses no announcement that says something', () => {
    const fields = fc.dictionary(fc.oneof(fc.constantFrom(...KNOWN), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fields, (type, given) => {
        const decoded = frame({ ...given, type });
        const said = typeof given['title'] === 'string' && given['title'].trim() !== '';
        if (type.endsWith('announcement') && said) expect(decoded.kind).toBe('announcement');
        if (decoded.kind !== 'announcement') return;
        const announcement = toNews(decoded, receipt);
        expect(new Set(announcement.tickers).size).toBe(announcement.tickers.length);
        expect(announcement.tickers.every((ticker) => ticker !== '' && ticker === ticker.trim())).toBe(true);
        expect(Buffer.byteLength(JSON.stringify(announcement.extra))).toBeLessThanOrEqual(16 * 1024);
      }),
      { numRuns: runs(1000) },
    );
  });
});

it('of what a frame lists without end only so much is kept', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key${n}`, n]));
  const welcome = decodeFrame(JSON.stringify({ type: 'welcome', ...many }));
  expect(welcome.kind === 'welcome' && Object.keys(welcome.limits)).toHaveLength(32);
  const unknown = decodeFrame(JSON.stringify({ type: 'x'.repeat(1000), ...many }));
  expect(unknown).toMatchObject({ kind: 'unknown', type: 'x'.repeat(64) });
  expect(unknown.kind === 'unknown' && unknown.keys).toHaveLength(32);
});
