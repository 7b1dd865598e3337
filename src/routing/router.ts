/**
 * All rules of a config, compiled: which destinations an announcement goes to, each once, by the first
 * rule that names it; `stop` ends evaluation. Rules are found by the publisher, type and ticker that
 * they demand, so that ten thousand rules cost little more than the few that could match.
 */
import type { Announcement } from '../announcement.ts';
import { cheapFirst, sharedPatterns } from '../matching/condition.ts';
import { compileExtracts, type ExtractOptions } from '../matching/extract.ts';
import { NO_TABLES, type TableOf } from '../matching/table.ts';
import { hasOneOf, type Text } from '../matching/text.ts';
import type { CooldownOptions } from './cooldown-options.ts';
import type { FieldTest } from './field-tests.ts';
import { compileMatcher, type FieldExplanation, type Matcher } from './matcher.ts';
import type { MatchField, RuleOptions, SendTarget } from './options.ts';
import { RuleIndex } from './rule-index.ts';
import { type SharedTest, SharedTests, sharedByKey } from './shared-tests.ts';
import { subjectOf } from './subject.ts';
import { compileWhen, type Hours, sharedZones } from './when.ts';

/** One destination that gets the announcement, and on whose word. */
export interface Match {
  readonly rule: string;
  readonly destination: string;
  readonly template: string | undefined;
  /** Those of its tickers that the rule's `ticker` condition lets through; under `forEach`, the ones to send. */
  readonly tickers: readonly string[];
}

export interface RuleExplanation {
  readonly rule: string;
  /** Whether its conditions hold, those on the moment included, even when it was not reached. */
  readonly matched: boolean;
  /** The earlier rule whose `stop` kept this one from being asked. */
  readonly stoppedBy: string | undefined;
  /** Why its `when` keeps it from matching at this moment; absent: it does not. */
  readonly outsideHours?: string;
  readonly conditions: readonly FieldExplanation[];
  readonly sends: readonly Match[];
  /** Destinations that it names and an earlier rule has already served. */
  readonly alreadySent: readonly { readonly destination: string; readonly rule: string }[];
}

/** The result of the rules for one announcement. */
export interface Routing {
  /** Every rule that matched, in order, also one that sends nothing. */
  readonly rules: readonly string[];
  readonly matches: readonly Match[];
}

export interface Router {
  route(announcement: Announcement): Routing;
  explain(announcement: Announcement): readonly RuleExplanation[];
}

/** The cooldown of a rule, compiled. */
export interface RuleCooldown {
  readonly by: CooldownOptions['by'];
  readonly forMs: number;
  /** Where the rule sends. */
  readonly destinations: { has(destination: string): boolean };
  /** Those that the rule would send. */
  readonly tickersOf: (announcement: Announcement) => readonly string[];
}

/** Rules by their place, for the trace of an announcement (`tracer.ts`). */
export interface RulesByPlace {
  readonly size: number;
  /** Places of the rules that could match, in order; all others ask for another ticker, publisher or type. */
  candidates(announcement: Announcement): readonly number[];
  nameOf(place: number): string | undefined;
  /** The conditions that do not hold, that on the moment included; none of a rule that matches. */
  failing(place: number, announcement: Announcement): readonly (MatchField | 'when')[];
  stops(place: number): boolean;
}

export interface CompiledRules extends Router {
  readonly byPlace: RulesByPlace;
  /** By the names of the rules that have one. */
  readonly cooldowns: ReadonlyMap<string, RuleCooldown>;
  /**
   * The match of `route` for one destination, without making those of all others: after a reload, and after each
   * attempt, every destination asks for itself, and there may be thousands. `madeBy`: the rule of the delivery, whose hours were
   * right at its moment, also when they have been edited since.
   */
  matchFor(announcement: Announcement, destination: string, madeBy?: string): Match | undefined;
}

