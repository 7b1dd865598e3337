/** One rule, ready to be evaluated; what several rules have in common is made once. */
import type { Announcement } from '../announcement.ts';
import { cheapFirst, sharedPatterns } from '../matching/condition.ts';
import { compileExtracts, type ExtractOptions } from '../matching/extract.ts';
import type { TableOf } from '../matching/table.ts';
import type { FieldTest } from './field-tests.ts';
import { compileMatcher, type Matcher } from './matcher.ts';
import type { RuleOptions, SendTarget } from './options.ts';
import { type SharedTest, sharedByKey } from './shared-tests.ts';
import { compileWhen, type Hours, sharedZones } from './when.ts';

export interface Rule {
  readonly name: string;
  readonly matcher: Matcher;
  readonly targets: readonly SendTarget[];
  readonly byName: ReadonlyMap<string, SendTarget>;
  readonly stop: boolean;
  readonly hours: Hours | undefined;
  /** Those of its contents, and of the moment: shared with the other rules. */
  readonly tests: readonly SharedTest[];
  /** Its contents, and the moment. */
  readonly matches: Matcher['matches'];
}

/** When rules are asked whether it is their time: at the receipt, by the wall clock, in ms. */
export const momentOf = ({ receivedTimestampUs }: Announcement): number => receivedTimestampUs / 1000;

/** Throws on a malformed regular expression. */
export function ruleCompiler(
  extract: Readonly<Record<string, ExtractOptions>>,
  tableOf: TableOf,
): (options: RuleOptions) => Rule {
  const patternOf = sharedPatterns();
  const extracts = compileExtracts(extract);
  const zoneOf = sharedZones();
  const sharedTest = sharedByKey<FieldTest | undefined>();
  const sharedHours = sharedByKey<HoursTest>();
  // Rules that send to the same group share one list.
  const known = new Map<RuleOptions['send'], Pick<Rule, 'targets' | 'byName'>>();
  return (rule) => {
    const sends = known.get(rule.send) ?? firstOfEach(rule.send);
    known.set(rule.send, sends);
    const matcher = compileMatcher(rule.match, patternOf, extracts, tableOf, sharedTest);
    const { when } = rule;
    const time = when && sharedHours(JSON.stringify(when), () => hoursTest(compileWhen(when, zoneOf)));
    const hours = time?.hours;
    return {
      name: rule.name,
      matcher,
      matches:
        hours === undefined
          ? matcher.matches
          : (announcement) => matcher.matches(announcement) && hours.includes(momentOf(announcement)),
      targets: sends.targets,
      byName: sends.byName,
      stop: rule.stop,
      hours,
      tests: cheapFirst([...(time === undefined ? [] : [time]), ...matcher.tests]),
    };
  };
}

interface HoursTest extends SharedTest {
  readonly hours: Hours;
}

/** An addition and two comparisons; before it come the conditions that compare texts. */
const HOURS_COST = 1;

const hoursTest = (hours: Hours): HoursTest => ({
  hours,
  cost: HOURS_COST,
  test: ({ announcement }) => hours.includes(momentOf(announcement)),
});

/** A rule that names a destination twice means it once. */
function firstOfEach(send: readonly SendTarget[]): Pick<Rule, 'targets' | 'byName'> {
  const byName = new Map<string, SendTarget>();
  for (const target of send) if (!byName.has(target.to)) byName.set(target.to, target);
  return { targets: [...byName.values()], byName };
}
