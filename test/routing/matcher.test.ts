import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { fold } from '../../src/matching/text.ts';
import { compileMatcher } from '../../src/routing/matcher.ts';
import type { MatchOptions } from '../../src/routing/options.ts';
import { runs } from '../support/properties.ts';

/** These take a few ms; a pattern that is not linear takes years. */
const FAR_TOO_LONG_MS = 5000;

const base: Announcement = {
  id: 'a1',
  type: 'announcement',
  feed: 'tokyo',
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['ABC'],
  title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
  publishTimestampUs: undefined,
  detectedTimestampUs: undefined,
  dispatchTimestampUs: undefined,
  receivedTimestampUs: 1,
  receivedMs: 1,
  ageAtReceiptMs: 0,
  abnormal: false,
  redacted: false,
  test: false,
  extra: {},
};
const given = (fields: Partial<Announcement> = {}): Announcement => ({ ...base, ...fields });
const TEST = given({ type: 'test_announcement', test: true, tickers: ['DUMMYTOKEN'] });

describe('matches', () => {
  const cases: readonly [string, MatchOptions, Announcement, boolean][] = [
    ['an empty match takes everything real', {}, given(), true],
    ['an empty match takes no self-test', {}, TEST, false],
    ['test: true takes a self-test', { test: true }, TEST, true],
    ['test: true takes nothing real', { test: true }, given(), false],
    ['test: false takes what is real', { test: false }, given(), true],
    ['a list of both takes both', { test: [true, false] }, TEST, true],
    ['other conditions do not let a self-test in', { ticker: 'DUMMYTOKEN' }, TEST, false],
    ['a value', { publisher: 'upbit' }, given(), true],
    ['another value', { publisher: 'bithumb' }, given(), false],
    ['no part of a value', { publisher: 'up' }, given(), false],
    ['* means nothing outside ticker', { publisher: 'up*' }, given(), false],
    ['any case', { publisher: 'UpBit' }, given(), true],
    ['a list is OR', { publisher: ['binance', 'upbit'] }, given(), true],
    ['a list of others', { publisher: ['binance', 'bithumb'] }, given(), false],
    ['fields are AND', { publisher: 'upbit', listingType: 'spot_delisting' }, given(), false],
    ['not', { listingType: { not: 'not_listing' } }, given(), true],
    ['not a list', { publisher: { not: ['upbit', 'bithumb'] } }, given(), false],
    ['not not', { publisher: { not: { not: 'upbit' } } }, given(), true],
    ['not matches', { title: { not: { matches: 'krw' } } }, given(), false],
    ['any', { title: { any: [{ matches: 'BTC' }, { matches: 'KRW' }] } }, given(), true],
    ['keys of one object are AND', { title: { matches: 'KRW', not: { matches: '추가' } } }, given(), false],
    ['lists may hold objects', { title: ['x', { matches: '디지털' }] }, given(), true],
    ['the feed', { feed: 'Tokyo' }, given(), true],
    ['the whole title', { title: '에이비씨(abc) krw 마켓 디지털 자산 추가' }, given(), true],
    ['not a part of the title', { title: 'KRW' }, given(), false],
    ['the number of tickers', { tickerCount: [2, 3] }, given({ tickers: ['A', 'B'] }), true],
    ['another number of tickers', { tickerCount: { not: 1 } }, given(), false],
    ['abnormal', { abnormal: true }, given({ abnormal: true }), true],
    ['not abnormal', { abnormal: true }, given(), false],
    ['redacted, when nothing is said', {}, given({ redacted: true }), true],
    ['redacted: false', { redacted: false }, given({ redacted: true }), false],
    ['redacted: true', { redacted: true }, given({ redacted: true }), true],
    ['one of the tickers', { ticker: 'def' }, given({ tickers: ['ABC', 'DEF'] }), true],
    ['no ticker of the kind', { ticker: 'XYZ' }, given({ tickers: ['ABC', 'DEF'] }), false],
    ['a ticker glob', { ticker: '1000*' }, given({ tickers: ['1000SATS'] }), true],
    ['a ticker glob from both ends', { ticker: '1*S' }, given({ tickers: ['1000SATS'] }), true],
    ['a ticker glob inside', { ticker: '*00s*' }, given({ tickers: ['1000SATS'] }), true],
    ['glob ends may not overlap', { ticker: 'AB*BA' }, given({ tickers: ['ABA'] }), false],
    ['glob parts in their order', { ticker: '*B*A*' }, given({ tickers: ['AB'] }), false],
    ['a dot in a glob is a dot', { ticker: 'A.*' }, given({ tickers: ['ABC'] }), false],
    ['* asks for some ticker', { ticker: '*' }, given(), true],
    ['a ticker condition needs a ticker', { ticker: '*' }, given({ tickers: [] }), false],
    ['so does not', { ticker: { not: 'USDT' } }, given({ tickers: [] }), false],
    ['not is asked of each ticker', { ticker: { not: 'USDT' } }, given({ tickers: ['USDT', 'ABC'] }), true],
    [
      'not, of every ticker',
      { ticker: { not: ['USDT', 'U*C'] } },
      given({ tickers: ['USDT', 'USDC'] }),
      false,
    ],
    [
      'keys are AND of one ticker',
      { ticker: { matches: '^A', not: 'AB' } },
      given({ tickers: ['AB', 'B'] }),
      false,
    ],
    ['a ticker with a blank', { ticker: 'bnb card' }, given({ tickers: ['BNB Card'] }), true],
    ['a ticker in Chinese', { ticker: '恶俗*' }, given({ tickers: ['恶俗企鹅'] }), true],
    ['a circled letter', { title: { matches: 'USDS-M' } }, given({ title: 'Will Delist USDⓈ-M X' }), true],
    ['the circled letter itself', { title: { matches: 'USDⓈ-M' } }, given({ title: 'USDⓈ-M X' }), true],
    ['full width', { ticker: 'abc' }, given({ tickers: ['ＡＢＣ'] }), true],
    ['a full-width rule', { ticker: 'ＡＢＣ' }, given(), true],
    ['full width in a pattern', { title: { matches: '\\bkrw\\b' } }, given({ title: '（ＫＲＷ）' }), true],
    ['decomposed Hangul', { title: { matches: '원화' } }, given({ title: '원화'.normalize('NFD') }), true],
    ['no negation by form', { title: { not: { matches: 'KRW' } } }, given({ title: 'ＫＲＷ' }), false],
    ['an anchor', { title: { matches: '^krw' } }, given(), false],
    ['a Unicode class', { title: { matches: '\\p{Hangul}{3}' } }, given(), true],
  ];

  it.each(cases)('%s', (_name, match, announcement, wanted) => {
    expect(compileMatcher(match).matches(announcement)).toBe(wanted);
    expect(
      compileMatcher(match)
        .explain(announcement)
        .every((one) => one.matched),
    ).toBe(wanted);
  });

  it('refuses a pattern that does not run in linear time', () => {
    expect(() => compileMatcher({ title: { matches: '(?=x)' } })).toThrow(/\(\?=/);
  });

  it.each(['(a+)+$', '(a|a)*b', '(.*)*x', '(a*)*\\d'])('is not stalled by %s', (matches) => {
    const matcher = compileMatcher({ title: { matches } });
    const announcement = given({ title: `${'a'.repeat(20_000)}!` });
    const started = performance.now();
    expect(matcher.matches(announcement)).toBe(false);
    expect(performance.now() - started).toBeLessThan(FAR_TOO_LONG_MS);
  });

  it('is not stalled by a glob', () => {
    const matcher = compileMatcher({ ticker: `${'a*'.repeat(200)}b` });
    const announcement = given({ tickers: ['a'.repeat(100_000)] });
    const started = performance.now();
    expect(matcher.matches(announcement)).toBe(false);
    expect(performance.now() - started).toBeLessThan(FAR_TOO_LONG_MS);
  });
});

describe('fittingTickers', () => {
  const tickers = ['ABC', 'USDT', '1000SATS'];
  it.each<[string, MatchOptions, readonly string[]]>([
    ['all without a condition', {}, tickers],
    ['those that fit', { ticker: { not: ['usdt', 'usdc'] } }, ['ABC', '1000SATS']],
    ['globs', { ticker: ['1000*', 'abc'] }, ['ABC', '1000SATS']],
    ['none', { ticker: 'XYZ' }, []],
  ])('%s', (_name, match, wanted) => {
    expect(compileMatcher(match).fittingTickers(given({ tickers }))).toEqual(wanted);
  });
});

describe('explain', () => {
  it('tells each condition in words', () => {
    const matcher = compileMatcher({
      publisher: ['upbit', 'bithumb'],
      listingType: { not: ['spot_listing', 'not_listing'] },
      ticker: { not: 'USDT', matches: '^A' },
      title: { matches: 'KRW|원화' },
    });
    expect(matcher.explain(given({ tickers: [] }))).toEqual([
      { field: 'publisher', wanted: 'upbit or bithumb', got: 'upbit', matched: true },
      {
        field: 'listingType',
        wanted: 'not (spot_listing or not_listing)',
        got: 'spot_listing',
        matched: false,
      },
      { field: 'ticker', wanted: 'not USDT and matches /^A/', got: 'no ticker', matched: false },
      { field: 'title', wanted: 'matches /KRW|원화/', got: base.title, matched: true },
    ]);
  });

  it('says why a self-test does not match, and nothing of it otherwise', () => {
    expect(compileMatcher({}).explain(given())).toEqual([]);
    expect(compileMatcher({}).explain(TEST)).toEqual([
      expect.objectContaining({ field: 'test', got: 'true', matched: false }),
    ]);
  });
});

describe('fold', () => {
  it.each([
    ['USDⓈ-M', 'usds-m'],
    ['ＡＢＣ', 'abc'],
    ['STRASSE', 'straße'],
    ['ẞ', 'ss'],
    ['ΑΣ', 'ασ'],
    ['ﬁ', 'FI'],
    [' a\u00a0', 'A'],
    ['é', 'E\u0301'],
  ])('%s is %s', (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it('is stable, and the same for either case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = fold(text);
        expect(fold(folded)).toBe(folded);
        expect(fold(text.toLowerCase())).toBe(folded);
      }),
    );
  });
});