interface Rule {
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
const momentOf = ({ receivedTimestampUs }: Announcement): number => receivedTimestampUs / 1000;

const NOTHING: Routing = Object.freeze({ rules: Object.freeze([]), matches: Object.freeze([]) });

/** Throws on a malformed regular expression; `config/` has reported those before. */
export function compileRules(
  options: readonly RuleOptions[],
  extract: Readonly<Record<string, ExtractOptions>> = {},
  tableOf: TableOf = NO_TABLES,
): CompiledRules {
  const patternOf = sharedPatterns();
  const extracts = compileExtracts(extract);
  const zoneOf = sharedZones();
  const sharedTest = sharedByKey<FieldTest | undefined>();
  const sharedHours = sharedByKey<HoursTest>();
  // Rules that send to the same group share one list.
  const known = new Map<RuleOptions['send'], Pick<Rule, 'targets' | 'byName'>>();
  const rules = options.map((rule): Rule => {
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
  });
  // Apart from the rules: after a silence each thing that is touched is fetched from memory, and most rules end here.
  const titleWords = rules.map((rule) => rule.matcher.required.titleWords);
  const index = new RuleIndex(rules.map((rule) => rule.matcher.required));
  const tests = new SharedTests(rules.map((rule) => rule.tests));

  const cooldowns = new Map<string, RuleCooldown>();
  for (const [ordinal, { name, cooldown }] of options.entries()) {
    const rule = rules[ordinal];
    if (cooldown === undefined || rule === undefined) continue;
    const { by, for: forMs } = cooldown;
    const { fittingTickers: tickersOf } = rule.matcher;
    cooldowns.set(name, { by, forMs, tickersOf, destinations: rule.byName });
  }

  return {
    cooldowns,
    route(announcement) {
      let rulesMatched: string[] | undefined;
      const matches: Match[] = [];
      let taken: Set<string> | undefined;
      const subject = subjectOf(announcement);
      tests.begin();
      for (const ordinal of index.candidates(announcement)) {
        if (!mayWant(subject.title, titleWords[ordinal]) || !tests.hold(ordinal, subject)) continue;
        const rule = rules[ordinal] as Rule; // the index knows no others
        rulesMatched ??= [];
        rulesMatched.push(rule.name);
        taken ??= new Set();
        const tickers = rule.matcher.fittingTickers(announcement);
        for (const { to, template } of rule.targets) {
          if (taken.has(to)) continue;
          taken.add(to);
          matches.push({ rule: rule.name, destination: to, template, tickers });
        }
        if (rule.stop) break;
      }
      return rulesMatched === undefined ? NOTHING : { rules: rulesMatched, matches };
    },
    matchFor(announcement, destination, madeBy) {
      for (const ordinal of index.candidates(announcement)) {
        const rule = rules[ordinal];
        const target = rule?.byName.get(destination);
        if (rule === undefined || (target === undefined && !rule.stop)) continue;
        const { matches } = rule.name === madeBy ? rule.matcher : rule;
        if (!matches(announcement)) continue;
        if (target === undefined) return undefined;
        const tickers = rule.matcher.fittingTickers(announcement);
        return { rule: rule.name, destination, template: target.template, tickers };
      }
      return undefined;
    },
    explain: (announcement) => explain(rules, announcement),
    byPlace: {
      size: rules.length,
      candidates: (announcement) => index.candidates(announcement),
      nameOf: (place) => rules[place]?.name,
      failing: (place, announcement) => failingOf(rules[place], announcement),
      stops: (place) => rules[place]?.stop ?? false,
    },
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

function failingOf(rule: Rule | undefined, announcement: Announcement): readonly (MatchField | 'when')[] {
  const failing = rule?.matcher.failing(announcement) ?? [];
  return rule?.hours?.includes(momentOf(announcement)) === false ? [...failing, 'when'] : failing;
}

const mayWant = (title: Text, words: readonly string[] | undefined) =>
  words === undefined || hasOneOf(words, title.lowered);

/** Asks every rule, without the index, and says what `route` does with it. */
function explain(rules: readonly Rule[], announcement: Announcement): readonly RuleExplanation[] {
  const sentBy = new Map<string, string>();
  let stoppedBy: string | undefined;
  return rules.map((rule) => {
    const conditions = rule.matcher.explain(announcement);
    const momentMs = momentOf(announcement);
    const outsideHours = rule.hours?.includes(momentMs) === false ? rule.hours.describe(momentMs) : undefined;
    const matched = outsideHours === undefined && conditions.every((condition) => condition.matched);
    const sends: Match[] = [];
    const alreadySent: { destination: string; rule: string }[] = [];
    const told = {
      ...{ rule: rule.name, matched, stoppedBy, conditions, sends, alreadySent },
      ...(outsideHours !== undefined && { outsideHours }),
    };
    if (!matched || stoppedBy !== undefined) return told;
    const tickers = rule.matcher.fittingTickers(announcement);
    for (const { to, template } of rule.targets) {
      const earlier = sentBy.get(to);
      if (earlier !== undefined) alreadySent.push({ destination: to, rule: earlier });
      else sends.push({ rule: rule.name, destination: to, template, tickers });
      sentBy.set(to, earlier ?? rule.name);
    }
    if (rule.stop) stoppedBy = rule.name;
    return told;
  });
}

/** A rule that names a destination twice means it once. */
function firstOfEach(send: readonly SendTarget[]): Pick<Rule, 'targets' | 'byName'> {
  const byName = new Map<string, SendTarget>();
  for (const target of send) if (!byName.has(target.to)) byName.set(target.to, target);
  return { targets: [...byName.values()], byName };
}
