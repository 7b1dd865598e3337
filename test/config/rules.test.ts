/** Conditions and rules that are valid and cannot do what they were written for. */
import { describe, expect, test } from 'vitest';
import { Pattern, Text } from '../../src/matching/text.ts';
import { ENV, load, problemsOf, shown, warningsOf } from './load-text.ts';

const PARTS = `destinations:
  a: { type: webhook, url: https://x.br.test/a }
feeds:
  - { name: tokyo, apiKey: "\${KEY}" }
rules:
`;

const loadRules = (...rules: readonly string[]) => {
  const loaded = load(PARTS + rules.map((rule) => `  - ${rule}\n`).join(''), ENV);
  expect(problemsOf(loaded)).toEqual([]);
  return loaded;
};
const matching = (match: string) => loadRules(`{ match: { ${match} }, send: a }`);

describe('regression: a condition that nothing can pass is warned of, told how to write it, and counted', () => {
  test.each([
    // As JavaScript writes them.
    ['title: { matches: "/KRW/i" }', 'write "KRW"'],
    ['title: "/KRW/"', 'matches: "KRW"'],
    ['publisher: "/upbit/i"', 'matches: "upbit"'],
    // Quotes of a word processor, or too many.
    ['title: { matches: “KRW” }', 'write "KRW"'],
    ['publisher: “upbit”', 'write "upbit"'],
    ['ticker: ‘BTC’', 'write "BTC"'],
    [`listingType: "'spot_listing'"`, 'write "spot_listing"'],
    ['title: { matches: «KRW» }', 'write "KRW"'],
    // One text in place of a list.
    ['publisher: "upbit, bithumb"', '[upbit, bithumb]'],
    ['publisher: upbit|bithumb', '[upbit, bithumb]'],
    ['publisher: upbit or bithumb', '[upbit, bithumb]'],
    ['publisher: "[upbit, bithumb]"', '[upbit, bithumb]'],
    ['publisher: "[upbit]"', '[upbit]'],
    ['publisher: ["upbit;bithumb"]', '[upbit, bithumb]'],
    ['listingType: "spot_listing,futures_listing"', '[spot_listing, futures_listing]'],
    ['ticker: "BTC, ETH"', '[BTC, ETH]'],
    ['ticker: BTC|ETH', '[BTC, ETH]'],
    ['publisher: { matches: "upbit, bithumb" }', '[upbit, bithumb]'],
    // Names of other places.
    ['publisher: Binance.com', '`binance`'],
    ['publisher: https://upbit.com', '`upbit`'],
    ['publisher: "*"', 'remove the condition'],
    ['publisher: upb*', 'matches: "upb"'],
    ['publisher: "!upbit"', '{ not: upbit }'],
    ['publisher: not upbit', '{ not: upbit }'],
    ['listingType: spot listing', '`spot_listing`'],
    ['listingType: Spot Listing', '`spot_listing`'],
    ['listingType: spot-listing', '`spot_listing`'],
    ['listingType: test_announcement', 'test: true'],
    ['ticker: $BTC', 'write BTC'],
    ['ticker: "#BTC"', 'write BTC'],
    ['ticker: BTC/USDT', 'write BTC'],
    ['ticker: BTC-KRW', 'write BTC'],
    ['ticker: BTC_USDT', 'write BTC'],
    ['ticker: KRW-BTC', 'write BTC'],
    ['ticker: USDT_XRP', 'write XRP'],
    ['ticker: USDT/KRW', 'write USDT'],
    ['ticker: BTC - USDT', 'write BTC'],
    ['ticker: BTC USDT', 'write BTC'],
    ['ticker: "*/USDT"', 'remove it'],
    ['ticker: BTC-PERP', 'write BTC'],
    ['ticker: BTC-USDT-SWAP', 'write BTC'],
    ['ticker: BTC_USDT_PERP', 'write BTC'],
    ['ticker: "BINANCE:BTC"', 'write BTC'],
    ['ticker: { matches: "^BTC/USDT$" }', 'write "^BTC$"'],
    ['ticker: { matches: "KRW-BTC|ETH/USDT" }', 'write "BTC|ETH"'],
    ['publisher: 업비트', '`upbit`'],
    ['publisher: Up bit', '`upbit`'],
    ['feed: { not: tokyo }', 'there is: tokyo'],
    ['feed: { matches: seoul }', 'there is: tokyo'],
    ['publisher: { not: { matches: ".*" } }', 'remove the condition'],
    ['title: { not: { matches: "^.*$" } }', 'remove the condition'],
    ['ticker: ^BTC$', '{ matches: "^BTC$" }'],
    ['ticker: " "', 'remove it'],
    ['ticker: ВТС', 'Latin'],
    ['publisher: "upb\\u200bit"', 'type it'],
    // Patterns.
    ['title: { matches: "\\bKRW\\b" }', "'single quotes'"],
    [String.raw`title: { matches: '\\bKRW\\b' }`, String.raw`\bKRW\b`],
    ['title: { matches: "KRW^" }', String.raw`\^`],
    ['title: { matches: "$KRW" }', String.raw`\$`],
    ['title: { matches: "(a|b)c$d" }', String.raw`\$`],
    ['title: { matches: "KR\\u00adW" }', 'type it'],
    ['title: { matches: "KRW\\n" }', 'on one line'],
    ['title: { matches: "%KRW%" }', 'write "KRW"'],
    ['title: "*KRW*"', 'matches: "KRW"'],
    ['title: ".*KRW.*"', 'matches: '],
    // Contradictions.
    ['publisher: { not: upbit, any: [upbit] }', 'remove the condition'],
    ['publisher: { not: { not: [upbit, binance] }, any: [bithumb] }', 'remove the condition'],
    ['publisher: { any: [upbit], matches: bithumb }', 'remove the condition'],
    ['ticker: { not: "*" }', 'remove the condition'],
    ['ticker: { not: "B*", any: [BTC, BNB] }', 'remove the condition'],
    ['test: { not: [true, false] }', 'remove the condition'],
    ['tickerCount: { not: 1, any: [1] }', 'remove the condition'],
    ['tickerCount: 0, ticker: BTC', 'remove the condition'],
    ['tickerCount: { not: { not: 0 } }, ticker: { not: BTC }', 'remove the condition'],
  ])('%s', (match, hint) => {
    const loaded = matching(match);
    expect(loaded.config).toBeDefined();
    expect(loaded.deadRules).toBe(1);
    expect(loaded.warnings).toHaveLength(1);
    expect(warningsOf(loaded)[0]).toMatch(/^6:\d+: .*never matches/);
    expect(shown(loaded)).toContain(hint);
  });
});

