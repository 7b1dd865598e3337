/** A dollar sign that is no variable of another program is no problem. The corpus has those that are. */
import { expect, test } from 'vitest';
import { ENV, load, told } from './load-text.ts';

const withUrl = (url: string, more = '') =>
  `feeds: [{ apiKey: "\${KEY}" }]\ndestinations:\n  bot: { type: webhook, url: "${url}"${more} }\nrules: [{ match: {}, send: bot }]\n`;

test.each([
  ['OData', withUrl('https://bot.bridge.test/x?$filter=listed&$top=1')],
  ['a price in a body', withUrl('https://bot.bridge.test/x', ', body: { limit: "$100", note: $FUN }')],
  ['a header', withUrl('https://bot.bridge.test/x', ', headers: { X-Note: "costs $5, or $$" }')],
  ['percent codes', withUrl('https://bot.bridge.test/a%20b%2Fc')],
  ['a variable of ours in the same value', withUrl('https://bot.bridge.test/\u0024{KEY}')],
])('%s', (_name, text) => {
  expect(told(load(text, ENV))).toEqual([]);
});

test('the name is shown where it is one, and never what may be a password', () => {
  const of = (value: string) =>
    told(load(withUrl('https://bot.bridge.test/x', `, headers: { Authorization: "${value}" }`), ENV)).join();
  expect(of('$BOT_TOKEN')).toContain(`write \${BOT_TOKEN}`);
  expect(of('$KEY')).toContain(`write \${KEY}`);
  expect(of('$HUNTER22')).toContain(`write \${NAME}`);
  expect(of('$HUNTER22')).not.toContain('HUNTER22');
});
