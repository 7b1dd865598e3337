/** The cost of a pattern of a config is bounded, whatever the text: few instructions, over a text that ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Extract } from '../../src/matching/extract.ts';
import {
  compilePattern,
  LONGEST_READ,
  MOST_REPEATED,
  MOST_REPEATED_IN_ANSWERS,
  patternFault,
} from '../../src/matching/pattern-work.ts';
import { Pattern, Text } from '../../src/matching/text.ts';
import { growthOf } from '../support/growth.ts';
import { runs } from '../support/properties.ts';

/** From incidents and collections: each of them has stopped a program that runs on a backtracking engine. */
const INFAMOUS: readonly (readonly [name: string, pattern: string, again: string, end: string])[] = [
  ['nested plus', '(a+)+$', 'a', '!'],
  ['nested star', '(a*)*$', 'a', '!'],
  ['overlapping choice', '(a|aa)+$', 'a', '!'],
  ['the same choice twice', '(a|a)*$', 'a', '!'],
  ['a choice of optional', '(a|a?)+$', 'a', '!'],
  ['many wildcards', '(.*a){20}', 'a', '!'],
  ['Java class names', '^(([a-z])+.)+[A-Z]([a-z])+$', 'a', '!'],
  ['Stack Overflow 2016', '^[\\s\u200c]+|[\\s\u200c]+$', ' ', 'x'],
  [
    'Cloudflare 2019',
    `(?:(?:"|'|\\]|\\}|\\\\|\\d|(?:nan|infinity|true|false|null|undefined|symbol|math)|\`|\\-|\\+)+[)]*;?((?:\\s|-|~|!|{}|\\|\\||\\+)*.*(?:.*=.*)))`,
    'x=x',
    '',
  ],
  [
    'ms (CVE-2015-8315)',
    '^((?:\\d+)?\\.?\\d+) *(ms|seconds?|s|minutes?|m|hours?|h|days?|d|years?|y)?$',
    '5',
    ' x',
  ],
  [
    'e-mail (OWASP)',
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
    'a',
    '!',
  ],
  [
    'URL (OWASP)',
    '^(?:https?://)?(([\\w]+:)?\\w+@)?(([\\da-z][-a-z\\d]*)\\.)+([a-z]{2,6})(/[\\w.-]*)*/?$',
    'a.a',
    '!',
  ],
  ['trim', '\\s+$', ' ', 'x'],
  ['a list with blanks', '^\\s*(.*)\\s*,$', ' ', 'x'],
  ['a comment in C', '/\\*(.|[\\r\\n])*?\\*/', '/*', ''],
  ['two wildcards in a row', '.*.*=.*', 'x', ''],
];

describe('what is infamous elsewhere takes time in proportion to the text', () => {
  test.each(INFAMOUS)('%s', (_name, pattern, again, end) => {
    const expression = compilePattern(pattern);
    const work = (size: number) => expression.test(`${again.repeat(size / 10)}${end}`);
    expect(growthOf(work)).toBe('linear');
  });
});

const REFUSED = [
  ['(\\pL{1,1000})x', '2004|1998', '{1,1000}'],
  ['(a{1,31}){1,31}b', '198\\d', '{1,31}'],
  ['((a{0,10}){0,10}){0,10}', '23\\d\\d', '{0,10}'],
  ['.{502}', '501', '{502}'],
  ['(?:x{20}){40}', '799', '{40}'],
  ['.{600,}', '599|60\\d', '{600,}'],
  [`${'a{1000}'.repeat(1000)}`, '999000', '{1000}'],
  ['[a{2}]{999}[^]{3}]', '9\\d\\d|100\\d', '{999}'],
] as const;

describe('counts that make many instructions of a few are refused, with the way to write it', () => {
  test.each(REFUSED)('%s', (pattern, steps, largest) => {
    const instead = largest.startsWith('{0') ? '*' : '+';
    expect(patternFault(pattern)).toEqual({
      message: expect.stringMatching(
        new RegExp(`^this pattern repeats too much: its counts expand to (?:${steps}) steps, at most 500$`),
      ),
      hint: `write ${instead} in place of ${largest}, or a smaller count`,
    });
    expect(() => new Pattern(pattern)).toThrow(/repeats too much/);
    expect(() => new Extract({ matches: pattern })).toThrow(/repeats too much/);
  });
});

