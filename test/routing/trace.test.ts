/** A trace says of any rules and any announcement what `explain` said, in at most 1000 characters; it is never read wrongly. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { keptRules, rulesIn } from '../../src/routing/kept-rules.ts';
import type { RuleOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { LONGEST_TRACE, type Trace, traceIn, traceText } from '../../src/routing/trace.ts';
import { createTracer } from '../../src/routing/tracer.ts';
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

const extract = { pair: { matches: '(?<pair>[A-Z]+/[A-Z]+)' } };

const someOf = (...words: readonly string[]) =>
  fc.option(
    fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(...words).map((not) => ({ not })),
    ),
    {
      nil: undefined,
    },
  );

const matches = fc.record({
  publisher: someOf('upbit', 'binance'),
  listingType: someOf('spot_listing', 'not_listing'),
  ticker: someOf('ABC', 'XYZ', '*'),
  title: fc.option(fc.constantFrom({ matches: 'KRW' }, { matches: 'lists?' }), { nil: undefined }),
  redacted: fc.option(fc.boolean(), { nil: undefined }),
  test: fc.option(fc.boolean(), { nil: undefined }),
  extract: fc.option(fc.constant({ pair: '*' }), { nil: undefined }),
});

const ruleLists = fc
  .array(
    fc.record({
      match: matches,
      to: fc.array(fc.constantFrom('bot', 'team', 'vip'), { minLength: 1 }),
      stop: fc.boolean(),
      days: fc.option(fc.subarray([3, 4, 5], { minLength: 1 }), { nil: undefined }),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(
      ({ match, to, stop, days }, index): RuleOptions => ({
        name: `rule ${index + 1}`,
        match,
        send: to.map((one) => ({ to: one })),
        stop,
        ...(days !== undefined && { when: { days } }),
      }),
    ),
  );

const announcements = fc.record({
  publisher: fc.constantFrom('upbit', 'binance', 'Ｕpbit'),
  listingType: fc.constantFrom('spot_listing', 'not_listing'),
  tickers: fc.subarray(['ABC', 'DEF', 'XYZ']),
  title: fc.constantFrom('ABC KRW', 'Lists ABC/USDT', ''),
  redacted: fc.boolean(),
  test: fc.boolean(),
});

function traced(rules: readonly RuleOptions[], announcement: Announcement, destinations: readonly string[]) {
  const router = compileRules(rules, extract);
  const tracer = createTracer({ rules, extract }, router, 5);
  const text = tracer.textOf({ announcement, routing: router.route(announcement), destinations });
  const trace = traceIn(text);
  if (trace === undefined) throw new Error(`cannot be read: ${text}`);
  return { router, tracer, text, trace };
}

const failingOf = (explained: ReturnType<ReturnType<typeof compileRules>['explain']>) =>
  explained.map(({ conditions, outsideHours }, place) => ({
    place,
    failing: [
      ...conditions.filter(({ matched }) => !matched).map(({ field }) => field),
      ...(outsideHours === undefined ? [] : ['when']),
    ],
  }));

test('a trace decodes to what explain said, and the rules that it speaks of to the same router', () => {
  fc.assert(
    fc.property(ruleLists, announcements, fc.subarray(['bot', 'team']), (rules, fields, destinations) => {
      const announcement = { ...base, ...fields };
      const { router, tracer, text, trace } = traced(rules, announcement, destinations);
      expect(text.length).toBeLessThanOrEqual(LONGEST_TRACE);
      const explained = router.explain(announcement);
      expect(trace.outcomes).toEqual(failingOf(explained));
      const stopped = explained.find(({ stoppedBy }) => stoppedBy !== undefined)?.stoppedBy;
      // A stop that nothing follows is a stop as well.
      const place = rules.findIndex(({ name }) => name === stopped);
      if (place >= 0) expect(trace.stoppedBy).toBe(place);
      const sent = router.route(announcement).matches.map(({ destination }) => destination);
      expect(trace.withheld.map(({ destination }) => destination)).toEqual(
        sent.filter((name) => !destinations.includes(name)),
      );
      expect(trace.planned).toBe(destinations.length);
      const kept = rulesIn(tracer.kept.body);
      expect(kept).toBeDefined();
      if (kept !== undefined)
        expect(compileRules(kept.rules, kept.extract).explain(announcement)).toEqual(explained);
    }),
    { numRuns: runs(100) },
  );
});

test('of a destination that another node holds it says nothing', () => {
  const rules = [{ match: {}, send: [{ to: 'bot' }, { to: 'team' }] }].map((one) => ({
    name: 'all',
    stop: false,
    ...one,
  }));
  const router = compileRules(rules, extract);
  const announcement = { ...base, tickers: [] };
  const routing = router.route(announcement);
  const targets = new Set(['bot']);
  const text = createTracer({ rules, extract }, router, 5).textOf({
    announcement,
    routing,
    destinations: [],
    targets,
  });
  expect(traceIn(text)?.withheld).toEqual([{ destination: 'bot', reason: 'no_ticker' }]);
});

const many = (count: number, ruleOf: (index: number) => Partial<RuleOptions>): RuleOptions[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `a rule with quite a long name, number ${index}`,
    match: {},
    send: [{ to: `destination-${index}` }],
    stop: false,
    ...ruleOf(index),
  }));

test.each([
  ['each asks for another ticker', (index: number) => ({ match: { ticker: `T${index}` } }), 0],
  ['all match', () => ({}), 10_000],
  [
    'every third does not, by its title',
    (index: number) => (index % 3 ? {} : { match: { title: 'no' } }),
    6666,
  ],
  ['the tenth stops', (index: number) => ({ stop: index === 9 }), 10],
] as const)('ten thousand rules: %s', (_, ruleOf, matchedCount) => {
  const { router, text, trace } = traced(many(10_000, ruleOf), base, []);
  expect(text.length).toBeLessThanOrEqual(LONGEST_TRACE);
  expect(trace).toMatchObject({ ruleCount: 10_000, matchedCount });
  const all = failingOf(router.explain(base));
  for (const one of trace.outcomes) expect(one).toEqual(all[one.place]);
  if (matchedCount > 0) expect(trace.outcomes.length).toBeGreaterThan(0);
  expect(trace.withheld.length + trace.furtherWithheld).toBe(matchedCount);
});

test('of rules that do not match, those that come closest are told of', () => {
  const rules = many(1000, (index) => ({
    match: { title: 'no', ...(index !== 377 && { listingType: { not: 'spot_listing' } }) },
  }));
  const { trace } = traced(rules, base, []);
  expect(trace.outcomes).toContainEqual({ place: 377, failing: ['title'] });
});

test('the digest is of what decides, whatever the objects', () => {
  const rules = many(3, () => ({}));
  const { digest } = keptRules({ rules, extract });
  expect(digest).toMatch(/^[0-9a-f]{12}$/);
  expect(keptRules({ rules: structuredClone(rules), extract: { ...extract } }).digest).toBe(digest);
  expect(keptRules({ rules: many(3, (index) => ({ stop: index === 1 })), extract }).digest).not.toBe(digest);
});

test('rules that send to one group keep its list once', () => {
  const send = Array.from({ length: 1000 }, (_, index) => ({ to: `destination-${index}` }));
  const { body } = keptRules({ rules: many(1000, () => ({ send })), extract: {} });
  expect(body.length).toBeLessThan(20_000);
  expect(rulesIn(body)?.rules[999]?.send).toEqual(send);
});

test('what is damaged, or of a later version, is nothing', () => {
  const { text } = traced(
    many(5, () => ({})),
    base,
    [],
  );
  for (let length = 0; length < text.length; length++) expect(traceIn(text.slice(0, length))).toBeUndefined();
  for (const odd of ['null', '[]', '7', text.replace('"v":1', '"v":2'), text.replace('"00000"', '"00100"')])
    expect(traceIn(odd)).toBeUndefined();
  expect(traceIn(text.replace('"n":5', '"n":4'))).toBeUndefined();
  expect(rulesIn(new Uint8Array([1, 2, 3]))).toBeUndefined();
  expect(rulesIn(keptRules({ rules: [], extract: {} }).body.slice(0, 4))).toBeUndefined();
});

test('a text of any length that was made is read as it was', () => {
  const outcome = fc.record({
    place: fc.nat(400),
    failing: fc.uniqueArray(fc.constantFrom('publisher', 'ticker', 'title', 'feed', 'extract', 'market')),
  });
  fc.assert(
    fc.property(fc.uniqueArray(outcome, { selector: ({ place }) => place, maxLength: 400 }), (some) => {
      const outcomes = some.toSorted((a, b) => a.place - b.place);
      const matchedCount = outcomes.filter(({ failing }) => failing.length === 0).length;
      const trace: Trace = {
        ...{ digest: '0123456789ab', sinceMs: 1, ruleCount: 401, outcomes, matchedCount },
        ...{ stoppedBy: undefined, planned: 0, withheld: [], furtherWithheld: 0 },
      };
      const text = traceText(trace);
      expect(text.length).toBeLessThanOrEqual(LONGEST_TRACE);
      const read = traceIn(text);
      expect(read).toMatchObject({ matchedCount, ruleCount: 401 });
      for (const one of read?.outcomes ?? []) expect(outcomes).toContainEqual(one);
    }),
    { numRuns: runs(100) },
  );
});