describe('regression: a condition that is not what it seems is warned of, and not counted', () => {
  test.each([
    ['ticker: BTCUSDT', 'write BTC'],
    ['ticker: btcusdt', 'write btc'],
    ['ticker: BTC ETH', '[BTC, ETH]'],
    ['publisher: { matches: coinbase }', 'known: binance'],
    ['publisher: { matches: "^Upbit Korea$" }', 'known: binance'],
    ['listingType: { matches: spot-listing }', 'known: spot_listing'],
    ['listingType: { matches: "^listing" }', 'known: spot_listing'],
    ['title: { matches: "Bitcoin(BTC)" }', String.raw`write \( and \)`],
    ['title: { matches: "^\\\\[거래\\\\] 안내 (KRW, BTC 마켓)$" }', String.raw`write \( and \)`],
    ['title: { matches: "KRW｜원화" }', 'write "KRW|원화"'],
    ['title: { matches: "!KRW" }', '{ not: { matches: "KRW" } }'],
    ['title: { matches: "^KRW$" }', 'remove the ^ and the $'],
    ['ticker: ABC DEF', '[ABC, DEF]'],
    ['title: { matches: “Will List” }', 'write "Will List"'],
    ['publisher: { not: "upbit, bithumb" }', '[upbit, bithumb]'],
    ['publisher: [upbit, "bithumb, binance"]', '[bithumb, binance]'],
    ['ticker: { not: [$BTC, ETH] }', 'write BTC'],
    ['title: { not: { matches: "/KRW/" } }', 'write "KRW"'],
    ['title: { matches: "KRW*" }', 'write "KRW"'],
    ['title: { matches: "[거래]" }', String.raw`\[`],
    ['title: { matches: "KRW | 원화" }', 'write "KRW|원화"'],
    ['title: { matches: "KRW OR BTC" }', 'write "KRW|BTC"'],
    ['title: { matches: "KRW|" }', 'remove it'],
    [String.raw`title: { matches: '\b원화\b' }`, 'remove it'],
  ])('%s', (match, hint) => {
    const loaded = matching(match);
    expect(loaded.deadRules).toBe(0);
    expect(loaded.warnings).toHaveLength(1);
    expect(shown(loaded)).toContain(hint);
  });
});

