/** The parts that rules have read of a title are not read again by the templates of their destinations. */
import { RE2JS } from 're2js';
import { expect, onTestFinished, test, vi } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { requestsOf } from '../../src/dry-run.ts';
import { compileRules } from '../../src/routing/router.ts';
import { marketsIn } from '../../src/title/market.ts';
import { announcementOf } from './render-support.ts';

const bot = (place: string) => ({
  type: 'webhook',
  url: `http://127.0.0.1:1/${place}`,
  body: { coin: '{{ extract.coin }}', again: '{{ extract.coin }}' },
});

test('one search for an extract, for the rules and all who name it', () => {
  const config = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: { one: bot('one'), other: bot('other') },
    // With more than one way to be read: for others no engine is needed.
    extract: { coin: { matches: '\\(([A-Z]+|[0-9]+)\\)' } },
    rules: [
      { name: 'kept out', match: { extract: { coin: 'X*' } }, send: ['one'] },
      { name: 'taken', match: { extract: { coin: '*' } }, send: ['one', 'other'] },
    ],
  });
  const parts = {
    router: compileRules(config.rules, config.extract),
    destinations: prepareDestinations(config),
    redact: (text: string) => text,
  };
  const searched = vi.spyOn(Object.getPrototypeOf(RE2JS.compile('').re2()), 'findSubmatch');
  onTestFinished(() => searched.mockRestore());
  for (const [coin, searches] of [
    ['ABC', 1],
    ['DEF', 2],
  ] as const) {
    const { deliveries } = requestsOf(announcementOf({ title: `코인(${coin}) 거래지원` }), parts);
    expect(deliveries.map(({ request: { body } }) => body)).toEqual(
      Array.from({ length: 2 }, () => ({ coin, again: coin })),
    );
    expect(searched).toHaveBeenCalledTimes(searches);
  }
});

test('the markets of a title are read once, and of another title anew', () => {
  const [one, other] = ['에이비씨(ABC) 원화 마켓 추가', '에이비씨(ABC) BTC 마켓 추가'];
  expect(marketsIn(one)).toBe(marketsIn(one));
  expect([marketsIn(one).all, marketsIn(other).all, marketsIn(one).all]).toEqual([['KRW'], ['BTC'], ['KRW']]);
});
