/**
 * The effect of one announcement, and why: the rules, the deliveries that they lead to, the request of each, and
 * what is withheld. It uses the functions that the news itself goes through; sends nothing, writes nothing, reads
 * no clock. Dedupe is left out, because it depends on the moment; the age is that at its receipt.
 */
import type { Announcement } from './announcement.ts';
import { type Capped, describeCapped } from './delivery/capped.ts';
import { originOf } from './delivery/content.ts';
import type { Delivery } from './delivery/delivery.ts';
import type { Refused } from './delivery/held-back.ts';
import { compose, NoSymbol } from './delivery/message.ts';
import type { RequestPreview } from './destinations/destination.ts';
import type { PreparedDestination } from './destinations/prepared.ts';
import { deliveriesOf, targetOf } from './intake.ts';
import { formatDuration } from './platform/duration.ts';
import { redactValues } from './platform/redactor.ts';
import type { Redactor } from './platform/secret.ts';
import { type Steps, whole } from './platform/steps.ts';
import type { Match, Router, RuleExplanation, RulesByPlace } from './routing/router.ts';

/** A config, as far as it decides what is sent. */
export interface DryRunConfig {
  readonly router: Router & { readonly byPlace: Pick<RulesByPlace, 'size'> };
  readonly destinations: readonly PreparedDestination[];
  readonly redact: Redactor;
  /** Why a delivery would not leave at that moment (a mute, a cooldown); absent: nothing is held back. */
  readonly heldBack?: (delivery: Delivery) => Refused | undefined;
}

export interface DryDelivery {
  readonly destination: string;
  readonly rule: string;
  readonly ticker: string | undefined;
  /** All but the request would happen. */
  readonly dryRun: boolean;
  /** From the receipt on; absent: it would leave at once. In ms. */
  readonly delayMs?: number;
  /** Without secrets. */
  readonly request: RequestPreview;
  /** Why it is in the destination's default form: its template fails on this announcement. */
  readonly templateFault?: string;
}

/** A destination that a rule names and that gets nothing all the same. */
export interface Withheld {
  readonly destination: string;
  readonly rule: string;
  readonly reason: string;
  /** It gets some, and nothing for the other tickers. */
  readonly isRest?: true;
}

export interface DryRun {
  /** All rules in order, also those that do not match. */
  readonly rules: readonly RuleExplanation[];
  readonly deliveries: readonly DryDelivery[];
  readonly withheld: readonly Withheld[];
  /** Beyond those that were wanted; absent: none. */
  readonly leftOut?: LeftOut;
}

export interface LeftOut {
  readonly rules: number;
  /** Of these, those that match. */
  readonly matching: number;
  readonly requests: number;
}

/** How many are wanted. */
export interface Most {
  /** Of the rules that match, and of those that do not. */
  readonly rules: number;
  readonly requests: number;
}

const ALL: Most = { rules: Number.POSITIVE_INFINITY, requests: Number.POSITIVE_INFINITY };

/** The deliveries of one announcement, by the rules, with what they withhold. Pure. */
export interface PlannedByRules {
  readonly rules: readonly RuleExplanation[];
  readonly deliveries: readonly Delivery[];
  /** No ticker for `forEach`. */
  readonly withheld: readonly Withheld[];
  /** Tickers beyond `maxTickers`. */
  readonly capped: readonly Withheld[];
}

export const planByRules = (
  announcement: Announcement,
  config: Pick<DryRunConfig, 'router' | 'destinations'>,
): PlannedByRules => whole(planningByRules(announcement, config));

export function* planningByRules(
  announcement: Announcement,
  config: Pick<DryRunConfig, 'router' | 'destinations'>,
): Steps<PlannedByRules> {
  const rules = yield* explained(announcement, config);
  return { rules, ...planned(announcement, config) };
}

function* explained(
  announcement: Announcement,
  { router }: Pick<DryRunConfig, 'router'>,
  most = ALL.rules,
  left = { rules: 0, matching: 0 },
): Steps<readonly RuleExplanation[]> {
  const rules: RuleExplanation[] = [];
  let [matching, others] = [0, 0];
  for (const one of router.explaining(announcement, most)) {
    if ((one.matched ? matching++ : others++) < most) rules.push(one);
    yield;
  }
  left.rules = router.byPlace.size - rules.length;
  left.matching = Math.max(0, matching - most);
  return rules;
}

function planned(
  announcement: Announcement,
  { router, destinations }: Pick<DryRunConfig, 'router' | 'destinations'>,
): Omit<PlannedByRules, 'rules'> {
  const targets = new Map(destinations.map((one) => [one.name, targetOf(one, () => undefined)]));
  const { matches } = router.route(announcement);
  const { deliveries, capped } = deliveriesOf(announcement, matches, targets, announcement.receivedMs);
  const withheld = withheldFrom(announcement, matches, deliveries);
  return { deliveries, withheld, capped: capped.map(restOf) };
}

