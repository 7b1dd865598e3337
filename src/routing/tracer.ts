/** Makes the trace of an announcement (`trace.ts`), from the rules that decided it. Used behind the send. */
import type { Announcement } from '../announcement.ts';
import { type KeptRules, keptRules, type RulesInForce } from './kept-rules.ts';
import type { CompiledRules, Routing, RulesByPlace } from './router.ts';
import { type RuleOutcome, type Trace, traceText, type WithheldReason } from './trace.ts';

/** The decision on an announcement. */
export interface Decided {
  readonly announcement: Announcement;
  readonly routing: Routing;
  /** Of its deliveries, one for each. */
  readonly destinations: readonly string[];
  /** Of others it says nothing: they are another node's. Absent: there are none. */
  readonly targets?: Pick<ReadonlySet<string>, 'has'>;
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
  { byPlace }: Pick<CompiledRules, 'byPlace'>,
  sinceMs: number,
  kept = keptRules(config),
): Tracer {
  const outcomesOf = byPlace.size <= ALL_RULES ? outcomesOfAll : outcomesOfMany;
  return {
    kept,
    textOf: (decided) =>
      traceText({
        ...{ digest: kept.digest, sinceMs, ruleCount: byPlace.size },
        ...outcomesOf(byPlace, decided),
        ...withheldOf(decided),
      }),
  };
}

type Seen = Pick<Trace, 'outcomes' | 'stoppedBy' | 'matchedCount'>;

function outcomesOfAll(rules: RulesByPlace, { announcement }: Decided): Seen {
  const outcomes: RuleOutcome[] = [];
  for (let place = 0; place < rules.size; place++)
    outcomes.push({ place, failing: rules.failing(place, announcement) });
  const matched = outcomes.filter(({ failing }) => failing.length === 0);
  const stoppedBy = matched.find(({ place }) => rules.stops(place))?.place;
  return { outcomes, matchedCount: matched.length, stoppedBy };
}

/** Those that matched are known; rules that are not reached are of no interest among so many. */
function outcomesOfMany(rules: RulesByPlace, { announcement, routing }: Decided): Seen {
  const matched = new Set(routing.rules);
  const outcomes: RuleOutcome[] = [];
  let asked = 0;
  let stoppedBy: number | undefined;
  for (const place of rules.candidates(announcement)) {
    if (matched.has(rules.nameOf(place) ?? '')) {
      outcomes.push({ place, failing: [] });
      stoppedBy = rules.stops(place) ? place : undefined;
      if (stoppedBy !== undefined) break;
    } else if (asked++ < MOST_ASKED) outcomes.push({ place, failing: rules.failing(place, announcement) });
  }
  return { outcomes, matchedCount: routing.rules.length, stoppedBy };
}

function withheldOf({
  announcement,
  routing,
  destinations,
  targets,
}: Decided): Pick<Trace, 'planned' | 'withheld' | 'furtherWithheld'> {
  const served = new Set(destinations);
  const reason = reasonOf(announcement);
  const withheld = routing.matches
    .filter(({ destination }) => !served.has(destination) && targets?.has(destination) !== false)
    .map(({ destination }) => ({ destination, reason }));
  return { planned: destinations.length, withheld, furtherWithheld: 0 };
}

/** Of `forEach: ticker`; another reason has a delivery of its own. */
function reasonOf({ redacted, tickers }: Announcement): WithheldReason {
  if (redacted) return 'redacted';
  return tickers.length === 0 ? 'no_ticker' : 'unknown';
}
