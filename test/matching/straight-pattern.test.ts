/** A pattern that can be read in one way finds what the engine finds, groups and all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePattern } from '../../src/matching/pattern-work.ts';
import { ABSENT, straightPattern, UNSURE } from '../../src/matching/straight-pattern.ts';
import { runs } from '../support/properties.ts';

const ATOMS =
  String.raw`a k s S B 1 가 한 \( \) \. . [a-z] [0-9] [^)] [^ks] \d \w \s [A-Z0-9] [\w.] [^a-z] [,;] - \- [\d:] "`.split(
    ' ',
  );
const COUNTS = ['', '', '', '+', '*', '?', '{2}', '{1,2}', '{2,}'];
const OPENINGS = ['', '', '', '(', '(?:', '(?P<name>'];
const LETTERS = [...'abksSſK123가한 ()."\n,-;:_İü\uffff', '😀', '\ud800'];

const part = fc
  .tuple(fc.constantFrom(...OPENINGS), fc.constantFrom(...ATOMS), fc.constantFrom(...COUNTS))
  .map(([opening, atom, count]) => (opening === '' ? `${atom}${count}` : `${opening}${atom}${count})`));
const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
const text = fc.array(fc.constantFrom(...LETTERS), { maxLength: 10 }).map((letters) => letters.join(''));

function foundBy(source: string, title: string): unknown {
  const straight = straightPattern(source);
  const place = straight?.find(title) ?? UNSURE;
  if (straight === undefined || place === UNSURE) return UNSURE;
  if (place === ABSENT) return null;
  return Array.from({ length: straight.groupCount + 1 }, (_, group) => straight.part(title, group));
}

test('any pattern in any text', () => {
  let known = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (source, titles) => {
      fc.pre((source.match(/\?P/g) ?? []).length < 2);
      const engine = compilePattern(source).re2();
      for (const title of titles) {
        const found = foundBy(source, title);
        if (found === UNSURE) continue;
        known++;
        expect([source, title, found]).toEqual([source, title, engine.findSubmatch(title)]);
      }
    }),
    { numRuns: runs(1500) },
  );
  expect(known).toBeGreaterThan(3000);
});

test.each([
  ['\\((B[0-9]+)\\)', '코인(B12) 안내 (KRW)', ['(B12)', 'B12']],
  ['(\\d{1,2}:\\d{2})', '거래 123:45', ['23:45', '23:45']],
  ['"([^"]+)"', 'a "b c" "d"', ['"b c"', 'b c']],
  ['상장 (\\d+)월', '상장 12월', ['상장 12월', '12']],
])('%s', (source, title, found) => expect(foundBy(source, title)).toEqual(found));

test.each([
  ...[
    'a|b',
    'a+?',
    '(a)+',
    '(?:ab)?',
    '[a-z]+a',
    '\\d+\\d',
    '.*x',
    '^a',
    'a$',
    '\\bA',
    '\\pL',
    '[[:alpha:]]',
  ],
  ...['(?i)a', 'é', '[à-ü]', 'İ', '\\Qa\\E', '\\x41', '[a-]', '', '()'],
])('%s is left to the engine', (source) => expect(straightPattern(source)).toBeUndefined());

test('so is a text that would take too many steps', () => {
  const straight = straightPattern('a[a-z]+1');
  expect(straight?.find('a'.repeat(2000))).toBe(UNSURE);
  expect(straight?.find(`${'b'.repeat(2000)}ab1`)).toBe(2000);
});
