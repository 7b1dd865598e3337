/** Values of `market` that are no currency, and rules that would find too little or too much by it. */
import { describe, expect, test } from 'vitest';
import { ENV, load, problemsOf } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
rules:
`;

/** The findings on `match`, each with its hint. */
const found = (match: string) => {
  const loaded = load(`${PARTS}  - { send: bot, match: ${match} }\n`, ENV);
  return [...loaded.problems, ...loaded.warnings].map(
    ({ line, column, message, hint }) => `${line}:${column}: ${message}; ${hint}`,
  );
};

describe('a market that is none', () => {
  test.each<[string, string]>([
    [
      '원화',
      '5:52: "원화" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      'KRW 마켓',
      '5:52: "KRW 마켓" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      'KRW market',
      '5:52: "KRW market" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      'ABC/KRW',
      '5:52: "ABC/KRW" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      // Upbit's own name of the market in which BTC is priced in won.
      'KRW-BTC',
      '5:52: "KRW-BTC" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      'won',
      '5:52: "won" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      '₩',
      '5:52: "₩" is not how a market is named here: by the currency alone: the rule never matches; write KRW',
    ],
    [
      'USDⓈ-M',
      '5:52: "USDⓈ-M" is not how a market is named here: by the currency alone: the rule never matches; write USDT',
    ],
    [
      'COIN-M',
      '5:52: "COIN-M" is not how a market is named here: by the currency alone: the rule never matches; write USD',
    ],
    [
      'spot',
      '5:52: "spot" is no currency: `market` is what prices are quoted in: the rule never matches; write listingType: spot_listing',
    ],
    [
      'futures',
      '5:52: "futures" is no currency: `market` is what prices are quoted in: the rule never matches; write listingType: futures_listing',
    ],
    ['upbit', '5:52: "upbit" is an exchange, not a currency: the rule never matches; write publisher: upbit'],
    [
      'all',
      '5:52: "all" is no currency: the rule never matches; remove the condition; without one any market, and none, matches',
    ],
    ['USTD', '5:52: no exchange is known to quote prices in "USTD"; did you mean USDT?'],
    [
      'GOLD',
      '5:52: no exchange is known to quote prices in "GOLD"; known: KRW, BTC, USDT, USDC, USD, EUR, TRY, BNB, FDUSD, …',
    ],
    [
      '"KRW, BTC"',
      '5:52: "KRW, BTC" is a single text, and no market has that name: the rule never matches; write a list: [KRW, BTC]',
    ],
    ['KRW BTC', '5:52: "KRW BTC" is one text; write a list: [KRW, BTC]'],
    [
      '/KRW|BTC/',
      '5:52: "/KRW|BTC/" is compared literally, slashes included: the rule never matches; a regular expression is written { matches: "KRW|BTC" }; upper and lower case are the same',
    ],
    [
      '"!KRW"',
      '5:52: "!KRW" is compared literally: the rule never matches; to exclude it, write { not: KRW }',
    ],
    ['[]', '5:52: `market` must not be an empty list: it would match nothing; undefined'],
    ['{ matches: "(KRW" }', '5:63: not a valid regular expression: missing closing ): `(KRW`; undefined'],
    ['{ is: KRW }', '5:54: unknown key `is`; known here: not, in, matches, any'],
    [
      '5',
      '5:52: `market` must be text, a list, or an object with not, in, matches or any; put it in quotes: "5"',
    ],
    [
      'true',
      '5:52: `market` must be text, a list, or an object with not, in, matches or any; put it in quotes: "true"',
    ],
  ])('market: %s', (written, expected) => {
    // A listing type, so that nothing else is to be said.
    expect(
      found(`{ listingType: a, market: ${written} }`.replace('listingType: a', 'abnormal: false')).filter(
        (line) => !line.includes('delistings'),
      ),
    ).toEqual([expected]);
  });

  test.each([
    'KRW',
    'krw',
    '[KRW, btc]',
    '{ not: KRW }',
    '"*USD*"',
    '{ matches: "USD[TC]" }',
    'FDUSD',
    'ＫＲＷ',
  ])('market: %s is one', (written) => {
    expect(found(`{ listingType: spot_listing, market: ${written} }`)).toEqual([]);
  });

  test.each(['quote', 'markets', 'quoteAsset', 'pair', 'currency'])('`%s` is another word for it', (key) => {
    expect(found(`{ ${key}: KRW }`)).toEqual([`5:27: unknown key \`${key}\`; did you mean \`market\`?`]);
  });
});

describe('a rule that finds too little or too much by its market', () => {
  test('an order on a market without a listing type', () => {
    expect(found('{ publisher: upbit, market: KRW }')).toEqual([
      '5:53: bot would also get delistings: a title names the market that closes as it names one that opens; add listingType: spot_listing (or the one that is meant)',
    ]);
  });

  test('a spot listing of Binance', () => {
    const expected =
      '5:80: the titles of Binance spot listings name no market, so this rule would miss them; remove `market`, or leave it to listings of futures and to other exchanges';
    expect(found('{ publisher: binance, listingType: spot_listing, market: USDT }')).toEqual([
      expected.replace('5:80', '5:82'),
    ]);
    expect(found('{ publisher: binance, listingType: futures_listing, market: USDT }')).toEqual([]);
    expect(found('{ publisher: [binance, upbit], listingType: spot_listing, market: USDT }')).toEqual([]);
  });

  test('rules that take what a later one would', () => {
    const yaml = `${PARTS}  - { name: wide, match: { market: [KRW, BTC], listingType: a }, send: bot, stop: true }
  - { name: narrow, match: { market: krw, listingType: a, ticker: X }, send: bot }
`;
    const loaded = load(yaml, ENV);
    expect(problemsOf(loaded)).toEqual([]);
    expect(loaded.warnings.map(({ message }) => message)).toContain(
      'rule "narrow" never matches: rule "wide" above has `stop: true` and matches the same announcements',
    );
    const other = load(yaml.replace('market: krw', 'market: USDT'), ENV);
    expect(other.warnings.filter(({ message }) => message.includes('never'))).toEqual([]);
    const impossible = load(yaml.replace('market: krw', 'market: { any: [KRW], not: KRW }'), ENV);
    expect(impossible.warnings.map(({ message }) => message)).toContain(
      'rule "narrow" never matches: no market can be not KRW and KRW',
    );
  });
});
