/** The dry run of an announcement agrees with the bridge. */
import { expect, test } from 'vitest';
import { configSchema } from '../src/config/schema.ts';
import { prepareDestinations } from '../src/destinations/prepared.ts';
import { dryRun } from '../src/dry-run.ts';
import { compileRules } from '../src/routing/router.ts';
import { announcementOf } from './destinations/render-support.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;

function configured(changes: { destinations?: object; templates?: object; rules: readonly object[] }) {
  const config = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: KEY }],
    ...changes,
    destinations: {
      bot: { type: 'webhook', url: 'http://127.0.0.1:1/', forEach: 'ticker', maxTickers: 2 },
      log: { type: 'webhook', url: 'http://127.0.0.1:1/log', body: { text: '{{ title }} s3cret' } },
      ...changes.destinations,
    },
  });
  const redact = (text: string) => text.replaceAll('s3cret', '<redacted>');
  return { router: compileRules(config.rules), destinations: prepareDestinations(config), redact };
}

const all = { name: 'all', match: {}, send: ['bot', 'log'] };

test('rules, requests without secrets, and what is left of too many tickers', () => {
  const config = configured({ rules: [{ name: 'none', match: { publisher: 'okx' }, send: ['log'] }, all] });
  const { rules, deliveries, withheld } = dryRun(announcementOf({ tickers: ['A', 'B', 'C'] }), config);
  expect(rules.map(({ rule, matched }) => [rule, matched])).toEqual([
    ['none', false],
    ['all', true],
  ]);
  expect(deliveries.map(({ destination, ticker }) => [destination, ticker])).toEqual([
    ['bot', 'A'],
    ['bot', 'B'],
    ['log', undefined],
  ]);
  expect(JSON.stringify(deliveries.at(-1)?.request.body)).toContain('<redacted>');
  expect(withheld).toEqual([
    {
      ...{ destination: 'bot', rule: 'all', isRest: true },
      reason: '1 of 3 tickers not sent, because maxTickers is 2: C',
    },
  ]);
});

test.each([
  [{ tickers: [] }, 'the announcement has no ticker'],
  [{ tickers: ['ABC'], redacted: true }, 'a redacted announcement has no ticker to act on'],
] as const)('a destination that gets one request for each ticker, of %j', (changes, words) => {
  const { withheld } = dryRun(announcementOf(changes), configured({ rules: [all] }));
  expect(withheld).toEqual([
    { destination: 'bot', rule: 'all', reason: expect.stringContaining(words) as string },
  ]);
});

test('a template that fails: the order is withheld, the chat gets its default form', () => {
  const config = configured({
    destinations: { chat: { type: 'telegram', botToken: `1:${'a'.repeat(35)}`, chatId: '@some_chat' } },
    rules: [{ ...all, send: ['log', 'chat'] }],
  });
  const destinations = config.destinations.map((one) => ({
    ...one,
    render: () => {
      throw new Error('no s3cret today');
    },
  }));
  const { deliveries, withheld } = dryRun(announcementOf(), { ...config, destinations });
  expect(deliveries).toMatchObject([{ destination: 'chat', templateFault: 'no <redacted> today' }]);
  expect(withheld).toEqual([
    {
      ...{ destination: 'log', rule: 'all' },
      reason: 'its template fails on this announcement: no <redacted> today',
    },
  ]);
});
