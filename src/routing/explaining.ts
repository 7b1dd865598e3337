/** The rules' word on an announcement, rule by rule and with the reasons: for people, who look at all of them. */
import type { Announcement } from '../announcement.ts';
import type { ExtractOptions } from '../matching/extract.ts';
import { NO_TABLES } from '../matching/table.ts';
import { momentOf, type Rule, ruleCompiler } from './compiled-rule.ts';
import type { FieldExplanation } from './matcher.ts';
import type { RuleOptions } from './options.ts';

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

/** Asks every rule, without the index, and says what `route` does with it. */
export function* explaining(rules: Iterable<Rule>, announcement: Announcement): Generator<RuleExplanation> {
  const sentBy = new Map<string, string>();
  let stoppedBy: string | undefined;
  for (const rule of rules) {
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
    if (!matched || stoppedBy !== undefined) {
      yield told;
      continue;
    }
    const tickers = rule.matcher.fittingTickers(announcement);
    for (const { to, template } of rule.targets) {
      const earlier = sentBy.get(to);
      if (earlier !== undefined) alreadySent.push({ destination: to, rule: earlier });
      else sends.push({ rule: rule.name, destination: to, template, tickers });
      sentBy.set(to, earlier ?? rule.name);
    }
    if (rule.stop) stoppedBy = rule.name;
    yield told;
  }
}

/** Of rules that are not in force: each is compiled when its turn has come. Throws as `ruleCompiler`. */
export const explainingOthers = (
  options: Iterable<RuleOptions>,
  extract: Readonly<Record<string, ExtractOptions>>,
  announcement: Announcement,
): Generator<RuleExplanation> =>
  explaining(Iterator.from(options).map(ruleCompiler(extract, NO_TABLES)), announcement);
