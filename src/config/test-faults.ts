/** Checks of `tests:`: names that exist, patterns that can be read, expectations that do not contradict each other. Errors. */

import { didYouMean, nearest } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import { fields, type RuleTest } from '../rule-tests/options.ts';
import type { DestinationNames } from './destination-names.ts';
import { duplicates, patternFaults } from './names.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { emptyPattern, nameFault, namesIn } from './targets.ts';

export function* testFaults(parts: ConfigSections): Iterable<Finding> {
  const { tests, feeds } = parts;
  const names = namesIn(parts);
  yield* duplicates(
    'test',
    tests.map((test) => test?.name),
    'tests',
    'names tell tests apart in their results',
  );
  const feedNames = feeds.flatMap((feed) => feed?.name ?? []);
  for (const [index, test] of tests.entries()) {
    if (test === undefined) continue;
    const path: Path = ['tests', index];
    const { feed } = test.announcement;
    if (feed !== undefined && feedNames.length > 0 && !feedNames.includes(feed))
      yield {
        path: [...path, 'announcement', 'feed'],
        message: `there is no feed ${feed}`,
        hint: names.hints.of(`as a feed: ${feed}`, () => didYouMean(feed, feedNames)),
      };
    yield* tableFaults(test, path, parts, names.hints);
    yield* expectFaults(test, path, names);
    yield* payloadFaults(test, path, names);
  }
}

/** A warning, once: where a rule looks at the clock, a test without a time passes at one hour and fails at another. */
export function* untimedTests({ tests, rules }: ConfigSections): Iterable<Finding> {
  const timed = rules.find((rule) => rule?.when !== undefined);
  const untimed = [...tests.entries()].filter(([, test]) => test !== undefined && test.at === undefined);
  const [first] = untimed;
  if (timed === undefined || first === undefined) return;
  const others = ['', ' (and another)'][untimed.length - 1] ?? ` (and ${untimed.length - 1} others)`;
  yield {
    path: ['tests', first[0]],
    message: `this test${others} has no \`at\`, and rule ${JSON.stringify(timed.name)} has \`when\`: its result depends on the time of day`,
    hint: 'add a time with its offset, such as at: 2026-11-25T09:30:00+09:00',
  };
}

function* tableFaults(
  { tables = {} }: RuleTest,
  path: Path,
  parts: ConfigSections,
  hints: DestinationNames['hints'],
): Iterable<Finding> {
  for (const name of Object.keys(tables))
    if (!parts.tables.has(name))
      yield {
        ...{ path: [...path, 'tables', name], at: 'key', absent: true },
        message: `there is no table ${name}`,
        hint: hints.of(`as a table: ${name}`, () => didYouMean(name, parts.tables.keys())),
      };
}

function* expectFaults({ expect = [] }: RuleTest, path: Path, names: DestinationNames): Iterable<Finding> {
  for (const [place, written] of expect.entries()) {
    const at: Path = [...path, 'expect', place];
    const fault = expectedFault(written, names);
    if (fault !== undefined) yield { path: at, ...fault };
    else if (expect.indexOf(written) !== place) yield { path: at, message: `${written} is named twice` };
  }
}

function* payloadFaults(
  { expect, expectPayload = {} }: RuleTest,
  path: Path,
  names: DestinationNames,
): Iterable<Finding> {
  const expected = expect && new Set(expect.flatMap((written) => names.find(written) ?? [written]));
  for (const [written, wanted] of Object.entries(expectPayload)) {
    const at: Path = [...path, 'expectPayload', written];
    const fault = expectedFault(written, names);
    if (fault !== undefined)
      yield {
        ...{ path: at, at: 'key', ...fault },
        ...(!isRecord(wanted) && names.destinations.length > 0 && { hint: firstDestination(written, names) }),
      };
    else if (expected !== undefined && names.find(written)?.some((name) => !expected.has(name)) === true)
      yield {
        path: at,
        at: 'key',
        message: `\`expect\` of this test does not have ${written}, so it gets no payload`,
        hint: 'add it to `expect`, or remove it here',
      };
    yield* patternsIn(wanted, at);
  }
}

/** `{ symbol: ABCUSDT }` leaves out who gets it. */
const firstDestination = (written: string, names: DestinationNames) =>
  nearest(written, names.all) === undefined
    ? `name the destination first: { ${names.destinations[0]}: { ${written}: … } }`
    : didYouMean(written, names.all);

/** Other words for the keys of a test. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['send', 'to', 'destinations', 'expectdestinations', 'outputs'].map((word) => [word, 'expect'] as const),
  ...['expectnothing', 'expectnobody', 'expectempty', 'none'].map((word) => [word, 'expectNone'] as const),
  ...['expectbody', 'expectmessage', 'payload', 'body'].map((word) => [word, 'expectPayload'] as const),
  ...['input', 'news', 'event', 'frame', 'message'].map((word) => [word, 'announcement'] as const),
  ...['time', 'date', 'when', 'now'].map((word) => [word, 'at'] as const),
]);

/** Of an unknown key of a test, the one that is meant. */
export function testHint(path: Path): string | undefined {
  const [section, , key, ...rest] = path;
  if (section !== 'tests' || rest.length > 0 || typeof key !== 'string') return undefined;
  if (Object.hasOwn(fields.shape, key)) return `write it below \`announcement\`: { ${key}: … }`;
  const meant = MEANT.get(key.toLowerCase());
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

/** Where nobody is to be reached, a pattern that stands for nobody would hide a slip. */
function expectedFault(written: string, names: DestinationNames): Omit<Finding, 'path'> | undefined {
  if (/^(none|nobody|nothing|nowhere|null)$/i.test(written) && names.find(written) === undefined)
    return {
      message: `there is no destination ${written}`,
      hint: 'to expect none, write `expectNone: true`',
    };
  return (
    nameFault(written, names) ??
    (names.find(written)?.length === 0 ? emptyPattern(written, names) : undefined)
  );
}

/** Faults of each `{ matches: … }`, however deep. */
function* patternsIn(wanted: unknown, path: Path): Iterable<Finding> {
  if (typeof wanted !== 'object' || wanted === null) return;
  const entries: Iterable<readonly [string | number, unknown]> = Array.isArray(wanted)
    ? wanted.entries()
    : Object.entries(wanted);
  for (const [key, value] of entries) {
    if (key === 'matches' && typeof value === 'string' && Object.keys(wanted).length === 1)
      yield* patternFaults(value, [...path, key]);
    else yield* patternsIn(value, [...path, key]);
  }
}
