/** A sample of a pattern is found by it. */
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { sampleOf } from '../../src/matching/sample.ts';

test.each([
  ['\\((B[0-9]+)\\)', '(B1)'],
  ['KRW|원화', 'KRW'],
  ['^\\[마켓 추가\\] (.+)$', '[마켓 추가] A'],
  ['(?i)list(?:ing|s)? of (?P<coin>[A-Z]{2,10})\\b', 'listing of AA'],
  ['(?:a|b){3}c+?', 'aaac'],
  ['[^A-Z ]\\d{2}\\s\\w', '111 A'],
  ['\\p{Hangul}{2}\\pN', '가가1'],
  ['\\Q(x)\\E\\x{41}\\.', '(x)A.'],
  ['[]x]y', ']y'],
  ['[[:digit:]]+%', '1%'],
])('%s → %s', (pattern, sample) => {
  expect(sampleOf(pattern)).toBe(sample);
  expect(RE2JS.compile(pattern).test(sample)).toBe(true);
});

test('another text stands for the first group that captures', () => {
  expect(sampleOf('(?:x)\\(([A-Z]+)/([A-Z]+)\\)', 'BTC')).toBe('x(BTC/A)');
  expect(sampleOf('\\(([0-9]+)\\)', 'BTC'), 'it is not found').toBeUndefined();
});

test('of what nothing can be made, nothing is made', () => {
  expect(sampleOf('a\\bb')).toBeUndefined();
  expect(sampleOf('((')).toBeUndefined();
  expect(sampleOf('[')).toBeUndefined();
  expect(sampleOf('x{1000}')?.length).toBeUndefined();
});
