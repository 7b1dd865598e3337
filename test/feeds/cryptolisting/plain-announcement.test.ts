/** The short way of reading an announcement gives what the reader that repairs gives, or nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame, repairedAnnouncement } from '../../../src/feeds/cryptolisting/frames.ts';
import { plainAnnouncement } from '../../../src/feeds/cryptolisting/plain-announcement.ts';

const documented = {
  type: 'announcement',
  title: '비트코인(BTC) KRW 마켓 디지털 자산 추가',
  ticker: 'BTC, ETH',
  publisher: 'upbit',
  listingType: 'spot_listing',
  publishTimestampUs: 1_763_000_000_000_000,
  detectedTimestampUs: 1_763_000_000_200_000,
  dispatchTimestampUs: 1_763_000_000_201_000,
  abnormalDetectionLatency: false,
};

/** Both ways, of what JSON makes of it. */
function bothOf(fields: object) {
  const text = JSON.stringify(fields);
  const read = JSON.parse(text);
  const type = String(read.type);
  return { short: plainAnnouncement(type, read), full: repairedAnnouncement(type, read, text) };
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    ',',
    true,
    'true',
    0,
    -1,
    1.5,
    1e9,
    1e12,
    1e15,
    1e16,
    1e18,
    2 ** 60,
  ),
  fc.constantFrom<unknown>(
    'Upbit',
    ' upbit ',
    'up bit',
    'ＵＰ',
    '\ud800',
    'A\u0000',
    '1763000000000000',
    1763000000000000.5,
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);
const frame = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...Object.keys(documented).filter((key) => key !== 'type')), odd, {
      maxKeys: 3,
    }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('__proto__', 'kind', 'extra')), odd, {
      maxKeys: 1,
    }),
    fc.subarray(Object.keys(documented).filter((key) => key !== 'type')),
    fc.constantFrom('announcement', 'test_announcement'),
  )
  .map(([changed, added, left, type]) => {
    const kept = Object.entries(documented).filter(([key]) => !left.includes(key) || key in changed);
    return Object.fromEntries([
      ...kept,
      ...Object.entries(changed),
      ...Object.entries(added),
      ['type', type],
    ]);
  });

test('the documented form takes the short way; both read the same', () => {
  const { short, full } = bothOf(documented);
  expect(short).toBeDefined();
  expect(short).toStrictEqual(full);
  expect(decodeFrame(JSON.stringify(documented))).toStrictEqual(full);
  const { publishTimestampUs: _, abnormalDetectionLatency: __, ...selfTest } = documented;
  const self = bothOf({ ...selfTest, type: 'test_announcement' });
  expect(self.short).toMatchObject({ test: true, publishTimestampUs: undefined, abnormal: false });
  expect(self.short).toStrictEqual(self.full);
});

test('whatever a frame says, the short way gives the same as the other or leaves it to that', () => {
  let taken = 0;
  fc.assert(
    fc.property(frame, (fields) => {
      const { short, full } = bothOf(fields);
      if (short === undefined) return;
      taken++;
      expect(short).toStrictEqual(full);
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(0);
});

describe('left to the reader that repairs', () => {
  test.each<[string, object]>([
    ['a field that is not known', { more: 1 }],
    ['a field of its own name that is not documented', { extra: {} }],
    ['a blank title', { title: ' ' }],
    ['half of a character', { title: 'a\ud800' }],
    ['a list of tickers', { ticker: ['BTC'] }],
    ['a publisher in capitals', { publisher: 'Upbit' }],
    ['a stamp in milliseconds', { detectedTimestampUs: 1_763_000_000_200 }],
    ['a stamp as text', { detectedTimestampUs: '1763000000200000' }],
    ['null for what is not there', { publishTimestampUs: null }],
  ])('%s', (_, change) => {
    expect(bothOf({ ...documented, ...change }).short).toBeUndefined();
  });
});