const word = fc.constantFrom('upbit', 'ABC', 'abc', 'A*', '*', 'KRW', 'ⓢ', 'Ｋ', '\ud800', '한글', '.', 'x');
const pattern = fc.constantFrom('A', '^a', '한', 'KRW|원화', '.', '(a+)+$', '\\d', 'ⓢ');
const texts = fc.letrec<{ tree: NonNullable<MatchOptions['ticker']> }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    fc.record({ not: tie('tree') }),
    fc.record({ matches: pattern, not: tie('tree') }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ matches: pattern }),
  ),
})).tree;
const flags = fc.oneof(fc.boolean(), fc.constant([true, false]), fc.record({ not: fc.boolean() }));
const options: fc.Arbitrary<MatchOptions> = fc.record(
  {
    publisher: texts,
    listingType: texts,
    ticker: texts,
    market: fc.oneof(texts, fc.constantFrom('KRW', 'USDT', ['BTC', 'KRW'], { not: 'KRW' }, '*')),
    title: texts,
    feed: texts,
    test: flags,
    redacted: flags,
    update: flags,
  },
  { requiredKeys: [] },
);
const announcements = fc
  .record({
    publisher: word,
    listingType: word,
    feed: word,
    title: fc.oneof(
      word,
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'A(A)(KRW 마켓), B(B)(BTC 마켓) 추가',
        'BTC, USDT 마켓 신규 거래지원 안내 (A, B)',
        '[수정] A(A) 추가',
      ),
    ),
    tickers: fc.array(fc.oneof(word, fc.string({ unit: 'binary' })), { maxLength: 3 }),
    redacted: fc.boolean(),
    test: fc.boolean(),
  })
  .map(given);

