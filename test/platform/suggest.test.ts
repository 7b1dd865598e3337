/** "Did you mean" only where a slip of the pen explains it. */
import { expect, test } from 'vitest';
import { insteadOf } from '../../src/config/other-types.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { nearest } from '../../src/platform/suggest.ts';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, RULES, shown, warningsOf } from '../config/load-text.ts';

test.each([
  ['webhookurl', ['webhookUrl', 'url'], 'webhookUrl'],
  ['webhook_url', ['webhookUrl', 'url'], 'webhookUrl'],
  ['tikcer', ['ticker', 'title'], 'ticker'],
  ['titel', ['ticker', 'title'], 'title'],
  ['discrod', ['discord', 'telegram'], 'discord'],
  ['telegramm', ['discord', 'telegram'], 'telegram'],
  ['upbitt', ['upbit', 'bithumb'], 'upbit'],
  ['spot listing', ['spot_listing', 'spot_delisting'], 'spot_listing'],
  ['silenceTimout', ['silenceTimeout', 'shutdownTimeout'], 'silenceTimeout'],
  ['bot', ['bots', 'chat'], 'bots'],
])('%s among %j: %s', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test.each([
  ['slack', ['discord', 'telegram', 'webhook']],
  ['email', ['team', 'meal', 'emit']],
  ['host', ['port', 'path']],
  ['name', ['mode', 'same_but_other']],
  ['team', ['beam_me', 'seat']],
  ['on', ['to', 'in']],
  // As near as each other: a guess would be wrong half of the time.
  ['bot3', ['bot1', 'bot2']],
  ['kraken', ['binance', 'upbit', 'bithumb']],
  ['vip', ['dip', 'tip']],
])('regression: %s is nothing of %j', (word, known) => {
  expect(nearest(word, known)).toBeUndefined();
});

const withType = (type: string) =>
  `${FEEDS}destinations:\n  bot: { type: ${type}, webhookUrl: https://x.br.test/hook }\n${RULES}`;

test.each([
  ['slack', 'type: webhook with its incoming webhook as `url` and body: { text: "{{ title }}" }'],
  ['Slack', 'type: webhook'],
  ['teams', 'Adaptive Card'],
  ['ms-teams', 'Adaptive Card'],
  ['mattermost', 'body: { text:'],
  ['ntfy', 'https://ntfy.sh/'],
  ['pushover', 'api.pushover.net'],
  ['http', 'type: webhook sends an HTTP request'],
  ['email', 'email has no type of its own'],
  ['sms', 'sms has no type of its own'],
  ['kafka', 'kafka has no type of its own'],
  ['something', 'any program that takes an HTTP request is a webhook'],
  ['5', 'any program that takes an HTTP request is a webhook'],
])('regression: type: %s', (type, hint) => {
  const loaded = load(withType(type), ENV);
  expect(problemsOf(loaded)).toContainEqual(
    `4:16: \`type\` must be one of: ${[...destinationTypes.keys()].join(', ')}`,
  );
  expect(shown(loaded)).toContain(hint);
  expect(shown(loaded)).not.toContain('did you mean `discord`');
});

test('what is a type, by its name or another, is not among those that have none', () => {
  const names = [...destinationTypes].flatMap(([name, { patterns }]) => [name, ...patterns.aliases]);
  expect(names.filter((name) => insteadOf(name, new Map()) !== undefined)).toEqual([]);
});

test('a type that is misspelled is suggested', () => {
  expect(shown(load(withType('discrod'), ENV))).toContain('did you mean `discord`?');
  expect(shown(load(withType('webhok'), ENV))).toContain('did you mean `webhook`?');
});

test('regression: what is given twice is told with both places', () => {
  const twice = `${FEEDS}destinations:\n  bot:\n    type: webhook\n    url: https://x.br.test/a\n    url: https://x.br.test/b\n${RULES}`;
  expect(problemsOf(load(twice, ENV))).toEqual(['7:5: the key url is given twice: here and in line 6']);
  const nested = `${FEEDS}${DESTINATIONS}${DESTINATIONS}${RULES}`;
  expect(problemsOf(load(nested, ENV))).toEqual([
    '5:1: the key destinations is given twice: here and in line 3',
  ]);
  const names = `${FEEDS}${DESTINATIONS}rules:\n  - { name: a, match: {}, send: bot }\n\n  - { name: a, match: { ticker: X }, send: bot }\n`;
  expect(problemsOf(load(names, ENV))).toEqual(['8:13: there is already a rule named a, in line 6']);
});

test('a real key is none', () => {
  expect(warningsOf(load(FEEDS + DESTINATIONS + RULES, ENV))).toEqual([]);
});
