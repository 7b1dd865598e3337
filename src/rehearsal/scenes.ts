/**
 * The scenes of a rehearsal: for each pair of a rule and a destination that it names, an announcement made to suit the
 * rule as far as can be seen, so that its conditions are evaluated, and the delivery that the rule would cause.
 */
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { Reading } from '../feeds/news.ts';
import { literalIn } from '../matching/literal.ts';
import { NO_TABLES, type TableOf } from '../matching/table.ts';
import type { RuleOptions } from '../routing/options.ts';
import { type ExtractsOptions, type TitleOf, titleFor } from './titles.ts';

export interface Scene {
  readonly rule: string;
  readonly destination: string;
  readonly template: string | undefined;
  /** As the tables are now. */
  readonly ticker: string;
  /** `nth` makes it unlike every one before; `wallUs`: now. */
  reading(nth: number, wallUs: number): Reading;
}

/** As the services need. */
const PUBLISHED_BEFORE_US = 100_000;
const DETECTED_BEFORE_US = 1_000;

/** One round of a large config takes several intervals. */
const MOST_SCENES = 200;
/** Each has a sender of its own; more of them share the same code. */
const MOST_DESTINATIONS = 50;

/** The destinations that are rehearsed: all of them, or of many the first ones, with every type among them. */
export function cast(destinations: readonly PreparedDestination[]): readonly PreparedDestination[] {
  const live = destinations.filter(({ options }) => !options.dryRun);
  const ofEachType = [...Map.groupBy(live, ({ options }) => options.type).values()].flatMap(
    ([first]) => first ?? [],
  );
  return [...new Set([...ofEachType, ...live])].slice(0, MOST_DESTINATIONS);
}

const WITHOUT_TABLES: SceneTables = { tableOf: NO_TABLES, someKey: () => undefined };

/** The tables of the config; their rows change. */
export interface SceneTables {
  readonly tableOf: TableOf;
  /** One that templates will find, for rules that name no ticker. */
  readonly someKey: () => string | undefined;
}

export function scenesOf(
  rules: readonly RuleOptions[],
  destinations: ReadonlySet<string>,
  { tableOf, someKey }: SceneTables = WITHOUT_TABLES,
  extracts: ExtractsOptions = {},
): readonly Scene[] {
  const scenes: Scene[] = [];
  for (const { name = '', match, send } of rules)
    for (const { to, template } of send) {
      if (scenes.length === MOST_SCENES) return scenes;
      if (!destinations.has(to)) continue;
      const tickerNow = () =>
        literalIn(match.ticker, tableOf)?.replaceAll('*', '') || someKey()?.toUpperCase() || 'ABC';
      const test = match.test === true;
      const reading = readingOf({
        test,
        type: test ? 'test_announcement' : 'announcement',
        publisher: literalIn(match.publisher, tableOf) ?? 'upbit',
        listingType: literalIn(match.listingType, tableOf) ?? 'spot_listing',
        tickerNow,
        titleOf: titleFor(match, extracts, tableOf),
      });
      scenes.push({
        ...{ rule: name, destination: to, template, reading },
        get ticker() {
          return tickerNow();
        },
      });
    }
  return scenes;
}

/** `nth` makes it unlike every one before. Just seen, so that its age is that of news. */
function readingOf({
  tickerNow,
  titleOf,
  ...fields
}: Pick<Reading, 'test' | 'type' | 'publisher' | 'listingType'> & {
  readonly tickerNow: () => string;
  readonly titleOf: TitleOf;
}) {
  return (nth: number, wallUs: number): Reading => ({
    ...fields,
    ticker: tickerNow(),
    title: titleOf(nth),
    publishTimestampUs: wallUs - PUBLISHED_BEFORE_US,
    detectedTimestampUs: wallUs - DETECTED_BEFORE_US,
    dispatchTimestampUs: wallUs,
    abnormal: false,
    extra: {},
  });
}