it('explain agrees with matches, and a match on tickers leaves some', () => {
  fc.assert(
    fc.property(options, announcements, (match, announcement) => {
      const matcher = compileMatcher(match);
      const matched = matcher.matches(announcement);
      expect(matcher.explain(announcement).every((one) => one.matched)).toBe(matched);
      const fitting = matcher.fittingTickers(announcement);
      expect(announcement.tickers).toEqual(expect.arrayContaining([...fitting]));
      if (matched && match.ticker !== undefined) expect(fitting.length).toBeGreaterThan(0);
    }),
    { numRuns: runs(1000) },
  );
});

it('takes every real title as the example rules of the documentation mean it', () => {
  const lines = readFileSync(new URL('../fixtures/announcements.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(
    (line) => JSON.parse(line) as { exchange: string; title: string; tickers: string[]; listingType: string },
  );
  const korean = compileMatcher({
    publisher: ['upbit', 'bithumb'],
    listingType: 'spot_listing',
    title: { matches: 'KRW|원화' },
    ticker: { not: ['USDT', 'USDC'] },
  });
  const wanted = rows.filter(
    (row) =>
      row.exchange !== 'binance' &&
      row.listingType === 'spot_listing' &&
      (row.title.includes('KRW') || row.title.includes('원화')),
  );
  const got = rows.filter(({ exchange, ...row }) => korean.matches(given({ ...row, publisher: exchange })));
  expect(got).toEqual(wanted);
  expect(got.length).toBeGreaterThan(10);
  const everything = compileMatcher({ update: [true, false] });
  const margined = compileMatcher({ title: { matches: 'USDS-M' }, update: [true, false] });
  expect(rows.every((row) => everything.matches(given(row)))).toBe(true);
  expect(rows.filter((row) => margined.matches(given(row)))).toEqual(
    rows.filter((row) => row.title.includes('USDⓈ-M')),
  );
});

describe('update', () => {
  const ORIGINAL = given();
  const EDITED = given({ title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가 (거래지원 개시 시점 변경 안내)' });

  it.each<[string, MatchOptions, Announcement, boolean]>([
    ['an original, when nothing is written', {}, ORIGINAL, true],
    ['an update, when nothing is written', {}, EDITED, false],
    ['an update with other conditions that hold', { publisher: 'upbit', ticker: 'ABC' }, EDITED, false],
    ['update: true', { update: true }, EDITED, true],
    ['update: true of an original', { update: true }, ORIGINAL, false],
    ['update: false', { update: false }, ORIGINAL, true],
    ['update: false of an update', { update: false }, EDITED, false],
    ['both', { update: [true, false] }, EDITED, true],
    ['both, an original', { update: [true, false] }, ORIGINAL, true],
    ['not', { update: { not: false } }, EDITED, true],
    ['a redacted title is nobody’s edit', {}, { ...EDITED, redacted: true }, true],
    ['a self-test is none', { test: true }, { ...EDITED, test: true }, true],
    ['a coin called like a mark', {}, given({ title: '수정 (수정) KRW 마켓 추가', tickers: ['수정'] }), true],
  ])('%s', (_name, match, announcement, expected) => {
    const matcher = compileMatcher(match);
    expect(matcher.matches(announcement)).toBe(expected);
    expect(matcher.explain(announcement).every(({ matched }) => matched)).toBe(expected);
  });

  it('the unwritten condition is explained where it is the reason, and only there', () => {
    const explained = compileMatcher({ publisher: 'upbit' });
    expect(explained.explain(EDITED)).toContainEqual({
      field: 'update',
      wanted: 'false (edits and follow-ups match only rules with update: true or update: any)',
      got: 'true, by (거래지원 개시 시점 변경 안내) in the title',
      matched: false,
    });
    expect(explained.explain(ORIGINAL).map(({ field }) => field)).toEqual(['publisher']);
    expect(compileMatcher({ update: true }).explain(ORIGINAL)).toEqual([
      { field: 'update', wanted: 'true', got: 'false', matched: false },
    ]);
  });

  it('a title is read once for all rules', () => {
    let reads = 0;
    const announcement: Announcement = {
      ...EDITED,
      get title() {
        reads++;
        return EDITED.title;
      },
    };
    const matchers = Array.from({ length: 100 }, (_, index) =>
      compileMatcher({ tickerCount: { not: index + 5 } }),
    );
    expect(matchers.some((matcher) => matcher.matches(announcement))).toBe(false);
    // By the subject, and by the mark.
    expect(reads).toBe(2);
  });
});

describe('market', () => {
  const listed = (title: string, ...tickers: string[]) => given({ title, tickers });
  const KOREAN = listed('플록(FLOCK), 포르타(FORT) 신규 거래지원 안내 (BTC, USDT 마켓)', 'FLOCK', 'FORT');
  const OWN = listed(
    '셀레스티아(TIA)(KRW, BTC 마켓), 아이오넷(IO)(BTC, USDT 마켓) 신규 거래지원 안내',
    'TIA',
    'IO',
  );
  const NONE = listed('Binance Will List Lido DAO (LDO)', 'LDO');

  it.each<[string, MatchOptions['market'], Announcement, boolean]>([
    ['one of those that the title names', 'usdt', KOREAN, true],
    ['none of them', 'KRW', KOREAN, false],
    ['a list', ['KRW', 'BTC'], KOREAN, true],
    ['not is asked of each market', { not: 'BTC' }, KOREAN, true],
    ['not of all there are', { not: ['BTC', 'USDT'] }, KOREAN, false],
    ['a glob', 'usd*', KOREAN, true],
    ['a pattern', { matches: '^USD[TC]$' }, KOREAN, true],
    ['full width', 'ＵＳＤＴ', KOREAN, true],
    ['any of several', { any: ['KRW', { matches: 'USD' }] }, KOREAN, true],
    ['a title without a market', '*', NONE, false],
    ['so does not', { not: 'KRW' }, NONE, false],
    ['a coin is no market', 'FLOCK', KOREAN, false],
  ])('%s', (_name, market, announcement, expected) => {
    const matcher = compileMatcher({ market });
    expect(matcher.matches(announcement)).toBe(expected);
    expect(matcher.explain(announcement).every(({ matched }) => matched)).toBe(expected);
  });

  it('of coins with markets of their own, those that fit are sent', () => {
    const fitting = (match: MatchOptions) => compileMatcher(match).fittingTickers(OWN);
    expect(fitting({})).toEqual(['TIA', 'IO']);
    expect(fitting({ market: 'KRW' })).toEqual(['TIA']);
    expect(fitting({ market: 'USDT' })).toEqual(['IO']);
    expect(fitting({ market: 'BTC' })).toEqual(['TIA', 'IO']);
    expect(fitting({ market: 'KRW', ticker: ['IO', 'TIA'] })).toEqual(['TIA']);
    expect(compileMatcher({ market: 'KRW' }).fittingTickers(KOREAN)).toEqual([]);
  });

  it('a ticker must fit and open on a market that fits', () => {
    const matcher = compileMatcher({ market: 'KRW', ticker: 'IO' });
    expect(matcher.matches(OWN)).toBe(false);
    expect(matcher.explain(OWN)).toContainEqual({
      field: 'ticker',
      wanted: 'IO',
      got: 'TIA (KRW, BTC), IO (BTC, USDT)',
      matched: false,
    });
    expect(compileMatcher({ market: 'BTC', ticker: 'IO' }).matches(OWN)).toBe(true);
  });

  it('says what the title names', () => {
    const got = (announcement: Announcement) =>
      compileMatcher({ market: 'KRW' }).explain(announcement)[0]?.got;
    expect(got(KOREAN)).toBe('BTC, USDT');
    expect(got(NONE)).toBe('no market in the title');
  });
});
