/** Makes the trace of an announcement (`trace.ts`), from the rules that decided it. Used behind the send. */
import type { Announcement } from '../announcement.ts';
import { type KeptRules, keptRules, type RulesInForce } from './kept-rules.ts';
import type { CompiledRules, RulesByPlace } from './router.ts';
import { type RuleOutcome, type Trace, traceText, type WithheldReason } from './trace.ts';

/** The decision on an announcement, as far as the rules do not have it. */
export interface Decided {
  readonly announcement: Announcement;
  /** Those that got a delivery, one for each. */
  readonly destinations: readonly string[];
}

export interface Tracer {
  readonly kept: KeptRules;
  textOf(decided: Decided): string;
}

/** All rules are asked up to this number: some tens of microseconds. */
const ALL_RULES = 200;

/** Of more, so many of those that could have matched and did not. */
const MOST_ASKED = 500;

/** `sinceMs`: when they came into force. */
export function createTracer(
  config: RulesInForce,
  router: Pick<CompiledRules, 'byPlace' | 'route'>,
  sinceMs: number,
  kept = keptRules(config),
): Tracer {
  return {
    kept,
    textOf(decided) {
      const seen = outcomesOf(router.byPlace, decided.announcement);
      return traceText({ digest: kept.digest, sinceMs, ...seen, ...withheldOf(decided, router) });
    },
  };
}

type Seen = Pick<Trace, 'outcomes' | 'stoppedBy' | 'matchedCount' | 'ruleCount'>;

function outcomesOf(rules: RulesByPlace, announcement: Announcement): Seen {
  const ruleCount = rules.size;
  const isFew = ruleCount <= ALL_RULES;
  const places = isFew
    ? Array.from({ length: ruleCount }, (_, place) => place)
    : rules.candidates(announcement);
  const outcomes: RuleOutcome[] = [];
  let matchedCount = 0;
  let asked = 0;
  let stoppedBy: number | undefined;
  for (const place of places) {
    const matched = rules.matches(place, announcement);
    if (matched) {
      matchedCount++;
      outcomes.push({ place, failing: [] });
      if (stoppedBy === undefined && rules.stops(place)) stoppedBy = place;
      // Of many rules, those that are not reached are of no interest.
      if (!isFew && stoppedBy !== undefined) break;
    } else if (isFew || asked++ < MOST_ASKED)
      outcomes.push({ place, failing: rules.failing(place, announcement) });
  }
  return { ruleCount, outcomes, matchedCount, stoppedBy };
}

type Got = Pick<Trace, 'planned' | 'withheld' | 'furtherWithheld'>;

function withheldOf({ announcement, destinations }: Decided, router: Pick<CompiledRules, 'route'>): Got {
  const served = new Set(destinations);
  const reason = reasonOf(announcement);
  const withheld = router
    .route(announcement)
    .matches.filter(({ destination }) => !served.has(destination))
    .map(({ destination }) => ({ destination, reason }));
  return { planned: destinations.length, withheld, furtherWithheld: 0 };
}

/** Of `forEach: ticker`; another reason has a delivery that says it. */
function reasonOf({ redacted, tickers }: Announcement): WithheldReason {
  if (redacted) return 'redacted';
  return tickers.length === 0 ? 'no_ticker' : 'unknown';
}
