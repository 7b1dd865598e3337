/** A pattern finds exactly what the engine finds: looking for its plain words first only saves work. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { Pattern, Text } from '../../src/matching/text.ts';
import { runs } from '../support/properties.ts';

const byEngine = (source: string, title: string) => {
  const expression = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  return expression.test(title) || expression.test(title.normalize('NFKC'));
};

test.each([
  ['KRW|원화', '에이비씨(ABC) krw 마켓', true],
  ['KRW|원화', '원화 마켓 추가', true],
  ['KRW|원화', 'BTC 마켓', false],
  // The Kelvin sign, the long s, full width, an odd S: what exchanges and their copyists write.
  ['krw', '\u212aRW', true],
  ['listing', 'li\u017fting', true],
  ['krw', 'ＫＲＷ', true],
  ['usds-m', 'USDⓈ-M', true],
  // A letter with a mark behind it is found as it came, whatever its composed form is.
  ['cafe', 'cafe\u0301', true],
  ['가', '\u1100\u1161', true],
])('%s in %s: %s', (source, title, found) => {
  expect(new Pattern(source).foundIn(new Text(title))).toBe(found);
  expect(byEngine(source, title)).toBe(found);
});

test('property: never another answer than the engine’s', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9 가-힣]{1,3}$/);
  const odd = fc.constantFrom(
    '\u212a',
    '\u017f',
    'ß',
    'ẞ',
    'İ',
    'ı',
    'Ⓢ',
    'ﬁ',
    '\u0301',
    '\u1100',
    '\u1161',
    'ς',
    'Σ',
  );
  const title = fc.string({ unit: fc.oneof(odd, fc.string({ minLength: 1, maxLength: 1 }), word) });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), title, fc.boolean(), (words, text, put) => {
      const source = words.join('|');
      const whole = put ? `${text}${words[0]?.toUpperCase()}` : text;
      expect(new Pattern(source).foundIn(new Text(whole))).toBe(byEngine(source, whole));
    }),
    { numRuns: runs(3000) },
  );
});
