/**
 * A stored announcement by the rules that decided it, as the store kept what they said, and by the rules of today. Pure:
 * reads no clock, and sends nothing.
 */
import type { Announcement } from './announcement.ts';
import { type DryRunConfig, planningByRules, type Withheld } from './dry-run.ts';
import type { Table } from './matching/table.ts';
import type { StoredDecision } from './outbox/deliveries.ts';
import { type Steps, whole } from './platform/steps.ts';
import { explainingOthers, type RuleExplanation } from './routing/explaining.ts';
import { type KeptRules, keptRules, type RulesInForce, type SomeRules } from './routing/kept-rules.ts';
import { confirmations, rejections } from './routing/rule-reasons.ts';
import { type RuleOutcome, type Trace, traceIn } from './routing/trace.ts';

/** The outcome of a rule. */
export interface Said {
  readonly rule: string;
  readonly matched: boolean;
  /** The earlier rule whose `stop` kept this one from being evaluated. */
  readonly stoppedBy: string | undefined;
  /** Conditions that do not hold. */
  readonly failing: readonly string[];
  /** These, in words. */
  readonly reasons: readonly string[];
  /** Conditions that hold, in words; of then, only where the rules of then are kept and say the same again. */
  readonly holding?: readonly string[];
  /** Destinations it sent to, with the template where there is one. */
  readonly sends: readonly string[];
}

export interface Then {
  readonly digest: string;
  readonly inForceSinceMs: number;
  readonly ruleCount: number;
  readonly matchedCount: number;
  /** Of all rules; or, when there were very many, of those that matched and those that nearly did. */
  readonly rules: readonly Said[];
  /** The rules themselves are in the store, so that their words are those of then. */
  readonly areRulesKept: boolean;
  readonly planned: number;
  readonly withheld: readonly { readonly destination: string; readonly reason: string }[];
  readonly furtherWithheld: number;
}

export interface Now {
  readonly digest: string;
  readonly rules: readonly Said[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly rule: string;
    readonly ticker: string | undefined;
  }[];
  readonly withheld: readonly Withheld[];
  /** Tables that the rules of now may ask, with the rows that they have now: in words. */
  readonly tables: readonly string[];
}

/** `why`: a sentence for people. */
export type OrWhy<Value> = Value | { readonly why: string };

/** The rules of then, as far as the store has them. */
export const thenOf = (decision: StoredDecision): OrWhy<Then> => whole(sayingThen(decision));

/** A step is a rule. */
export function* sayingThen({ trace: text, rules, content }: StoredDecision): Steps<OrWhy<Then>> {
  if (content.kind !== 'news') return { why: 'this is an alert of the bridge, which no rule decides' };
  if (text === undefined)
    return {
      why: 'what the rules said is not in the store: an earlier version of listing-bridge read it, or the bridge was killed in the milliseconds before it was written',
    };
  const trace = traceIn(text);
  if (trace === undefined)
    return {
      why: 'what the rules said cannot be read: it is damaged, or a later version of listing-bridge wrote it',
    };
  const explained = rules === undefined ? undefined : yield* explainedBy(rules, content.announcement);
  const stopped = trace.stoppedBy;
  const nameAt = (place: number) => rules?.byPlace.get(place)?.name ?? `rule ${place + 1}`;
  const saidOf = (outcome: RuleOutcome) => {
    const { place } = outcome;
    const stoppedBy = stopped !== undefined && place > stopped ? nameAt(stopped) : undefined;
    return saidThen(outcome, nameAt(place), stoppedBy, explained?.get(place));
  };
  const { digest, sinceMs, ruleCount, matchedCount, planned, withheld, furtherWithheld }: Trace = trace;
  return {
    ...{ digest, inForceSinceMs: sinceMs, ruleCount, matchedCount },
    rules: trace.outcomes.map(saidOf),
    areRulesKept: rules !== undefined,
    ...{ planned, withheld, furtherWithheld },
  };
}

/** The words of the rules of then, by their places; `undefined`: this version understands them no more. */
function* explainedBy(
  { byPlace, extract }: SomeRules,
  announcement: Announcement,
): Steps<ReadonlyMap<number, RuleExplanation> | undefined> {
  const explained = new Map<number, RuleExplanation>();
  const places = byPlace.keys();
  try {
    for (const one of explainingOthers(byPlace.values(), extract, announcement)) {
      explained.set(places.next().value ?? 0, one);
      yield;
    }
    return explained;
  } catch {
    return undefined;
  }
}

