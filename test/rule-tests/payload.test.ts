/** A part of a payload against the whole. */
import { describe, expect, test } from 'vitest';
import { payloadDifferences } from '../../src/rule-tests/payload.ts';

const BODY = {
  symbol: 'ABCUSDT',
  size: 5,
  live: true,
  none: null,
  legs: [{ side: 'buy' }, { side: 'sell', price: 1 }],
  'odd key': { deep: ['a'] },
};

describe('holds', () => {
  test.each([
    ['nothing asked', {}],
    ['a text', { symbol: 'ABCUSDT' }],
    ['a number, a flag, nothing', { size: 5, live: true, none: null }],
    ['a list of parts', { legs: [{}, { side: 'sell' }] }],
    ['a pattern', { symbol: { matches: '^abc' } }],
    ['a pattern for a number', { size: { matches: '^5$' } }],
    ['a text somewhere in a tree', 'BCUSD'],
    ['a pattern somewhere in a tree', { matches: '^sell$' }],
  ])('%s', (_, expected) => expect(payloadDifferences(expected, BODY)).toEqual([]));

  test.each([
    ['a part of a text', 'will list'],
    ['a pattern in a text', { matches: 'list (ABC|DEF)' }],
  ])('%s', (_, expected) => expect(payloadDifferences(expected, 'Upbit will list ABC')).toEqual([]));

  test('a pattern at the end of a long message', () =>
    expect(payloadDifferences({ matches: 'lo.g$' }, `${'x'.repeat(4_000)} long`)).toEqual([]));

  test('a body that has a key `matches` itself', () =>
    expect(payloadDifferences({ matches: 'a' }, { matches: 'a', b: 1 })).toEqual([]));
});

describe('differs', () => {
  test.each<[unknown, readonly (readonly [path: string, expected: unknown, got: unknown])[]]>([
    [{ symbol: 'ABC' }, [['symbol', 'ABC', 'ABCUSDT']]],
    [{ size: '5' }, [['size', '5', 5]]],
    [{ live: 'true' }, [['live', 'true', true]]],
    [
      { missing: 1, none: 0 },
      [
        ['missing', 1, undefined],
        ['none', 0, null],
      ],
    ],
    [{ legs: [{ side: 'buy' }] }, [['legs', [{ side: 'buy' }], BODY.legs]]],
    [
      { legs: [{ side: 'sell' }, { side: 'buy' }] },
      [
        ['legs,0,side', 'sell', 'buy'],
        ['legs,1,side', 'buy', 'sell'],
      ],
    ],
    [{ symbol: { matches: '^BC' } }, [['symbol', { matches: '^BC' }, 'ABCUSDT']]],
    [{ live: { matches: 'true' } }, [['live', { matches: 'true' }, true]]],
    [{ 'odd key': { deep: ['b'] } }, [['odd key,deep,0', 'b', 'a']]],
    [{ symbol: { a: 1 } }, [['symbol', { a: 1 }, 'ABCUSDT']]],
    [{ constructor: { a: 1 } }, [['constructor', { a: 1 }, undefined]]],
    ['nowhere', [['', 'nowhere', BODY]]],
    [5, [['', 5, BODY]]],
  ])('%j', (expected, differences) => {
    expect(
      payloadDifferences(expected, BODY).map(({ steps, expected: wanted, got }) => [
        steps.join(),
        wanted,
        got,
      ]),
    ).toEqual(differences);
  });

  test('a mapping is not found in a text, and letters are not folded', () => {
    expect(payloadDifferences({ title: 'a' }, 'title: a')).toHaveLength(1);
    expect(payloadDifferences('abc', 'ABC')).toHaveLength(1);
  });
});
