/** Long pages are made in turns, so that news that comes meanwhile does not wait for them. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Secret } from '../../../src/platform/secret.ts';
import { whole } from '../../../src/platform/steps.ts';
import { configText } from '../../../src/web/page/config-text.ts';
import { each, html } from '../../../src/web/page/html.ts';
import { turnsOf } from '../../support/loop-turns.ts';

test('rows of a thousand leave the loop its turns; the text is the same', async () => {
  const numbers = Array.from({ length: 1000 }, (_, at) => at);
  const row = (number: number) => html`<p>${number} <&></p>`;
  const one = async (number: number) => String(await row(number));
  const expected = (await Promise.all(numbers.map(one))).join('');
  let text = '';
  const [, turns] = await turnsOf(async () => {
    text = String(await html`<b>${each(numbers, row)}</b>`);
  });
  expect(text).toBe(`<b>${expected}</b>`);
  expect(turns).toBeGreaterThan(100);
  // A few are made at once.
  expect(each([1, 2], row)).not.toBeInstanceOf(Promise);
});

const CONFIG = {
  feeds: [{ name: 'tokyo', apiKey: new Secret('s3cret'), exchanges: ['upbit', 'binance'] }],
  destinations: {
    bot: { type: 'webhook', url: 'https://x/s3cret', body: { a: [1, { b: 'two\nlines\n\nmore' }] } },
    'odd: name': { text: '- "quoted" # no comment', empty: {}, none: [], absent: undefined },
  },
  rules: [{ name: 'all', match: {}, send: [{ to: 'bot' }] }],
  templates: {},
  tests: [],
  watch: true,
  version: undefined,
  nothing: null,
};

test('the config, written piece by piece, is as it would be written at once, without secrets', () => {
  const redact = (text: string) => text.replaceAll('s3cret', '<redacted>');
  const text = whole(configText(CONFIG, redact, Number.POSITIVE_INFINITY));
  const atOnce = stringify(JSON.parse(JSON.stringify(CONFIG)), { lineWidth: 0 });
  expect(text).toBe(redact(atOnce));
  expect(text).not.toContain('s3cret');
});

test('of a long config no more is written than is shown, an entry at a step', () => {
  const destinations = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [`bot${at}`, { type: 'webhook', url: 'https://x' }]),
  );
  let steps = 0;
  const writing = configText({ destinations }, (text) => text, 5000);
  while (writing.next().done !== true) steps++;
  expect(steps).toBeGreaterThan(50);
  expect(steps).toBeLessThan(500);
});
