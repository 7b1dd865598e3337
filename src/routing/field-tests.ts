/** The conditions of one `match`, each on its field: how it is tested, and its words for people. */
import type { Announcement } from '../announcement.ts';
import {
  type Condition,
  describe,
  type PatternOf,
  textCondition,
  tickerCondition,
  valueCondition,
} from '../matching/condition.ts';
import type { Extracts } from '../matching/extract.ts';
import type { TableOf } from '../matching/table.ts';
import { Text } from '../matching/text.ts';
import { MATCH_FIELDS, type MatchField, type MatchOptions } from './options.ts';
import { type Subject, subjectOf } from './subject.ts';

export interface FieldTest {
  readonly field: MatchField;
  /** In words, as things are now. */
  wanted(): string;
  readonly cost: number;
  readonly literals: ReadonlySet<string> | undefined;
  readonly words: readonly string[] | undefined;
  test(subject: Subject): boolean;
  got(announcement: Announcement): string;
}

/** Whether one ticker may be sent. */
export type TickerTest = (ticker: Text, subject: Subject) => boolean;

export interface FieldTests {
  /** Those that are written, in the order of `MATCH_FIELDS`. */
  readonly written: readonly FieldTest[];
  /** `undefined`: every ticker may be sent. */
  readonly fits: TickerTest | undefined;
}

type Test = Pick<FieldTest, 'test' | 'got'>;

/** Reading a title costs more than a comparison, and less than a pattern. */
const READING_COST = 1;

/** Rules with the same condition have the same test: `make` runs for the first of them. */
export type SharedFieldTests = (key: string, make: () => FieldTest | undefined) => FieldTest | undefined;

/** Throws on a malformed pattern, and on an extract that is not defined. */
export function fieldTests(
  match: MatchOptions,
  patternOf: PatternOf,
  extracts: Extracts,
  tableOf: TableOf,
  shared: SharedFieldTests = (_, make) => make(),
): FieldTests {
  const globbed = (tree: MatchOptions['ticker']) =>
    tree === undefined ? undefined : tickerCondition(tree, patternOf, tableOf);
  const ticker = globbed(match.ticker);
  const market = globbed(match.market);
  const fits = tickerTest(ticker, market);
  const make = <Value>(
    field: MatchField,
    condition: Condition<Value> | undefined,
    test: (it: Condition<Value>) => Test,
  ) => {
    if (condition === undefined) return undefined;
    const { cost, literals, words } = condition;
    const wanted = () => describe(match[field] ?? '', tableOf);
    return { field, wanted, cost, literals, words, ...test(condition) };
  };
  const texts = (field: 'publisher' | 'listingType' | 'feed' | 'title') => {
    const tree = match[field];
    const compiled = tree === undefined ? undefined : textCondition(tree, patternOf, tableOf);
    return make(field, compiled, (condition) => ({
      test: (subject) => condition.test(subject[field]),
      got: (announcement) => announcement[field],
    }));
  };
  const flags = (field: 'abnormal' | 'redacted' | 'test') => {
    const tree = match[field];
    return make(field, tree === undefined ? undefined : valueCondition<boolean>(tree), (condition) => ({
      test: (subject) => condition.test(subject.announcement[field]),
      got: (announcement) => String(announcement[field]),
    }));
  };
  const by: { readonly [Field in MatchField]: () => FieldTest | undefined } = {
    publisher: () => texts('publisher'),
    listingType: () => texts('listingType'),
    title: () => texts('title'),
    feed: () => texts('feed'),
    abnormal: () => flags('abnormal'),
    redacted: () => flags('redacted'),
    test: () => flags('test'),
    ticker: () =>
      make('ticker', ticker, (condition) => ({
        test:
          market === undefined
            ? (subject) => someFits(subject.tickers, condition)
            : (subject) => subject.tickers.some((one) => fits?.(one, subject)),
        got: (announcement) =>
          (market === undefined ? announcement.tickers : withMarkets(announcement)).join(', ') || 'no ticker',
      })),
    market: () =>
      make('market', market && { ...market, cost: Math.max(market.cost, READING_COST) }, (condition) => ({
        test: (subject) => someFits(subject.markets.all, condition),
        got: (announcement) => marketsOf(announcement).join(', ') || 'no market in the title',
      })),
    extract: () => extractTest(match.extract, patternOf, extracts, tableOf),
    update: () => {
      const { update } = match;
      return make(
        'update',
        update === undefined ? undefined : { ...valueCondition<boolean>(update), cost: READING_COST },
        (condition) => ({
          test: (subject) => condition.test(subject.updateMark !== undefined),
          got: updateOf,
        }),
      );
    },
    tickerCount: () => {
      const { tickerCount } = match;
      return make(
        'tickerCount',
        tickerCount === undefined ? undefined : valueCondition<number>(tickerCount),
        (condition) => ({
          test: (subject) => condition.test(subject.tickers.length),
          got: (announcement) => String(announcement.tickers.length),
        }),
      );
    },
  };
  const written = MATCH_FIELDS.filter((field) => match[field] !== undefined);
  const tests = written.map((field) => shared(keyOf(field, match), by[field]));
  return { written: tests.filter((test) => test !== undefined), fits };
}

