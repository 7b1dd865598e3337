// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/**
 * Files that are made to be too much: each ends in a problem, never in a crash, and long before the time that a test
 * has. Growth is counted where it can be, by the ratio of one size to twice that size, never by a clock alone.
 */
import { describe, expect, test } from 'vitest';
import { growthOf } from '../support/growth.ts';
import { ENV, FEEDS, load, problemsOf, shown } from './load-text.ts';

const doubled = (levels: number) =>
  `x-a0: &a0 { k: v }\n${Array.from({ length: levels }, (_, level) => `x-a${level + 1}: &a${level + 1} { l: *a${level}, r: *a${level} }\n`).join('')}`;
const TOO_LARGE = 'is too large or too deep (an alias that contains itself?)';
const TOO_DEEP = 'lists or mappings are nested too deep here';
const TOO_MANY = 'the file has more words and marks in it than a config can have';
const EMPTY = 'the file is empty';

describe('a small file that would become a huge one', () => {
  test.each([
    ['aliases of aliases', doubled(40)],
    ['an alias of itself', 'x-a: &a [*a]\n'],
    [
      'a list of ten times the one above',
      `x-0: &b0 [x, x]\n${Array.from({ length: 9 }, (_, level) => `x-${level + 1}: &b${level + 1} [${`*b${level}, `.repeat(10)}]\n`).join('')}`,
    ],
  ])('%s', (_name, text) => {
    expect(problemsOf(load(FEEDS + text, ENV)).join('\n')).toContain(TOO_LARGE);
  });

  test.each([
    ['lists in lists', `x-a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`],
    ['mappings in mappings', `x-a: ${'{ a: '.repeat(10_000)}${'}'.repeat(10_000)}\n`],
    ['dashes', `x-a:\n  ${'- '.repeat(10_000)}a\n`],
    ['a few more than are possible', `x-a: ${'['.repeat(45)}${']'.repeat(45)}\n`],
  ])('%s', (_name, text) => {
    expect(problemsOf(load(FEEDS + text, ENV)).join('\n')).toContain(TOO_DEEP);
  });

  test('no secret of it is shown all the same', () => {
    const loaded = load(`${doubled(40)}feeds: [{ apiKey: ${ENV.KEY}, x: *a40 }]\n`, ENV);
    expect(shown(loaded)).not.toContain(ENV.KEY);
    expect(loaded.redact(`x ${ENV.KEY}`)).not.toContain(ENV.KEY);
  });
});

test.each([
  ['ten megabytes', 'a: 1\n'.repeat(2_000_000), '10'],
  ['a little too much', 'a'.repeat(4_000_001), '4.1'],
])('%s are not even parsed', (_name, text, size) => {
  expect(problemsOf(load(text, ENV))).toEqual([
    `1:1: the file is too large to be a config: ${size} MB, and 4 are possible`,
  ]);
});

test('as much as is possible is read', () => {
  expect(problemsOf(load(`${FEEDS}#${'x'.repeat(3_999_900)}\n`, ENV)).join()).toContain(
    '`destinations` is missing',
  );
});

test.each([
  ['something behind each value', 'a: "b" c\n'],
  ['keys in keys', 'a: '],
  ['open brackets', '['],
  ['lines of a log', '2026-11-26 10:00:00 INFO [x] {y: z\n'],
])('of a file that is nothing but %s, no more is explained than anybody reads', (_name, piece) => {
  const { problems } = load(piece.repeat(3000), ENV);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.length).toBeLessThanOrEqual(102);
});

