// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** A pattern that is too much work for a text is refused wherever a config can have one, at its place. */
import { expect, test } from 'vitest';
import { DESTINATIONS, ENV, FEEDS, loadFiles, RULES, told } from './load-text.ts';

const BAD = '"(a{1,31}){1,31}b"';
/** For answers alone: of these up to 64 KiB are looked at. */
const LARGE = '"[0-9a-f]{200}"';

const rule = (match: string) => `rules:\n  - { match: { ${match} }, send: bot }\n`;
const bot = (success: string) =>
  `destinations:\n  bot: { type: webhook, url: https://bot.bridge.test/x, success: { ${success} } }\n`;
const own = (only: string) =>
  `feeds:\n  - { type: websocket, url: wss://own.bridge.test, only: { kind: ${only} }, map: { publisher: { value: a }, listingType: { value: b }, title: { path: t } } }\n`;

const REFUSAL =
  /this pattern repeats too much: its counts expand to \d+ steps, at most (?:500|100)(?: \(for bot\))?(?: \||;) write \+ in place of \{(?:1,31|200)\}, or a smaller count$/;

/** `LINE:COL` of the pattern. */
function placeOf(text: string): string {
  const before = text.slice(0, Math.max(text.indexOf(BAD), text.indexOf(LARGE))).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

test.each([
  ['a title', FEEDS + DESTINATIONS + rule(`title: { matches: ${BAD} }`)],
  ['a publisher in a list', FEEDS + DESTINATIONS + rule(`publisher: [upbit, { matches: ${BAD} }]`)],
  ['a ticker, negated', FEEDS + DESTINATIONS + rule(`ticker: { not: { matches: ${BAD} } }`)],
  [
    'a part of a title',
    `${FEEDS + DESTINATIONS + rule('extract: { a: "*" }')}extract: { a: { matches: ${BAD} } }\n`,
  ],
  [
    'a condition on it',
    `${FEEDS + DESTINATIONS + rule(`extract: { a: { matches: ${BAD} } }`)}extract: { a: { matches: x } }\n`,
  ],
  ['an answer', FEEDS + bot(`bodyMatches: ${BAD}`) + RULES],
  ['an answer, less', FEEDS + bot(`bodyMatches: ${LARGE}`) + RULES],
  [
    'an answer, in defaults',
    `${FEEDS + DESTINATIONS + RULES}defaults: { webhook: { success: { bodyMatches: ${LARGE} } } }\n`,
  ],
  [
    'a test of a rule',
    `${FEEDS + DESTINATIONS + RULES}tests:\n  - { announcement: { publisher: upbit, title: ABC }, expectPayload: { bot: { matches: ${BAD} } } }\n`,
  ],
  ['a feed of one’s own', own(`{ matches: ${BAD} }`) + DESTINATIONS + RULES],
])('%s', (_name, text) => {
  const found = told(loadFiles(text, {}, ENV)).filter((line) => !line.includes(': warning: '));
  expect(found).toEqual([expect.stringMatching(REFUSAL)]);
  expect(found[0]).toContain(`${placeOf(text)}: `);
});

test('in a file that is included', () => {
  const files = { 'a.yaml': rule(`title: { matches: ${BAD} }`) };
  expect(told(loadFiles(`${FEEDS + DESTINATIONS}include: [a.yaml]\n`, files, ENV))).toEqual([
    expect.stringMatching(/^a\.yaml:2:34: this pattern repeats too much/),
  ]);
});

test('what is too much for an answer is not for a title', () => {
  expect(told(loadFiles(FEEDS + DESTINATIONS + rule(`title: { matches: ${LARGE} }`), {}, ENV))).toEqual([]);
});
