import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { compileMatcher } from '../../src/routing/matcher.ts';
import type { MatchOptions, RuleOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { RuleIndex } from '../../src/routing/rule-index.ts';
import { runs } from '../support/properties.ts';

const base: Announcement = {
  id: 'a1',
  type: 'announcement',
  feed: 'tokyo',
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['ABC', 'DEF'],
  title: 'ABC KRW',
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
const rule = (name: string, match: MatchOptions, to: readonly string[], stop = false): RuleOptions => ({
  name,
  match,
  send: to.map((destination) => ({ to: destination })),
  stop,
});

describe('route', () => {
  it('gives each destination once, by the first rule that names it, with that rule’s template and tickers', () => {
    const router = compileRules([
      {
        ...rule('one', { ticker: 'def' }, []),
        send: [{ to: 'bot' }, { to: 'vip', template: 'loud' }, { to: 'bot' }],
      },
      rule('two', {}, ['vip', 'alerts']),
    ]);
    expect(router.route(base).matches).toEqual([
      { rule: 'one', destination: 'bot', template: undefined, tickers: ['DEF'] },
      { rule: 'one', destination: 'vip', template: 'loud', tickers: ['DEF'] },
      { rule: 'two', destination: 'alerts', template: undefined, tickers: ['ABC', 'DEF'] },
    ]);
  });

  it('ends at a match that stops, not at a stop that does not match', () => {
    const rules = [
      rule('other', { publisher: 'binance' }, ['a'], true),
      rule('mine', { publisher: 'upbit' }, ['b'], true),
      rule('rest', {}, ['c']),
    ];
    expect(
      compileRules(rules)
        .route(base)
        .matches.map((match) => match.destination),
    ).toEqual(['b']);
  });

  it('drops what a rule without destinations stops', () => {
    const rules = [rule('noise', { publisher: 'upbit' }, [], true), rule('rest', {}, ['c'])];
    expect(compileRules(rules).route(base).matches).toEqual([]);
  });

  it('keeps the order of rules whichever way they are found', () => {
    const rules = [
      rule('0', {}, ['a']),
      rule('1', { ticker: 'DEF' }, ['b']),
      rule('2', { publisher: ['upbit', 'binance'] }, ['c']),
      rule('3', { listingType: 'spot_listing', publisher: 'UPBIT' }, ['d']),
      rule('4', { ticker: ['ABC', 'DEF'], listingType: 'spot_listing' }, ['e']),
      rule('5', { listingType: { not: 'x' } }, ['f']),
      rule('6', { publisher: { any: ['upbit', { matches: 'x' }] } }, ['g']),
      rule('7', { ticker: Array.from({ length: 1000 }, (_, n) => (n === 500 ? 'ABC' : `T${n}`)) }, ['h']),
    ];
    const router = compileRules(rules);
    expect(router.route(base).matches.map((match) => match.rule)).toEqual(rules.map(({ name }) => name));
  });

  it('asks only the rules that could match, each once, in order', () => {
    const matches: MatchOptions[] = [
      { ticker: ['DEF', 'ABC'] },
      { ticker: 'XYZ' },
      { publisher: 'binance' },
      { publisher: 'upbit', listingType: { not: 'x' } },
      {},
      { ticker: ['ABC', 'DEF'], publisher: ['upbit', 'bithumb'] },
      { listingType: 'not_listing' },
    ];
    const index = new RuleIndex();
    for (const [ordinal, match] of matches.entries()) index.add(compileMatcher(match).required, ordinal);
    expect(index.candidates(base)).toEqual([0, 3, 4, 5]);
  });

  it('answers with one shared empty list when nothing matches', () => {
    const router = compileRules([
      rule('one', { publisher: 'binance' }, ['a']),
      rule('two', { ticker: 'X' }, ['a']),
    ]);
    expect(router.route(base)).toEqual({ rules: [], matches: [] });
    expect(router.route(base)).toBe(router.route({ ...base }));
  });
});

describe('explain', () => {
  it('tells of every rule what it did and why not', () => {
    const router = compileRules([
      rule('other', { publisher: 'binance' }, ['a']),
      rule('first', {}, ['a']),
      rule('second', {}, ['a', 'b'], true),
      rule('third', {}, ['c']),
    ]);
    const told = router.explain(base);
    expect(told.map(({ rule, matched, stoppedBy }) => [rule, matched, stoppedBy])).toEqual([
      ['other', false, undefined],
      ['first', true, undefined],
      ['second', true, undefined],
      ['third', true, 'second'],
    ]);
    expect(told.map(({ sends }) => sends.map((send) => send.destination))).toEqual([[], ['a'], ['b'], []]);
    expect(told[0]?.conditions).toEqual([
      { field: 'publisher', wanted: 'binance', got: 'upbit', matched: false },
    ]);
    expect(told[2]?.alreadySent).toEqual([{ destination: 'a', rule: 'first' }]);
  });
});

const word = fc.constantFrom('upbit', 'bithumb', 'spot_listing', 'ABC', 'DEF', 'A*', ' ', 'x');
const condition: fc.Arbitrary<NonNullable<MatchOptions['ticker']>> = fc.oneof(
  word,
  fc.array(word, { minLength: 1, maxLength: 4 }),
  fc.record({ not: word }),
  fc.record({ matches: fc.constantFrom('A', 'b') }),
  fc.record({ any: fc.array(word, { minLength: 1, maxLength: 2 }), not: word }),
);
const pattern = fc.record({ matches: fc.constantFrom('KRW|원화', 'krw', 'usds', 'Ⓢ', 'K.W', 'KRW market') });
const title = fc.oneof(
  pattern,
  fc.array(pattern, { minLength: 1, maxLength: 3 }),
  fc.array(fc.oneof(pattern, word), { minLength: 1, maxLength: 3 }),
  fc.record({ not: pattern }),
  fc.record({ any: fc.array(pattern, { minLength: 1, maxLength: 2 }), not: pattern }),
);
const rules = fc
  .array(
    fc.record({
      match: fc.record(
        { publisher: condition, listingType: condition, ticker: condition, title, test: fc.boolean() },
        { requiredKeys: [] },
      ),
      to: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }),
      stop: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map(({ match, to, stop }, n) => rule(`rule ${n}`, match, to, stop)));
const announcements = fc
  .record({
    publisher: word,
    listingType: word,
    title: fc.constantFrom('ABC', 'KRW market', 'ＫＲＷ 마켓', '원화', 'USDⓈ-M', 'uſdſ', 'x'),
    tickers: fc.uniqueArray(word, { maxLength: 3 }),
    test: fc.boolean(),
  })
  .map((fields): Announcement => ({ ...base, ...fields }));

describe('always', () => {
  it('sends once to a destination, as asking every rule in turn would', () => {
    fc.assert(
      fc.property(rules, announcements, (all, announcement) => {
        const wanted = new Map<string, string>();
        for (const { name, match, send, stop } of all) {
          if (!compileMatcher(match).matches(announcement)) continue;
          for (const { to } of send) if (!wanted.has(to)) wanted.set(to, name);
          if (stop) break;
        }
        const got = compileRules(all).route(announcement).matches;
        expect(got.map((match) => [match.destination, match.rule])).toEqual([...wanted]);
      }),
      { numRuns: runs(2000) },
    );
  });

  it('regression: has for one destination what it has for all, with its own question', () => {
    fc.assert(
      fc.property(rules, announcements, (all, announcement) => {
        const router = compileRules(all);
        const { matches } = router.route(announcement);
        const names = new Set([...all.flatMap(({ send }) => send.map(({ to }) => to)), 'nobody']);
        for (const name of names)
          expect(router.matchFor(announcement, name)).toEqual(
            matches.find(({ destination }) => destination === name),
          );
      }),
      { numRuns: runs(2000) },
    );
  });

  it('explains what it sends', () => {
    fc.assert(
      fc.property(rules, announcements, (all, announcement) => {
        const router = compileRules(all);
        expect(router.explain(announcement).flatMap(({ sends }) => sends)).toEqual(
          router.route(announcement).matches,
        );
      }),
    );
  });

  it('loses matches to a stop, never gains one', () => {
    fc.assert(
      fc.property(rules, announcements, fc.nat(), (all, announcement, pick) => {
        const stopped = all.map((one, n) => (n === pick % all.length ? { ...one, stop: true } : one));
        const before = compileRules(all).route(announcement).matches;
        const after = compileRules(stopped).route(announcement).matches;
        expect(before.slice(0, after.length)).toEqual(after);
      }),
    );
  });
});

it('regression: a ticker condition looks at the first thousand tickers, so that no frame holds up the rest', () => {
  const tickers = Array.from({ length: 30_000 }, (_, index) => `T${index}`);
  const router = compileRules([
    rule('early', { ticker: 'T999' }, ['a']),
    rule('late', { ticker: 'T1000' }, ['b']),
    rule('any', { ticker: 'T*' }, ['c']),
  ]);
  const { matches } = router.route({ ...base, tickers });
  expect(matches.map(({ destination, tickers: fitting }) => [destination, fitting.length])).toEqual([
    ['a', 1],
    ['c', 1000],
  ]);
});