test.each([
  'publisher: [Upbit, BITHUMB, " binance "]',
  'ticker: [BTC, 1000SATS, "BNB Card", 币安人生, "A*", USDT, WBTC, PYUSD, btc, "*"]',
  'ticker: { matches: "^[A-Z]{2,4}$" }',
  'ticker: { not: [USDT, USDC] }',
  'ticker: { not: "A*", any: ["A*", B] }',
  'ticker: { any: ["A*"], matches: "B$" }',
  'listingType: { not: [not_listing, spot_listing] }',
  'title: { matches: "KRW|원화" }',
  'title: { matches: "^\\\\[거래\\\\].*(KRW|BTC) 마켓$" }',
  'title: { matches: "(^|\\\\s)KRW($|\\\\s)" }',
  'title: { matches: "(?i)^Binance Will List" }',
  'title: { matches: "KRW, USDT 마켓" }',
  String.raw`title: { matches: '\bKRW\b' }`,
  String.raw`title: { matches: '\$[A-Z]+|a\^b|[$^/]x' }`,
  'title: { matches: "A/B" }',
  'title: { matches: "(KRW)|(원화)" }',
  'title: { matches: "will (list|add) (KRW)?" }',
  'title: { matches: "[(]KRW[)] x" }',
  String.raw`title: { matches: 'Bitcoin \(BTC\)' }`,
  'publisher: { matches: "^(up|bit)" }',
  'listingType: { matches: listing }, feed: { matches: tok }',
  'ticker: { matches: "^(BTC|ETH)$" }',
  'ticker: { not: { matches: "USDT$|-" } }',
  'ticker: [BTC-B, P, "1-2", BTT.OLD]',
  'tickerCount: { not: 0 }',
  'tickerCount: [1, 2], ticker: BTC',
  'redacted: false, abnormal: { not: true }, test: [true, false]',
  'feed: { not: seoul }',
])('%s: nothing to say', (match) => {
  const loaded = matching(match);
  expect(warningsOf(loaded)).toEqual([]);
  expect(loaded.deadRules).toBe(0);
});