/** As large as a file may be: without the bounds each takes longer than a test may, or ends in a crash. */
test.each([
  ['open brackets', '[', TOO_DEEP],
  ['keys in keys', 'a: ', TOO_DEEP],
  ['dashes in dashes', '- ', TOO_MANY],
  ['words of a list', 'a, ', TOO_MANY],
  ['line ends of an old Mac', '\r', EMPTY],
  ['aliases', '- *a\n', TOO_MANY],
  ['closing brackets', ']', 'not valid YAML: unexpected flow-seq-end token in YAML document'],
  ['something behind each value', 'a: "b" c\n', 'there is something behind the end of a value'],
  ['directives', '%a\n', 'not valid YAML: unknown directive %a'],
  ['documents of JSON', '{"a": 1, "b": [1,2]}\n', 'there is something behind the end of a value'],
])('four megabytes of %s end in sentences', (_name, piece, message) => {
  const start = piece === 'a, ' ? 'x-a: [' : '';
  const { problems } = load(start + piece.repeat(Math.floor(3_900_000 / piece.length)), ENV);
  expect(problems[0]?.message).toBe(message);
  expect(problems.length).toBeLessThanOrEqual(102);
});

test('regression: each alias does not walk the whole document', () => {
  const text = (size: number) => `${FEEDS}x-a: &a b\nx-b:\n${'  - *a\n'.repeat(size / 4)}`;
  expect(growthOf((size) => load(text(size), ENV))).toBe('linear');
});

test('regression: each unknown key does not look through all the others', () => {
  const keys = (size: number) => Array.from({ length: size / 20 }, (_, at) => `k${at}: 1\n`).join('');
  expect(growthOf((size) => load(`${FEEDS}${keys(size)}`, ENV))).toBe('linear');
});

test('a secret in the beginning of a file that is given up is not shown', () => {
  const loaded = load(`feeds: [{ apiKey: ${ENV.KEY}, x: ${'['.repeat(1000)} }]\n`, ENV);
  expect(problemsOf(loaded).join()).toContain(TOO_DEEP);
  expect(shown(loaded)).not.toContain(ENV.KEY);
});

test('an alias stands for the last anchor above, and never for one below', () => {
  const twice = `${FEEDS}x-a: [&name discord, &name webhook]\ndestinations:\n  bot: { type: *name }\n`;
  expect(problemsOf(load(twice, ENV)).join()).toContain('`url` is missing');
  expect(problemsOf(load(`${FEEDS}x-a: *later\nx-b: &later one\n`, ENV)).join()).toContain(
    'there is no anchor of this name above',
  );
});

test('of a line without an end only the part around the fault is shown', () => {
  const text = `${FEEDS}rules: ${'x'.repeat(1_000_000)}\n`;
  const lines = shown(load(text, ENV)).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(400);
});

test.each([
  ['references that never end', '${'],
  ['quotes', "'' "],
  ['template marks', '{{ tickers'],
  ['long words', 'Bearer aaaaaaaaaaaaaaaa '],
  ['addresses', 'https://a:b@'],
  ['blanks', ' \t'],
])('a text of many %s takes time in proportion to its length', (_name, piece) => {
  expect(growthOf((size) => load(`${FEEDS}x-a: "${piece.replaceAll('\t', ' ').repeat(size)}"\n`, ENV))).toBe(
    'linear',
  );
});

describe('as many problems as a file can hold', () => {
  const RULE = '  - { match: { ticker: A }, send: [bot] }\n';
  const START = `${FEEDS}destinations:\n  bot: { type: webhook, url: https://bot.bridge.test/x }\nrules:\n`;

  test('regression: rules that match the same are not compared each with each', () => {
    expect(growthOf((size) => load(START + RULE.repeat(size / 20), ENV))).toBe('linear');
  });

  test('regression: each problem does not look through all the secrets of the file', () => {
    const destination = (at: number) =>
      `  b${at}: { type: webhook, url: "https://a.test/${at}", headers: { A: "s${at}x" } }\n`;
    const text = (size: number) =>
      `${FEEDS}destinations:\n${Array.from({ length: size / 20 }, (_, at) => destination(at)).join('')}rules:\n${'  - { match: { tikcer: A }, send: [b0] }\n'.repeat(size / 20)}`;
    expect(
      growthOf((size) =>
        load(text(size), ENV)
          .problems.slice(0, 100)
          .map(({ sourceLine }) => sourceLine),
      ),
    ).toBe('linear');
  });
});