/** Pure. */
export const dryRun = (announcement: Announcement, config: DryRunConfig): DryRun =>
  whole(dryRunning(announcement, config));

/** A step is a rule or a request. */
export function* dryRunning(
  announcement: Announcement,
  config: DryRunConfig,
  most: Most = ALL,
): Steps<DryRun> {
  const left = { rules: 0, matching: 0, requests: 0 };
  const rules = yield* explained(announcement, config, most.rules, left);
  const requests = yield* requesting(announcement, config, most.requests, left);
  return { rules, ...requests, ...(left.rules + left.requests > 0 && { leftOut: left }) };
}

/** The same without the rules that do not match, which cost most. Pure. */
export const requestsOf = (announcement: Announcement, config: DryRunConfig): Omit<DryRun, 'rules'> =>
  whole(requesting(announcement, config));

function* requesting(
  announcement: Announcement,
  config: DryRunConfig,
  most = ALL.requests,
  left = { requests: 0 },
): Steps<Omit<DryRun, 'rules'>> {
  const { destinations, redact, heldBack } = config;
  const { withheld, capped, deliveries: toSend } = planned(announcement, config);
  const byName = new Map(destinations.map((destination) => [destination.name, destination]));
  const deliveries: DryDelivery[] = [];
  const failed: Withheld[] = [];
  const tooOld = new Map<string, Withheld>();
  for (const delivery of toSend) {
    yield;
    const destination = byName.get(delivery.destination);
    if (destination === undefined) continue;
    const late = lateness(delivery, destination);
    if (late !== undefined) {
      tooOld.set(destination.name, { destination: destination.name, rule: delivery.rule, reason: late });
      continue;
    }
    const refused = heldBack?.(delivery);
    if (refused === undefined && deliveries.length >= most) {
      left.requests++;
      continue;
    }
    const made =
      refused === undefined ? requestOf(delivery, destination, redact) : withheldBy(refused, delivery);
    if ('withheld' in made) failed.push(made.withheld);
    else deliveries.push(made);
  }
  const served = new Set(deliveries.map(({ destination }) => destination));
  const noneOrNoMore = failed.map((one) =>
    served.has(one.destination) ? { ...one, isRest: true as const } : one,
  );
  return { deliveries, withheld: [...withheld, ...tooOld.values(), ...noneOrNoMore, ...capped] };
}

const withheldBy = ({ reason, detail }: Refused, { destination, rule }: Delivery) => ({
  withheld: { destination, rule, reason: `${detail} [${reason}]` },
});

function requestOf(
  delivery: Delivery,
  destination: PreparedDestination,
  redact: Redactor,
): DryDelivery | { readonly withheld: Withheld } {
  const { name, options } = destination;
  const { rule, ticker } = delivery;
  let fault: string | undefined;
  const message = compose(delivery, destination, (what) => {
    fault ??= redact(what);
  });
  if (message === undefined)
    return {
      withheld: { destination: name, rule, reason: `its template fails on this announcement: ${fault}` },
    };
  if (message instanceof NoSymbol)
    return {
      withheld: { destination: name, rule, reason: `${message.message}: no request [no_symbol]` },
    };
  const request = destination.preview(message);
  // A body may hold a secret of the config (a passphrase, say): shown, it would be in a bug report tomorrow.
  const body = redactValues(request.body, redact);
  return {
    ...{ destination: name, rule, ticker, dryRun: options.dryRun, request: { ...request, body } },
    ...(options.delay !== undefined && { delayMs: options.delay }),
    ...(fault !== undefined && { templateFault: fault }),
  };
}

/** Why it would expire before it is sent: its age at receipt, and the `delay` of the destination, are more than `maxAge`. */
function lateness(
  { expiresAtMs, content }: Delivery,
  { options: { maxAge, delay = 0 } }: PreparedDestination,
): string | undefined {
  const { receivedMs, ageAtReceiptMs } = originOf(content);
  if (expiresAtMs === undefined || maxAge === false || receivedMs + delay < expiresAtMs) return undefined;
  const age = `it was ${formatDuration(ageAtReceiptMs)} old when it was received`;
  const later = delay === 0 ? '' : `, and \`delay\` adds ${formatDuration(delay)}`;
  return `maxAge: ${formatDuration(maxAge)}; ${age}${later}`;
}

const restOf = (capped: Capped): Withheld => ({
  destination: capped.delivery.destination,
  rule: capped.delivery.rule,
  reason: describeCapped(capped),
  isRest: true,
});

function withheldFrom(
  announcement: Announcement,
  matches: readonly Match[],
  deliveries: readonly Delivery[],
): Withheld[] {
  const served = new Set(deliveries.map(({ destination }) => destination));
  const reason = announcement.redacted
    ? 'forEach: ticker, and a redacted announcement has no ticker to act on'
    : 'forEach: ticker, and the announcement has no ticker';
  return matches
    .filter(({ destination }) => !served.has(destination))
    .map(({ destination, rule }) => ({ destination, rule, reason }));
}
