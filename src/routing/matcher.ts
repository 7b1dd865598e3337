/**
 * One `match`, compiled at load: whether an announcement fits, which of its tickers do, and, for
 * people, why. `explain` says matched everywhere exactly when `matches` is true.
 */
import type { Announcement } from '../announcement.ts';
import {
  type Condition,
  cheapFirst,
  describe,
  type PatternOf,
  sharedPatterns,
  textCondition,
  tickerCondition,
  valueCondition,
} from '../matching/condition.ts';
import type { Text } from '../matching/text.ts';
import { MATCH_FIELDS, type MatchField, type MatchOptions } from './options.ts';
import { type Subject, subjectOf } from './subject.ts';

/** One condition and how it went, in words. */
export interface FieldExplanation {
  readonly field: MatchField;
  readonly wanted: string;
  readonly got: string;
  readonly matched: boolean;
}

export interface Matcher {
  matches(announcement: Announcement): boolean;
  explain(announcement: Announcement): readonly FieldExplanation[];
  /** Those that satisfy the `ticker` condition; all when there is none. */
  fittingTickers(announcement: Announcement): readonly string[];
  /** The literals of which the announcement must have one, for finding rules by them; see `router.ts`. */
  readonly required: RequiredValues;
}

export type IndexedField = 'ticker' | 'publisher' | 'listingType';
export type RequiredValues = Readonly<Record<IndexedField, ReadonlySet<string> | undefined>> & {
  /** Words of which the title must have one. */
  readonly titleWords: readonly string[] | undefined;
};

interface FieldTest {
  readonly field: MatchField;
  readonly wanted: string;
  readonly cost: number;
  readonly literals: ReadonlySet<string> | undefined;
  readonly words: readonly string[] | undefined;
  test(subject: Subject): boolean;
  got(announcement: Announcement): string;
}

/** `patternOf` lets the rules of one config share compiled patterns. Throws on a malformed pattern. */
export function compileMatcher(match: MatchOptions, patternOf: PatternOf = sharedPatterns()): Matcher {
  const ticker = match.ticker === undefined ? undefined : tickerCondition(match.ticker, patternOf);
  const written = fieldTests(match, patternOf, ticker);
  const asked = cheapFirst(match.test === undefined ? [...written, ONLY_REAL] : written);
  const testOf = (field: MatchField) => written.find((one) => one.field === field);

  return {
    matches(announcement) {
      const subject = subjectOf(announcement);
      for (const one of asked) if (!one.test(subject)) return false;
      return true;
    },
    explain(announcement) {
      const subject = subjectOf(announcement);
      // The unwritten condition is news only when it is the reason.
      const told = asked.includes(ONLY_REAL) && announcement.test ? [...written, ONLY_REAL] : written;
      return told.map((one) => ({
        field: one.field,
        wanted: one.wanted,
        got: one.got(announcement),
        matched: one.test(subject),
      }));
    },
    fittingTickers(announcement) {
      if (!ticker) return announcement.tickers;
      const fitting = subjectOf(announcement).tickers.filter((one) => ticker.test(one));
      return fitting.map((one) => one.raw);
    },
    required: {
      ticker: testOf('ticker')?.literals,
      publisher: testOf('publisher')?.literals,
      listingType: testOf('listingType')?.literals,
      titleWords: testOf('title')?.words,
    },
  };
}

/** The condition of every rule that has none on tests. */
const ONLY_REAL: FieldTest = {
  field: 'test',
  wanted: 'false (self-tests match only rules with test: true)',
  cost: 0,
  literals: undefined,
  words: undefined,
  test: (subject) => !subject.announcement.test,
  got: (announcement) => String(announcement.test),
};

function fieldTests(
  match: MatchOptions,
  patternOf: PatternOf,
  ticker: Condition<Text> | undefined,
): readonly FieldTest[] {
  const tests: FieldTest[] = [];
  const add = <Value>(
    field: MatchField,
    condition: Condition<Value>,
    test: (subject: Subject) => boolean,
    got: (announcement: Announcement) => string,
  ) => {
    const { cost, literals, words } = condition;
    tests.push({ field, wanted: describe(match[field] ?? ''), cost, literals, words, test, got });
  };
  for (const field of MATCH_FIELDS) {
    switch (field) {
      case 'publisher':
      case 'listingType':
      case 'feed':
      case 'title': {
        const tree = match[field];
        if (tree === undefined) break;
        const condition = textCondition(tree, patternOf);
        add(
          field,
          condition,
          (subject) => condition.test(subject[field]),
          (announcement) => announcement[field],
        );
        break;
      }
      case 'ticker':
        if (!ticker) break;
        add(
          field,
          ticker,
          (subject) => someFits(subject.tickers, ticker),
          (announcement) => announcement.tickers.join(', ') || 'no ticker',
        );
        break;
      case 'tickerCount': {
        if (match.tickerCount === undefined) break;
        const condition = valueCondition<number>(match.tickerCount);
        add(
          field,
          condition,
          (subject) => condition.test(subject.tickers.length),
          (announcement) => String(announcement.tickers.length),
        );
        break;
      }
      case 'abnormal':
      case 'redacted':
      case 'test': {
        const tree = match[field];
        if (tree === undefined) break;
        const condition = valueCondition<boolean>(tree);
        add(
          field,
          condition,
          (subject) => condition.test(subject.announcement[field]),
          (announcement) => String(announcement[field]),
        );
        break;
      }
      default:
        field satisfies never;
    }
  }
  return tests;
}

function someFits(tickers: readonly Text[], condition: Condition<Text>): boolean {
  for (const ticker of tickers) if (condition.test(ticker)) return true;
  return false;
}
