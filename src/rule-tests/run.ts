/**
 * Runs one test of a config: its announcement through the rules and templates that the news itself goes through, so
 * that a test cannot disagree with the bridge. Sends nothing, writes nothing, reads no clock. Pure.
 */
import type { Announcement } from '../announcement.ts';
import { type DryDelivery, type DryRunConfig, requestsOf, type Withheld } from '../dry-run.ts';
import { redactValues } from '../platform/redactor.ts';
import type { RuleOptions } from '../routing/options.ts';
import type { RuleExplanation } from '../routing/router.ts';
import { testAnnouncement } from './announcement.ts';
import type { RuleTest } from './options.ts';
import { type PayloadDifference, payloadDifferences } from './payload.ts';
import type { TestTables } from './tables.ts';

export interface TestedConfig extends DryRunConfig {
  readonly rules: readonly RuleOptions[];
  /** The destinations that a name, group or pattern stands for. */
  readonly find: (written: string) => readonly string[] | undefined;
  /** That `router` and `destinations` were compiled with. */
  readonly tables: Pick<TestTables, 'use'>;
}

/** One destination that is expected, or that gets the announcement. */
export type Verdict =
  | {
      readonly kind: 'right' | 'unexpected';
      readonly destination: string;
      readonly rule: string;
    }
  | { readonly kind: 'missing'; readonly destination: string; readonly because: Because }
  | {
      readonly kind: 'different';
      readonly destination: string;
      readonly rule: string;
      /** Of `forEach`: one of the requests. */
      readonly ticker: string | undefined;
      /** The name in `expectPayload`, and the index in its list. */
      readonly expectation: readonly [written: string, ...index: readonly number[]];
      readonly differences: readonly PayloadDifference[];
    }
  | {
      readonly kind: 'count';
      readonly destination: string;
      readonly rule: string;
      readonly expectation: readonly [written: string];
      readonly expected: number;
      readonly got: number;
    };

/** Why a destination gets nothing: a rule that sends to it withholds it, or is the nearest to a match; or none sends to it. */
export interface Because {
  readonly withheld?: Withheld;
  readonly nearest?: RuleExplanation;
}

export interface TestResult {
  readonly announcement: Announcement;
  readonly passed: boolean;
  /** Expected ones first, in the order of the test. */
  readonly verdicts: readonly Verdict[];
}

/** `nowMs`: of a test that says no time, epoch ms. */
export function runTest(test: RuleTest, config: TestedConfig, nowMs: number): TestResult {
  const announcement = testAnnouncement(test.announcement, test.at ?? nowMs);
  config.tables.use(test.tables);
  const { deliveries, withheld } = requestsOf(announcement, config);
  const got = byDestination(deliveries);
  const { find } = config;
  const payloads = Object.entries(test.expectPayload ?? {});
  const named = test.expect ?? (test.expectNone === true ? [] : payloads.map(([written]) => written));
  const expected = new Set(named.flatMap((written) => find(written) ?? []));
  const isExact = test.expect !== undefined || test.expectNone === true;
  const unexpected = isExact ? [...got.keys()].filter((name) => !expected.has(name)) : [];
  const gotByRule = (kind: 'right' | 'unexpected', destination: string): Verdict[] =>
    (got.get(destination) ?? []).slice(0, 1).map(({ rule }) => ({ kind, destination, rule }));
  const verdicts: readonly Verdict[] = [
    ...[...expected].flatMap((destination): readonly Verdict[] =>
      got.has(destination)
        ? gotByRule('right', destination)
        : [{ kind: 'missing', destination, because: reasonOf(destination, announcement, withheld, config) }],
    ),
    ...payloads.flatMap(([written, wanted]) =>
      (find(written) ?? []).flatMap((destination) =>
        payloadVerdicts(written, wanted, got.get(destination) ?? [], config),
      ),
    ),
    ...unexpected.flatMap((destination) => gotByRule('unexpected', destination)),
  ];
  return { announcement, passed: verdicts.every(({ kind }) => kind === 'right'), verdicts };
}

function byDestination(deliveries: readonly DryDelivery[]): ReadonlyMap<string, readonly DryDelivery[]> {
  const all = new Map<string, DryDelivery[]>();
  for (const delivery of deliveries) {
    const some = all.get(delivery.destination) ?? [];
    all.set(delivery.destination, some);
    some.push(delivery);
  }
  return all;
}

/** Under `forEach` a list is about all requests, anything else about the first. */
function payloadVerdicts(
  written: string,
  wanted: unknown,
  deliveries: readonly DryDelivery[],
  { destinations, redact }: TestedConfig,
): readonly Verdict[] {
  const [first] = deliveries;
  if (first === undefined) return [];
  const { destination, rule } = first;
  const isEach = destinations.some(({ name, forEachTicker }) => name === destination && forEachTicker);
  // As the payload itself is shown.
  const hidden = redactValues(wanted, redact);
  if (!isEach || !Array.isArray(hidden)) return differentFrom([written], hidden, first);
  if (hidden.length !== deliveries.length)
    return [
      {
        ...{ kind: 'count', destination, rule, expectation: [written] },
        ...{ expected: hidden.length, got: deliveries.length },
      },
    ];
  return deliveries.flatMap((delivery, index) => differentFrom([written, index], hidden[index], delivery));
}

function differentFrom(
  expectation: readonly [string, ...number[]],
  wanted: unknown,
  { destination, rule, ticker, request }: DryDelivery,
): readonly Verdict[] {
  const differences = payloadDifferences(wanted, request.body);
  return differences.length === 0
    ? []
    : [{ kind: 'different', destination, rule, ticker, expectation, differences }];
}

function reasonOf(
  destination: string,
  announcement: Announcement,
  withheld: readonly Withheld[],
  { rules, router }: TestedConfig,
): Because {
  const held = withheld.find((one) => one.destination === destination);
  if (held !== undefined) return { withheld: held };
  const naming = new Set(
    rules.filter(({ send }) => send.some(({ to }) => to === destination)).map(({ name }) => name),
  );
  let nearest: RuleExplanation | undefined;
  for (const explained of router.explain(announcement))
    if (naming.has(explained.rule) && (nearest === undefined || missesOf(explained) < missesOf(nearest)))
      nearest = explained;
  return nearest === undefined ? {} : { nearest };
}

/** One that matches and is not reached is nearest of all; one for another exchange is far. */
const missesOf = ({ conditions, outsideHours }: RuleExplanation) =>
  conditions.reduce(
    (sum, { field, matched }) => sum + (matched ? 0 : (WEIGHTS[field] ?? 1)),
    outsideHours === undefined ? 0 : 1,
  );

const WEIGHTS: Readonly<Record<string, number>> = { test: 9, publisher: 3, listingType: 2 };