describe('regression: a rule below a wider one that stops is never reached', () => {
  test.each([
    ['{ publisher: [upbit, bithumb] }', '{ publisher: upbit, title: { matches: KRW } }'],
    ['{ publisher: [upbit, bithumb] }', '{ publisher: [Bithumb, UPBIT] }'],
    ['{ publisher: { not: binance } }', '{ publisher: upbit }'],
    ['{ ticker: "A*" }', '{ ticker: [ABC, A], listingType: spot_listing }'],
    ['{ title: { matches: "KRW|원화" } }', '{ title: { matches: KRW 마켓 }, ticker: BTC }'],
    ['{ tickerCount: [1, 2] }', '{ tickerCount: 1 }'],
    ['{ abnormal: [true, false] }', '{ ticker: BTC }'],
    ['{ redacted: false }', '{ redacted: { not: true }, publisher: upbit }'],
  ])('%s over %s', (wide, narrow) => {
    const loaded = loadRules(
      `{ name: wide, match: ${wide}, send: [], stop: true }`,
      `{ name: narrow, match: ${narrow}, send: a }`,
    );
    expect(loaded.deadRules).toBe(1);
    expect(warningsOf(loaded)).toContainEqual(
      expect.stringContaining(
        'rule "narrow" never matches: rule "wide" above has `stop: true` and matches the same announcements',
      ),
    );
  });

  test.each([
    ['{ publisher: upbit }', '{ publisher: [upbit, bithumb] }'],
    ['{ publisher: upbit }', '{ ticker: BTC }'],
    ['{ publisher: upbit, ticker: BTC }', '{ publisher: upbit }'],
    ['{ ticker: "AB*" }', '{ ticker: "A*" }'],
    ['{ title: { matches: KRW 마켓 } }', '{ title: { matches: KRW } }'],
    ['{ title: { matches: KRW } }', '{ title: { matches: "K.W" } }'],
    ['{ redacted: false }', '{ publisher: upbit }'],
    ['{ publisher: upbit }', '{ publisher: upbit, test: true }'],
    ['{ publisher: upbit, test: true }', '{ publisher: upbit }'],
  ])('%s does not cover %s', (wide, narrow) => {
    const loaded = loadRules(
      `{ name: wide, match: ${wide}, send: [], stop: true }`,
      `{ name: narrow, match: ${narrow}, send: a }`,
    );
    expect(loaded.deadRules).toBe(0);
  });

  test('and one whose destinations have all been served by a wider one sends nothing', () => {
    const loaded = loadRules(
      '{ name: wide, match: { publisher: [upbit, bithumb] }, send: a }',
      '{ name: narrow, match: { publisher: upbit }, send: a }',
    );
    expect(warningsOf(loaded)).toEqual([expect.stringContaining('rule "narrow" never sends anything')]);
    expect(loaded.deadRules).toBe(0);
  });
});

describe('regression: a pattern that no answer can contain', () => {
  const withAnswer = (pattern: string) =>
    load(
      PARTS.replace('https://x.br.test/a }', `https://x.br.test/a, success: { bodyMatches: ${pattern} } }`) +
        '  - { match: {}, send: a }\n',
      ENV,
    );

  test.each(['"/ok/i"', '“ok”', "'ok^'", '"\\bok\\b"', "'ok\\\\d'"])('%s', (pattern) => {
    expect(warningsOf(withAnswer(pattern))).toEqual([
      expect.stringMatching(/^2:\d+: .*no answer would count as a success$/),
    ]);
  });

  test.each([`'"ok"'`, `'"ok": ?true'`, '"^accepted$"', `'{"a":{"b":1}}'`])('%s is fine', (pattern) => {
    expect(warningsOf(withAnswer(pattern))).toEqual([]);
  });
});

test('regression: decomposed Hangul in a pattern finds the composed', () => {
  const pattern = '원화'.normalize('NFD');
  const loaded = loadRules(`{ name: x, match: { title: { matches: "${pattern}" } }, send: a }`);
  expect(loaded.warnings).toEqual([]);
  for (const source of [pattern, `(${pattern})`])
    expect(new Pattern(source).foundIn(new Text('비트코인 원화 마켓'))).toBe(true);
});

test.each(['redacted: true', 'tickerCount: 0'])(
  'regression: under forEach nothing is sent for %s',
  (match) => {
    const loaded = load(
      `${PARTS.replace('/a }', '/a, forEach: ticker }')}  - { match: { ${match} }, send: a }\n`,
      ENV,
    );
    expect(warningsOf(loaded)).toEqual([expect.stringContaining('never sends anything')]);
    expect(matching(match).warnings).toEqual([]);
  },
);

test('a rule counts once, however much is wrong with it', () => {
  const loaded = loadRules(
    '{ match: { publisher: "upbit, bithumb", ticker: $BTC }, send: a }',
    '{ match: {}, send: a }',
    '{ match: { ticker: "#X" }, send: a }',
  );
  expect(loaded.deadRules).toBe(2);
});
