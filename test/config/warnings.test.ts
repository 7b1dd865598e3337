import { describe, expect, test } from 'vitest';
import { ENV, load, problemsOf, warningsOf } from './load-text.ts';

const PARTS = `destinations:
  a: { type: webhook, url: https://x.br.test/a }
  b: { type: webhook, url: https://x.br.test/b }
feeds:
  - { name: tokyo, apiKey: "\${KEY}", exchanges: [binance, upbit] }
rules:
`;

const warn = (...rules: readonly string[]) => {
  const loaded = load(PARTS + rules.map((rule) => `  - ${rule}\n`).join(''), ENV);
  expect(problemsOf(loaded)).toEqual([]);
  return warningsOf(loaded);
};

const ALL = '{ name: all, match: {}, send: [a, b] }';
const SPECIAL = '{ name: x, match: { listingType: spot_listing }, send: [a] }';

describe('a rule that does nothing', () => {
  test.each<[string, string[], string[]]>([
    ['none', [SPECIAL, ALL], []],
    [
      'everything is taken by a rule above',
      [ALL, SPECIAL],
      ['8:60: rule "x" never sends anything: rules above already send the same announcements to a'],
    ],
    [
      'one of its destinations is left',
      ['{ name: all, match: {}, send: a }', '{ match: { ticker: X }, send: [a, b] }'],
      [],
    ],
    ['self-tests pass by a rule for everything', [ALL, '{ match: { test: true }, send: [a] }'], []],
    [
      'all is stopped above',
      ['{ name: all, match: {}, send: [a, b], stop: true }', SPECIAL],
      ['8:5: rule "x" never matches: rule "all" above has `stop: true` and matches the same announcements'],
    ],
    [
      'duplicate, whatever the order of keys',
      [
        '{ name: one, match: { ticker: X, publisher: upbit }, send: [a, b] }',
        '{ name: two, match: { publisher: upbit, ticker: X }, send: [a, b] }',
      ],
      ['8:5: rule "two" is a duplicate of rule "one"'],
    ],
    [
      'no feed subscribes to the publisher',
      ['{ match: { publisher: bithumb }, send: [a, b] }'],
      ['7:27: rule "rule 1" never matches: no feed subscribes to bithumb'],
    ],
    ['one publisher is asked for', ['{ match: { publisher: [bithumb, Upbit] }, send: [a, b] }'], []],
    ['a pattern may match any publisher', ['{ match: { publisher: { matches: b } }, send: [a, b] }'], []],
    [
      'no such feed',
      ['{ match: { feed: tokio }, send: [a, b] }'],
      ['7:22: rule "rule 1" never matches: there is no feed tokio'],
    ],
  ])('%s', (_name, rules, expected) => {
    expect(warn(...rules)).toEqual(expected);
  });
});

test('a destination that no rule names', () => {
  expect(warn('{ match: {}, send: a }')).toEqual(['3:3: no rule sends to b']);
});

test('words that are not known, with the nearest', () => {
  const loaded = load(
    `${PARTS}  - { match: { publisher: upbitt, listingType: [{ not: spot_lsting }] }, send: [a, b] }
  - { match: { publisher: kraken }, send: [a, b], name: k }
`.replace('exchanges: [binance, upbit]', 'exchanges: [binanse, kraken, upbitt]'),
    ENV,
  );
  expect(
    loaded.warnings.map(({ line, column, message, hint }) => `${line}:${column}: ${message}; ${hint}`),
  ).toEqual([
    '5:50: binanse is not a known exchange; did you mean `binance`?',
    '5:59: kraken is not a known exchange; known: binance, upbit, bithumb',
    '5:67: upbitt is not a known exchange; did you mean `upbit`?',
    '7:56: spot_lsting is not a known listing type; did you mean `spot_listing`?',
  ]);
});

test('a title without matches', () => {
  expect(warn('{ match: { title: KRW }, send: [a, b] }')).toEqual(['7:23: this compares the whole title']);
});

test('a broken config is warned of as far as it can be read', () => {
  const loaded = load(`${PARTS}  - { match: {}, send: a }\nlogg: {}\n`, ENV);
  expect(problemsOf(loaded)).toEqual(['8:1: unknown key `logg`']);
  expect(warningsOf(loaded)).toEqual(['3:3: no rule sends to b']);
});