/** The outcome is the one that was kept; the words are taken only where they say the same. */
function saidThen(
  { failing }: RuleOutcome,
  rule: string,
  stoppedBy: string | undefined,
  explained: RuleExplanation | undefined,
): Said {
  const matched = failing.length === 0;
  const again = explained === undefined ? undefined : saidNow(explained);
  const isSame = again !== undefined && sameTexts(again.failing, failing) && again.stoppedBy === stoppedBy;
  if (isSame) return again;
  const reasons =
    stoppedBy === undefined
      ? failing.map((field) => `${field}: did not hold`)
      : rejections({ stoppedBy, conditions: [] });
  return { rule, matched, stoppedBy, failing, reasons, sends: again?.sends ?? [] };
}

function saidNow(explained: RuleExplanation): Said {
  const { rule, matched, stoppedBy, outsideHours, conditions, sends, alreadySent } = explained;
  const failing: string[] = conditions.filter((one) => !one.matched).map(({ field }) => field);
  return {
    ...{ rule, matched, stoppedBy },
    failing: outsideHours === undefined ? failing : [...failing, 'when'],
    reasons: rejections(explained),
    holding: confirmations(explained),
    sends: [
      ...sends.map(({ destination, template }) =>
        template === undefined ? destination : `${destination} (template ${template})`,
      ),
      ...alreadySent.map(({ destination, rule: earlier }) => `${destination} (already by "${earlier}")`),
    ],
  };
}

/** The rules of now, with what is known of them already. */
export type RulesOfNow = Omit<DryRunConfig, 'redact'> & { readonly kept?: Pick<KeptRules, 'digest'> };

type ConfigOfNow = RulesInForce & { readonly liveTables: ReadonlyMap<string, Pick<Table, 'describe'>> };

/** The rules of today on an announcement of then, as if it were received now. */
export const nowOf = (announcement: Announcement, config: ConfigOfNow, rules: RulesOfNow): Now =>
  whole(sayingNow(announcement, config, rules));

/** A step is a rule. */
export function* sayingNow(announcement: Announcement, config: ConfigOfNow, rules: RulesOfNow): Steps<Now> {
  const planned = yield* planningByRules(announcement, rules);
  const all: Said[] = [];
  for (const explained of planned.rules) {
    all.push(saidNow(explained));
    yield;
  }
  return {
    digest: (rules.kept ?? keptRules(config)).digest,
    rules: all,
    deliveries: planned.deliveries.map(({ destination, rule, ticker }) => ({ destination, rule, ticker })),
    withheld: [...planned.withheld, ...planned.capped],
    tables: Array.from(config.liveTables, ([name, table]) => `${name} (${table.describe()})`),
  };
}

/** A rule, then and now: `added` is not of then, `removed` not of now, `unknown` of so many rules that it was not kept. */
export interface ComparedRule {
  readonly rule: string;
  readonly before: Said | undefined;
  readonly now: Said | undefined;
  readonly difference: 'same' | 'changed' | 'added' | 'removed' | 'unknown';
}

/** By their names, in the order of then, with those that are new behind. */
export function compareRules(then: Then, now: Now): readonly ComparedRule[] {
  const today = new Map(now.rules.map((said) => [said.rule, said]));
  const compared = then.rules.map((said): ComparedRule => {
    const other = today.get(said.rule);
    today.delete(said.rule);
    const difference = other === undefined ? 'removed' : isSame(said, other) ? 'same' : 'changed';
    return { rule: said.rule, before: said, now: other, difference };
  });
  const isComplete = then.rules.length === then.ruleCount;
  // Of the same rules everything is known, of whatever was kept.
  const further = isComplete ? 'added' : then.digest === now.digest ? 'same' : 'unknown';
  return [
    ...compared,
    ...Array.from(
      today.values(),
      (said): ComparedRule => ({ rule: said.rule, before: undefined, now: said, difference: further }),
    ),
  ];
}

const isSame = (one: Said, other: Said): boolean =>
  one.matched === other.matched &&
  one.stoppedBy === other.stoppedBy &&
  sameTexts(one.failing, other.failing) &&
  sameTexts(one.sends, other.sends);

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);
