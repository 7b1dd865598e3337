/**
 * The scenes of a rehearsal: for each pair of a rule and a destination that it names, a frame made to suit the
 * rule as far as can be seen, so that its conditions are evaluated, and the delivery that the rule would cause.
 */
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { TextConditionTree } from '../matching/options.ts';
import type { RuleOptions } from '../routing/options.ts';

export interface Scene {
  readonly rule: string;
  readonly destination: string;
  readonly template: string | undefined;
  readonly ticker: string;
  /** `nth` makes it unlike every frame before. */
  frame(nth: number): Buffer;
}

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

export function scenesOf(rules: readonly RuleOptions[], destinations: ReadonlySet<string>): readonly Scene[] {
  const scenes: Scene[] = [];
  for (const { name = '', match, send } of rules)
    for (const { to, template } of send) {
      if (scenes.length === MOST_SCENES) return scenes;
      if (!destinations.has(to)) continue;
      const ticker = literal(match.ticker)?.replaceAll('*', '') || 'ABC';
      const frame = frameOf({
        type: match.test === true ? 'test_announcement' : 'announcement',
        publisher: literal(match.publisher) ?? 'upbit',
        listingType: literal(match.listingType) ?? 'spot_listing',
        ticker,
        title: literal(match.title) ?? '에이비씨(ABC) KRW 마켓 디지털 자산 추가 Will List',
      });
      scenes.push({ rule: name, destination: to, template, ticker, frame });
    }
  return scenes;
}

/** A value that satisfies the condition, if one is written in it. */
function literal(condition: TextConditionTree | undefined): string | undefined {
  if (condition === undefined || typeof condition === 'string') return condition;
  if ('length' in condition) {
    for (const one of condition) {
      const found = literal(one);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return 'any' in condition ? literal(condition.any) : undefined;
}

function frameOf({ title, ...fields }: { readonly title: string } & Record<string, string>) {
  return (nth: number) =>
    Buffer.from(
      JSON.stringify({
        ...fields,
        title: `${title} ${nth}`,
        publishTimestampUs: 1_700_000_000_000_000 + nth,
        detectedTimestampUs: 1_700_000_000_100_000 + nth,
        dispatchTimestampUs: 1_700_000_000_101_000 + nth,
      }),
    );
}
