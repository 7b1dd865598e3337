/** The changes of a reload: one line for each section of the config, with names and keys, and no value that may be a secret. */
import type { Config } from '../config/schema.ts';
import { formatDuration } from '../platform/duration.ts';
import { fingerprint } from '../platform/secret.ts';
import type { Steps } from '../platform/steps.ts';
import { isRecord } from '../platform/wire-values.ts';
import { keysThatDiffer } from './differing-keys.ts';
import { type RuleDifference, ruleDifferenceInSteps } from './rule-difference.ts';

/** The changes among named things. */
export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Of each kind of change, on a line that is read in one look. */
const MOST_NAMES = 5;

/** In force only after a restart, or seen in what they bring about. */
const NOT_LISTED: readonly string[] = [
  ...['file', 'types', 'version', 'include', 'defaults', 'store', 'server', 'log'],
  ...['destinations', 'feeds', 'rules', 'tables', 'liveTables', 'tableOf'],
];

const DURATIONS: readonly string[] = ['dedupeWindow', 'shutdownTimeout'];

/** Between two configs; of destinations, feeds and tables it is known only when they have been changed. */
export interface Differences {
  readonly rules: RuleDifference;
  /** Lines. */
  readonly others: readonly string[];
}

export function* differencesInSteps(before: Config, after: Config): Steps<Differences> {
  const rules = yield* ruleDifferenceInSteps(before.rules, after.rules);
  return { rules, others: yield* otherLines(before, after) };
}

/** `done`: the destinations, feeds and tables that a reload has changed, also for reasons outside their own options. */
export function describeChanges(
  before: Config,
  after: Config,
  done: { readonly destinations: Difference; readonly feeds: Difference; readonly tables: Difference },
  differences: Differences,
): string[] {
  const feedsOf = ({ feeds }: Config) => Object.fromEntries(feeds.map((feed) => [feed.name, feed]));
  const { isReordered, keys, ...rules } = differences.rules;
  const ofRules = sectionLine(
    'rules',
    rules,
    (name) => `${JSON.stringify(name)} (${keys.get(name)?.join(', ')})`,
    (name) => JSON.stringify(name),
  );
  return [
    ...namedLine('destinations', before.destinations, after.destinations, done.destinations),
    ...namedLine('feeds', feedsOf(before), feedsOf(after), done.feeds),
    ...namedLine('tables', before.tables, after.tables, done.tables),
    ...(isReordered ? [`${ofRules[0] ?? 'rules:'}${ofRules.length > 0 ? ',' : ''} another order`] : ofRules),
    ...differences.others,
  ];
}

/** Also of keys that came into the config later than this. */
function* otherLines(before: Config, after: Config): Steps<string[]> {
  const values = { before: Object.entries(before), after: Object.entries(after) };
  const earlier = new Map<string, unknown>(values.before);
  const later = new Map<string, unknown>(values.after);
  const keys = new Set([...earlier.keys(), ...later.keys()]);
  const lines: string[] = [];
  for (const key of keys) {
    if (NOT_LISTED.includes(key)) continue;
    const [one, other] = [earlier.get(key), later.get(key)];
    if (!(yield* isSame(one, other))) lines.push(...valueLine(key, one, other));
  }
  return lines;
}

/** Entry by entry: there may be thousands. */
function* isSame(before: unknown, after: unknown): Steps<boolean> {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return fingerprint(before) === fingerprint(after);
  const [one, other] = [Object.entries(before), Object.entries(after)];
  if (one.length !== other.length) return false;
  for (const [at, entry] of one.entries()) {
    yield;
    if (fingerprint(entry) !== fingerprint(other[at])) return false;
  }
  return Array.isArray(before) === Array.isArray(after);
}

function valueLine(key: string, before: unknown, after: unknown): string[] {
  if (before === undefined) return [`${key}: added`];
  if (after === undefined) return [`${key}: removed`];
  if (DURATIONS.includes(key) && typeof before === 'number' && typeof after === 'number')
    return [`${key}: ${formatDuration(before)} → ${formatDuration(after)}`];
  if (typeof before === 'boolean' && typeof after === 'boolean') return [`${key}: ${before} → ${after}`];
  if (!isRecord(before) || !isRecord(after)) return [`${key}: changed`];
  const line = namedLine(key, before, after, {
    added: Object.keys(after).filter((name) => before[name] === undefined && after[name] !== undefined),
    changed: keysThatDiffer(before, after).filter(
      (name) => before[name] !== undefined && after[name] !== undefined,
    ),
    removed: Object.keys(before).filter((name) => before[name] !== undefined && after[name] === undefined),
  });
  return line.length > 0 ? line : [`${key}: another order`];
}

type Entries = Readonly<Record<string, unknown>>;

function namedLine(section: string, before: Entries, after: Entries, difference: Difference): string[] {
  const withKeys = (name: string) => {
    const [one, other] = [before[name], after[name]];
    const keys = isRecord(one) && isRecord(other) ? keysThatDiffer(one, other) : [];
    return keys.length === 0 ? name : `${name} (${keys.join(', ')})`;
  };
  return sectionLine(section, difference, withKeys);
}

/** `destinations: + vip, - old, ~ bot (url)`; nothing when nothing has changed. */
function sectionLine(
  section: string,
  { added, changed, removed }: Difference,
  shownChanged = (name: string) => name,
  shown = (name: string) => name,
): string[] {
  const items = [
    ...some('+', added, shown),
    ...some('-', removed, shown),
    ...some('~', changed, shownChanged),
  ];
  return items.length === 0 ? [] : [`${section}: ${items.join(', ')}`];
}

function some(mark: string, names: readonly string[], shownAs: (name: string) => string): string[] {
  const shown = names.slice(0, MOST_NAMES).map((name) => `${mark} ${shownAs(name)}`);
  const more = names.length - shown.length;
  return more === 0 ? shown : [...shown, `${mark} ${more} more`];
}
