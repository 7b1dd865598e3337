/**
 * No regular expression of the source takes more than linear time on any text: titles, answers and configs come from
 * elsewhere, and one text that stops the loop stops every destination. (Patterns of a config run on another engine.)
 */
import { analyse } from 'scslre';
import { describe, expect, test } from 'vitest';
import { type Attack, attackOf, attacksOn } from '../support/expression-attacks.ts';
import { builtExpressions, type Expression, writtenExpressions } from '../support/expressions.ts';

/** May be more than linear, on texts that are short; with the bound, and where it is. */
const SHORT: Readonly<Record<string, string>> = {
  'config/pairs.ts': '100 characters: LONGEST_PAIR',
};

const all = [...writtenExpressions(), ...(await builtExpressions())];

const isShort = ({ place }: Expression) => Object.hasOwn(SHORT, place.replace(/:\d+$/, ''));
const told = ({ place, pattern, flags }: Expression) => `${place} /${pattern}/${flags}`;

/** By its structure: two parts that can take the same characters. */
function isBacktracking({ pattern, flags }: Pick<Expression, 'pattern' | 'flags'>): boolean {
  return analyse({ source: pattern, flags }).reports.length > 0;
}

test('there are hundreds of them, in two forms', () => {
  expect(writtenExpressions().length).toBeGreaterThan(400);
  expect(all.filter(({ place }) => !place.includes(':')).length).toBeGreaterThan(20);
});

describe('by their structure', () => {
  test('what is known to be bad is found', () => {
    const bad = [
      '(a+)+$',
      '(a|aa)+$',
      '(a|a)*$',
      '\\s+$',
      '^\\s*(.*)\\s*,$',
      '(.*a){20}x',
      '^(([a-z])+.)+[A-Z]([a-z])+$',
    ];
    expect(bad.filter((pattern) => !isBacktracking({ pattern, flags: '' }))).toEqual([]);
  });

  test('none can backtrack over a long text', () => {
    expect(all.filter((one) => isBacktracking(one) && !isShort(one)).map(told)).toEqual([]);
  });

  test('a bound that nothing needs is no longer listed', () => {
    const needed = new Set(all.filter(isBacktracking).map(({ place }) => place.replace(/:\d+$/, '')));
    expect(Object.keys(SHORT).filter((path) => !needed.has(path))).toEqual([]);
  });
});

/** The least of several: other work on the machine only adds. */
function leastMs(expression: RegExp, text: string, times: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn++) {
    const startMs = performance.now();
    text.replace(expression, '');
    least = Math.min(least, performance.now() - startMs);
  }
  return least;
}

const LONGEST = 24_000;

/** Small steps first: one more piece may double the time. */
function* lengths(piece: string): Iterable<number> {
  for (let times = 8; times < 32; times += 4) yield times;
  for (let times = 32; times * piece.length < LONGEST; times *= 2) yield times;
}

/** For twice the text it takes three times as long or more, and long enough that nothing else explains it. */
function growsFaster(expression: RegExp, attack: Attack): boolean {
  let before = 0;
  for (const times of lengths(attack.again)) {
    const ms = leastMs(expression, attackOf(attack, times), 1);
    if (ms > 5) {
      const [shorterMs, longerMs] = [before, times].map((many) =>
        leastMs(expression, attackOf(attack, many), 3),
      ) as [number, number];
      if (longerMs > 5 && longerMs > 3 * shorterMs) return true;
    }
    before = times;
  }
  return false;
}

const worstOf = ({ pattern, flags }: Pick<Expression, 'pattern' | 'flags'>): Attack | undefined => {
  const expression = new RegExp(pattern, flags.includes('g') ? flags : `${flags}g`);
  return attacksOn({ pattern, flags }).find((attack) => growsFaster(expression, attack));
};

describe('by trying', () => {
  test('what is known to be bad is found', () => {
    const bad = ['\\{\\{.*?\\}\\}', '^\\s*(.*)\\s*,$', '<title\\b[^>]*>x', 'a.*b.*c'];
    expect(bad.filter((pattern) => worstOf({ pattern, flags: '' }) === undefined)).toEqual([]);
  });

  test('twice the text takes about twice the time', () => {
    const seen = new Map(all.filter((one) => !isShort(one)).map((one) => [told({ ...one, place: '' }), one]));
    const bad = [...seen.values()].flatMap((one) => {
      const attack = worstOf(one);
      return attack === undefined ? [] : [`${told(one)} on ${JSON.stringify(attack)}`];
    });
    expect(bad).toEqual([]);
  });
});
