/** Lists of currencies in Korean titles, read letter by letter, are those that patterns find. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listFrom } from '../../src/title/currency-list.ts';
import { koreanMarkets } from '../../src/title/korean-market.ts';
import { runs } from '../support/properties.ts';
import { marketsByPatterns } from './korean-patterns.ts';

const PIECES = [
  ...['krw', 'btc', 'usdt', '원화', '비트코인', '테더', 'usd1', 'bkrw', 'abc', '가', '1'],
  ...[
    ' ',
    ' ',
    ' ',
    '(',
    ')',
    ' (',
    ') ',
    ', ',
    ',',
    '·',
    '/',
    '&',
    '+',
    ' 및 ',
    '와',
    '과',
    ' and ',
    'or',
    '-',
  ],
  ...[
    '마켓',
    ' 마켓',
    'market',
    '거래',
    '지원',
    '안내',
    '거래지원 안내 (',
    '신규',
    '상장',
    '에서',
    '→',
    ' -> ',
    '(tia)(',
  ],
];
/** Tells of a listing, and names no currency. */
const NEWS = ' 디지털 자산 추가';

test('any row of words of a title', () => {
  let some = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }), (pieces) => {
      const title = `${pieces.join('')}${NEWS}`;
      const expected = marketsByPatterns(title);
      some += expected.length > 0 ? 1 : 0;
      expect(koreanMarkets(title)).toEqual(expected);
    }),
    { numRuns: runs(3000) },
  );
  expect(some).toBeGreaterThan(100);
});

test.each([13, 14, 30])('of a list of %i currencies those that are near the word for market', (count) => {
  const list = [
    'krw',
    'btc',
    'usdt',
    'eth',
    'usd',
    'eur',
    'gbp',
    'try',
    'brl',
    'aud',
    'jpy',
    'rub',
    'uah',
    'pln',
  ];
  const title = `${Array.from({ length: count }, (_, n) => list[n % list.length]).join(', ')} 마켓${NEWS}`;
  expect(koreanMarkets(title)).toEqual(marketsByPatterns(title));
  expect(koreanMarkets(title).length).toBe(13);
});

test.each(['이벤트 krw 마켓 추가', '[이벤트] krw 마켓 추가', '[ 이벤트] krw 마켓 추가', 'krw 마켓 점검'])(
  '%s is no listing',
  (title) => expect(koreanMarkets(title)).toEqual([]),
);

test('a word that begins with a separator is no separator and a currency', () => {
  expect(
    ['원화 orbtc', '원화 andbtc', '원화 or btc', '원화 및btc'].map((text) => listFrom(text, 0)?.quotes),
  ).toEqual([['KRW'], ['KRW'], ['KRW', 'BTC'], ['KRW', 'BTC']]);
});
