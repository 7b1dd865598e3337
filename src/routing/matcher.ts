/**
 * One `match`, compiled at load: whether an announcement fits, which of its tickers do, and, for
 * people, why. `explain` says matched everywhere exactly when `matches` is true.
 */
import type { Announcement } from '../announcement.ts';
import { cheapFirst, type PatternOf, sharedPatterns, valueCondition } from '../matching/condition.ts';
import type { Extracts } from '../matching/extract.ts';
import { NO_TABLES, type TableOf } from '../matching/table.ts';
import {
  type FieldTest,
  fieldTests,
  ONLY_ORIGINAL,
  ONLY_REAL,
  type SharedFieldTests,
} from './field-tests.ts';
import type { MatchField, MatchOptions } from './options.ts';
import { subjectOf } from './subject.ts';

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
  /** The conditions that do not hold: those of `explain`, without the words. */
  failing(announcement: Announcement): readonly MatchField[];
  /** Those that satisfy the `ticker` condition, and of whose markets one satisfies `market`; all when there is neither. */
  fittingTickers(announcement: Announcement): readonly string[];
  /** The literals of which the announcement must have one, for finding rules by them; see `router.ts`. */
  readonly required: RequiredValues;
  /** All must hold; cheap ones first. */
  readonly tests: readonly FieldTest[];
}

export type IndexedField = 'ticker' | 'publisher' | 'listingType';
export type RequiredValues = Readonly<Record<IndexedField, ReadonlySet<string> | undefined>> & {
  /** Words of which the title must have one. */
  readonly titleWords: readonly string[] | undefined;
};

const NO_EXTRACTS: Extracts = new Map();

/** Whether one of the rules lets edits and follow-ups of titles pass. */
export const asksForUpdates = (rules: readonly { readonly match: MatchOptions }[]): boolean =>
  rules.some(({ match: { update } }) => update !== undefined && valueCondition<boolean>(update).test(true));

/** `patternOf` and `shared` let the rules of one config share compiled patterns and tests. Throws on a malformed pattern. */
export function compileMatcher(
  match: MatchOptions,
  patternOf: PatternOf = sharedPatterns(),
  extracts: Extracts = NO_EXTRACTS,
  tableOf: TableOf = NO_TABLES,
  shared?: SharedFieldTests,
): Matcher {
  const { written, fits } = fieldTests(match, patternOf, extracts, tableOf, shared);
  const unwritten = [
    ...(match.test === undefined ? [ONLY_REAL] : []),
    ...(match.update === undefined ? [ONLY_ORIGINAL] : []),
  ];
  const tests = cheapFirst([...written, ...unwritten]);
  const testOf = (field: MatchField) => written.find((one) => one.field === field);

  return {
    tests,
    matches(announcement) {
      const subject = subjectOf(announcement);
      for (const one of tests) if (!one.test(subject)) return false;
      return true;
    },
    explain(announcement) {
      const subject = subjectOf(announcement);
      // An unwritten condition is news only when it is the reason.
      const told = [...written, ...unwritten.filter((one) => !one.test(subject))];
      return told.map((one) => ({
        field: one.field,
        wanted: one.wanted(),
        got: one.got(announcement),
        matched: one.test(subject),
      }));
    },
    failing(announcement) {
      const subject = subjectOf(announcement);
      const failing: MatchField[] = [];
      for (const one of written) if (!one.test(subject)) failing.push(one.field);
      for (const one of unwritten) if (!one.test(subject)) failing.push(one.field);
      return failing;
    },
    fittingTickers(announcement) {
      if (fits === undefined) return announcement.tickers;
      const subject = subjectOf(announcement);
      return subject.tickers.filter((one) => fits(one, subject)).map((one) => one.raw);
    },
    required: {
      ticker: testOf('ticker')?.literals,
      publisher: testOf('publisher')?.literals,
      listingType: testOf('listingType')?.literals,
      titleWords: testOf('title')?.words,
    },
  };
}
