/**
 * All rules of a config, compiled: which destinations an announcement goes to, each once, by the first
 * rule that names it; `stop` ends evaluation. Rules are found by the publisher, type and ticker that
 * they demand, so that ten thousand rules cost little more than the few that could match.
 */
import type { Announcement } from '../announcement.ts';
import type { ExtractOptions } from '../matching/extract.ts';
import { NO_TABLES, type TableOf } from '../matching/table.ts';
import { hasOneOf, type Text } from '../matching/text.ts';
import { type Steps, whole } from '../platform/steps.ts';
import { momentOf, type Rule, ruleCompiler } from './compiled-rule.ts';
import type { CooldownOptions } from './cooldown-options.ts';
import { explaining, type Match, type RuleExplanation } from './explaining.ts';
import type { MatchField, RuleOptions } from './options.ts';
import { RuleIndex } from './rule-index.ts';
import { SharedTests, TestsByRule } from './shared-tests.ts';
import { subjectOf } from './subject.ts';

export type { Match, RuleExplanation };

/** The result of the rules for one announcement. */
export interface Routing {
  /** Every rule that matched, in order, also one that sends nothing. */
  readonly rules: readonly string[];
  readonly matches: readonly Match[];
}

export interface Router {
  route(announcement: Announcement): Routing;
  explain(announcement: Announcement): readonly RuleExplanation[];
  /** The same, rule by rule: of ten thousand it takes a tenth of a second. `others`: at least so many of those that do not match; absent: all. */
  explaining(announcement: Announcement, others?: number): Iterable<RuleExplanation>;
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

const NOTHING: Routing = Object.freeze({ rules: Object.freeze([]), matches: Object.freeze([]) });

/** Throws on a malformed regular expression; `config/` has reported those before. */
export const compileRules = (
  options: readonly RuleOptions[],
  extract: Readonly<Record<string, ExtractOptions>> = {},
  tableOf: TableOf = NO_TABLES,
): CompiledRules => whole(rulesInSteps(options, extract, tableOf));

/** The same, a rule in a step. */
export function* rulesInSteps(
  options: readonly RuleOptions[],
  extract: Readonly<Record<string, ExtractOptions>>,
  tableOf: TableOf,
): Steps<CompiledRules> {
  const compile = ruleCompiler(extract, tableOf);
  const rules: Rule[] = [];
  // Apart from the rules: after a silence each thing that is touched is fetched from memory, and most rules end here.
  const titleWords: (readonly string[] | undefined)[] = [];
  const index = new RuleIndex();
  const collected = new TestsByRule();
  const cooldowns = new Map<string, RuleCooldown>();
  for (const one of options) {
    const rule = compile(one);
    const { required, fittingTickers: tickersOf } = rule.matcher;
    index.add(required, rules.length);
    rules.push(rule);
    titleWords.push(required.titleWords);
    collected.add(rule.tests);
    if (one.cooldown !== undefined) {
      const { by, for: forMs } = one.cooldown;
      cooldowns.set(one.name, { by, forMs, tickersOf, destinations: rule.byName });
    }
    yield;
  }
  return routerOf(rules, cooldowns, { titleWords, index, tests: new SharedTests(collected) });
}

interface Found {
  readonly titleWords: readonly (readonly string[] | undefined)[];
  readonly index: RuleIndex;
  readonly tests: SharedTests;
}

function routerOf(
  rules: readonly Rule[],
  cooldowns: CompiledRules['cooldowns'],
  { titleWords, index, tests }: Found,
): CompiledRules {
  /** So many from the beginning, and of the rest those that could match, in order. */
  function first(announcement: Announcement, others = rules.length): readonly Rule[] {
    const later = index.candidates(announcement).filter((ordinal) => ordinal >= others);
    return [...rules.slice(0, others), ...later.flatMap((ordinal) => rules[ordinal] ?? [])];
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
    explain: (announcement) => [...explaining(rules, announcement)],
    explaining: (announcement, others) => explaining(first(announcement, others), announcement),
    byPlace: {
      size: rules.length,
      candidates: (announcement) => index.candidates(announcement),
      nameOf: (place) => rules[place]?.name,
      failing: (place, announcement) => failingOf(rules[place], announcement),
      stops: (place) => rules[place]?.stop ?? false,
    },
  };
}

function failingOf(rule: Rule | undefined, announcement: Announcement): readonly (MatchField | 'when')[] {
  const failing = rule?.matcher.failing(announcement) ?? [];
  return rule?.hours?.includes(momentOf(announcement)) === false ? [...failing, 'when'] : failing;
}

const mayWant = (title: Text, words: readonly string[] | undefined) =>
  words === undefined || hasOneOf(words, title.lowered);
