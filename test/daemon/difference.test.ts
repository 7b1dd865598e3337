/** The changes of a reload in words: what a person wants to see in one look. */
import { expect, test } from 'vitest';
import { describeChanges, differencesInSteps } from '../../src/daemon/difference.ts';
import { keysThatDiffer } from '../../src/daemon/differing-keys.ts';
import { whole } from '../../src/platform/steps.ts';
import { load } from '../config/load-text.ts';

const NOTHING = { added: [], changed: [], removed: [] };

const text = (rules: string, more = '') => `feeds: [{ name: one, apiKey: "\${KEY}" }]
destinations:
  a: { type: webhook, url: "https://a.br.test/" }
  b: { type: webhook, url: "https://b.br.test/" }
rules:
${rules}
${more}`;

function configOf(yaml: string) {
  const { config, problems } = load(yaml, { KEY: `dsk_${'a1'.repeat(32)}` });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

function changes(before: string, after: string): string[] {
  const [one, other] = [configOf(before), configOf(after)];
  const names = Object.keys(other.destinations);
  const changed = names.filter(
    (name) => keysThatDiffer(one.destinations[name] ?? {}, other.destinations[name] ?? {}).length > 0,
  );
  const done = { destinations: { ...NOTHING, changed }, feeds: NOTHING, tables: NOTHING };
  return describeChanges(one, other, done, whole(differencesInSteps(one, other)));
}

const rule = (name: string, ticker: string, send = 'a') =>
  `  - { name: ${name}, match: { ticker: ${ticker} }, send: ${send} }`;
const unnamed = (ticker: string, send = 'a') => `  - { match: { ticker: ${ticker} }, send: ${send} }`;

test.each([
  ['nothing', [rule('x', 'X')], [rule('x', 'X')], []],
  ['a new one', [rule('x', 'X')], [rule('x', 'X'), rule('y', 'Y')], ['rules: + "y"']],
  ['one that is gone', [rule('x', 'X'), rule('y', 'Y')], [rule('y', 'Y')], ['rules: - "x"']],
  [
    'another condition and destination',
    [rule('x', 'X')],
    [rule('x', 'Z', 'b')],
    ['rules: ~ "x" (match, send)'],
  ],
  [
    'another order',
    [rule('x', 'X'), rule('y', 'Y')],
    [rule('y', 'Y'), rule('x', 'X')],
    ['rules: another order'],
  ],
  [
    'a new one before others without names: their numbers change, and nothing else',
    [unnamed('X'), unnamed('Y')],
    [unnamed('NEW'), unnamed('X'), unnamed('Y')],
    ['rules: + "rule 1"'],
  ],
  ['an edited one without a name', [unnamed('X')], [unnamed('X', 'b')], ['rules: ~ "rule 1" (send)']],
  [
    'many at once are counted',
    [rule('x', 'X')],
    [rule('x', 'X'), ...['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((ticker) => rule(ticker, ticker))],
    ['rules: + "A", + "B", + "C", + "D", + "E", + 2 more'],
  ],
] as const)('rules: %s', (_, before, after, lines) => {
  expect(changes(text(before.join('\n')), text(after.join('\n')))).toEqual(lines);
});

test.each([
  ['dedupeWindow: 2h', 'dedupeWindow: 1h → 2h'],
  ['watch: false', 'watch: true → false'],
  ['templates: { short: { text: x } }', 'templates: + short'],
  ['groups: { all: [a, b] }', 'groups: + all'],
  ['alerts: { send: [a] }', 'alerts: added'],
])('%s', (yaml, line) => {
  expect(changes(text(rule('x', 'X')), text(rule('x', 'X'), yaml))).toEqual([line]);
});

test('a secret that changes is named by its key alone', () => {
  const secret = (value: string) => `whsec_${Buffer.alloc(32, value).toString('base64')}`;
  const before = text(rule('x', 'X')).replace(
    'https://a.br.test/"',
    `https://a.br.test/", secret: "${secret('one')}"`,
  );
  expect(changes(before, before.replace(secret('one'), secret('two')))).toEqual([
    'destinations: ~ a (secret)',
  ]);
});
