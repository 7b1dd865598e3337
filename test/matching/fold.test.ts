/** The short way for plain text gives what the long one gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold, foldInFull } from '../../src/matching/text.ts';
import { folded, foldedInFull } from '../../src/platform/fold.ts';

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'aZ09 (),~!', '벤', '힣', '가', '각') }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '한',
      '\t',
      '\u00a0',
      'ſ',
      'K',
      'İ',
      'ß',
      'Σ',
      '\u1100',
      '\u11a8',
      '\u200b',
      'Ａ',
    ),
  }),
  fc.string({ unit: 'binary' }),
);

test('for telling news apart, and for rules', () => {
  fc.assert(
    fc.property(text, (any) => {
      expect(folded(any)).toBe(foldedInFull(any));
      expect(fold(any)).toBe(foldInFull(any));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  '',
  ' ',
  '  a',
  'A  B',
  'Upbit',
  '벤치 코인(BTC) 신규 거래지원 안내 (KRW, BTC, USDT 마켓)',
  '각\u11a8',
  '가\u11a8',
])('"%s"', (any) => {
  expect(folded(any)).toBe(foldedInFull(any));
  expect(fold(any)).toBe(foldInFull(any));
});