/** Of a test: all that it depends on. A ticker is looked at together with its own markets. */
const keyOf = (field: MatchField, match: MatchOptions): string =>
  JSON.stringify([field, match[field], field === 'ticker' ? match.market : undefined]);

/** The condition of every rule that has none on updates. */
export const ONLY_ORIGINAL: FieldTest = {
  field: 'update',
  wanted: () => 'false (edits and follow-ups match only rules with update: true or update: any)',
  cost: READING_COST,
  literals: undefined,
  words: undefined,
  test: (subject) => subject.updateMark === undefined,
  got: updateOf,
};

function updateOf(announcement: Announcement): string {
  const { updateMark } = subjectOf(announcement);
  return updateMark === undefined ? 'false' : `true, by ${updateMark} in the title`;
}

/** The condition of every rule that has none on tests. */
export const ONLY_REAL: FieldTest = {
  field: 'test',
  wanted: () => 'false (self-tests match only rules with test: true)',
  cost: 0,
  literals: undefined,
  words: undefined,
  test: (subject) => !subject.announcement.test,
  got: (announcement) => String(announcement.test),
};

const PATTERN_COST = 2;

function extractTest(
  conditions: MatchOptions['extract'],
  patternOf: PatternOf,
  extracts: Extracts,
  tableOf: TableOf,
): FieldTest | undefined {
  if (conditions === undefined) return undefined;
  const parts = Object.entries(conditions).map(([name, tree]) => {
    const extract = extracts.get(name);
    if (extract === undefined) throw new Error(`there is no extract ${name}`);
    return { name, extract, tree, condition: tickerCondition(tree, patternOf, tableOf) };
  });
  return {
    field: 'extract',
    wanted: () => parts.map(({ name, tree }) => `${name}: ${describe(tree, tableOf)}`).join(', '),
    cost: PATTERN_COST,
    literals: undefined,
    words: undefined,
    test: ({ title }) =>
      parts.every(({ extract, condition }) => {
        const value = extract.valueIn(title);
        return value !== undefined && condition.test(new Text(value));
      }),
    got: (announcement) => {
      const { title } = subjectOf(announcement);
      return parts
        .map(({ name, extract }) => `${name}: ${extract.valueIn(title) ?? 'nothing found'}`)
        .join(', ');
    },
  };
}

function tickerTest(
  ticker: Condition<Text> | undefined,
  market: Condition<Text> | undefined,
): TickerTest | undefined {
  if (market === undefined) return ticker?.test;
  // A title may open each coin on markets of its own: `A(A)(KRW 마켓), B(B)(BTC 마켓)`.
  return (one, subject) => ticker?.test(one) !== false && someFits(subject.markets.of(one), market);
}

/** Each ticker, with its markets where the title says them of it alone. */
const withMarkets = (announcement: Announcement): readonly string[] => {
  const { tickers, markets } = subjectOf(announcement);
  return tickers.map((ticker) => {
    const own = markets.of(ticker);
    return own === markets.all ? ticker.raw : `${ticker.raw} (${own.map(({ raw }) => raw).join(', ')})`;
  });
};

const marketsOf = (announcement: Announcement): readonly string[] =>
  subjectOf(announcement).markets.all.map((market) => market.raw);

function someFits(texts: readonly Text[], condition: Condition<Text>): boolean {
  for (const text of texts) if (condition.test(text)) return true;
  return false;
}