const WORDS = Array.from({ length: 400 }, (_, index) => `TOKEN${index * 7919}`).join('|');

describe('what people write is none of it', () => {
  test.each([
    'KRW|원화',
    '\\(([A-Z0-9]{1,10})/KRW\\)',
    '^\\[.{1,200}\\] ',
    '거래 개시 ([0-9]+시(?: [0-9]+분)?)',
    '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}',
    '(?:[A-Z0-9]{2,10}, ){0,10}[A-Z0-9]{2,10}',
    '\\x{1F600}{3}|\\{500\\}|[{600}]|\\p{Hangul}{2,40}',
    '.{0,100}listing.{0,100}',
    WORDS,
    `^(${WORDS})$`,
  ])('%s', (pattern) => expect(patternFault(pattern)).toBeUndefined());

  test.each([
    '"success":\\s*true',
    '"id":"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"',
    '0x[0-9a-f]{64}',
    '"orderId":\\s*"?\\d{1,30}',
  ])('in answers: %s', (pattern) => expect(patternFault(pattern, MOST_REPEATED_IN_ANSWERS)).toBeUndefined());
});

test('property: what is accepted is no longer than it is written, plus the bound', () => {
  const atom = fc.constantFrom('a', '.', '\\pL', '[a-z]', '\\d', '\\{9\\}', '\\x{41}', '[{7}]', '가', 'ß');
  const count = fc.tuple(fc.nat(70), fc.nat(70)).map(([least, more]) => `{${least},${least + more}}`);
  const repeat = fc.oneof(fc.constantFrom('', '*', '+', '?', '+?'), count);
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc
      .array(
        fc.oneof(
          { depthSize: 'small' },
          fc.tuple(atom, repeat).map((parts) => parts.join('')),
          fc.tuple(tie('pattern'), repeat).map(([inner, times]) => `(${inner})${times}`),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((parts) => parts.join('')),
  }));
  let refused = 0;
  fc.assert(
    fc.property(pattern, (source) => {
      const fault = patternFault(source);
      if (fault !== undefined) refused++;
      else
        expect(compilePattern(source).programSize()).toBeLessThanOrEqual(
          MOST_REPEATED + 3 * source.length + 3,
        );
    }),
    { numRuns: runs(500) },
  );
  expect(refused).toBeGreaterThan(0);
});

describe('a text is looked at no further than any title goes', () => {
  const long = `${'가'.repeat(LONGEST_READ)}KRW`;
  const longest = `${'가'.repeat(LONGEST_READ - 3)}KRW${'나'.repeat(10_000)}`;

  test('by patterns', () => {
    for (const pattern of ['KRW', 'K.W', 'KRW|원화']) {
      expect(new Pattern(pattern).foundIn(new Text(longest))).toBe(true);
      expect(new Pattern(pattern).foundIn(new Text(long))).toBe(false);
    }
  });

  test('by extracts', () => {
    expect(new Extract({ matches: '가(KRW)' }).valueIn(new Text(longest))).toBe('KRW');
    expect(new Extract({ matches: '가(KRW)' }).valueIn(new Text(long))).toBeUndefined();
  });

  test('also where its compatible form is longer', () => {
    const { searched, compatible } = new Text('\ufdfa'.repeat(100_000));
    for (const { length } of [searched, compatible]) expect(length).toBeLessThan(LONGEST_READ + 3);
  });

  test('its end is not where it is looked at no further', () => {
    expect(new Pattern('가$').foundIn(new Text(long))).toBe(false);
    expect(new Extract({ matches: '(.*)$' }).valueIn(new Text(long))).toBe('가'.repeat(LONGEST_READ));
  });

  test('literal conditions take all of it', () => {
    expect(new Text(long).folded.endsWith('krw')).toBe(true);
  });
});
