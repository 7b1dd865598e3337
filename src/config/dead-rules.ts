/** Rules that can never do anything: nothing reaches them, or everything they send has been sent before. */

import { feedTypeOf, INJECT } from '../feeds/index.ts';
import { describe, textCondition } from '../matching/condition.ts';
import type { TextConditionTree } from '../matching/options.ts';
import type { TableOf } from '../matching/table.ts';
import { Pattern, Text } from '../matching/text.ts';
import { listed } from '../platform/listed.ts';
import { nearest } from '../platform/suggest.ts';
import type { RuleOptions } from '../routing/options.ts';
import { Narrow, sortedJson, widthOf } from './implies.ts';
import { wordsOf } from './match-words.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { asksOutside } from './table-names.ts';

/** At most one finding a rule: the first reason is enough. Not for those that are known to match nothing. `tableOf`: the tables whose rows are known. */
export function* deadRules(
  { feeds, rules, destinations }: ConfigSections,
  dead: ReadonlySet<number>,
  tableOf: TableOf,
): Iterable<Finding> {
  const earlier = new EarlierRules(tableOf);
  const sources = new Map<string, Finding | undefined>();
  const outOfReachOnce = ({ match }: RuleOptions) => {
    const key = sortedJson([match.feed, match.publisher]);
    if (!sources.has(key)) sources.set(key, outOfReach(match, feeds, tableOf));
    return sources.get(key);
  };
  for (const [index, rule] of rules.entries()) {
    // A rule that matches nothing shadows nothing.
    if (rule === undefined || dead.has(index)) continue;
    const written = { rule, match: sortedJson(rule.match), deed: deedOf(rule) };
    const finding = outOfReachOnce(rule) ?? shadowed(written, earlier) ?? withoutTicker(rule, destinations);
    // At some moments it lets everything pass to the rules below.
    if (rule.when === undefined) earlier.add(written);
    if (finding)
      yield {
        ...finding,
        path: ['rules', index, ...finding.path],
        message: `rule ${quoted(rule)} ${finding.message}`,
      };
  }
}

const quoted = ({ name }: RuleOptions) => JSON.stringify(name);

/**
 * No feed covers the rule. The names of feeds are all known, and so are the exchanges that each feed subscribes
 * to.
 */
function outOfReach(
  match: RuleOptions['match'],
  feeds: ConfigSections['feeds'],
  tableOf: TableOf,
): Finding | undefined {
  const isFeed = tester(match.feed, tableOf);
  // No feed, and yet a name that announcements can carry; any publisher may be injected.
  if (match.feed !== undefined && wordsOf(match.feed)?.has(INJECT)) return undefined;
  const reachable = feeds.filter((feed) => !feed || isFeed(feed.name));
  if (match.feed !== undefined && feeds.length > 0 && reachable.length === 0) {
    const names = feeds.flatMap((feed) => (feed ? [feed.name] : []));
    const [first] = wordsOf(match.feed) ?? [];
    const best = first === undefined ? undefined : nearest(first, names);
    return {
      path: ['match', 'feed'],
      never: true,
      message: `never matches: there is no feed ${describe(match.feed)}`,
      hint: best === undefined ? `there is: ${names.join(', ')}` : `did you mean \`${best}\`?`,
    };
  }
  // Where the feeds cannot be read, that is the problem.
  if (match.publisher === undefined || feeds.length === 0) return undefined;
  const isPublisher = tester(match.publisher, tableOf);
  const brings = (feed: ConfigSections['feeds'][number]) =>
    feed === undefined ? undefined : feedTypeOf(feed).publishers(feed);
  if (reachable.some((feed) => brings(feed)?.some(isPublisher) ?? true)) return undefined;
  return {
    path: ['match', 'publisher'],
    never: true,
    message: `never matches: no feed subscribes to ${describe(match.publisher)}`,
    hint: reachable.some((feed) => feed !== undefined && 'exchanges' in feed && feed.exchanges !== undefined)
      ? 'add it to `exchanges` of a feed, or leave `exchanges` out'
      : 'add a feed that brings it, or correct `publisher` in the `map` of one',
  };
}

/** Under `forEach: ticker` nothing is sent for what names no ticker, or hides it. */
function withoutTicker(
  { match, send }: RuleOptions,
  destinations: ConfigSections['destinations'],
): Finding | undefined {
  if (match.redacted !== true && match.tickerCount !== 0) return undefined;
  const isEach = (name: string) => destinations.get(name)?.forEach !== undefined;
  if (send.length === 0 || !send.every(({ to }) => isEach(to))) return undefined;
  const field = match.redacted === true ? 'redacted' : 'tickerCount';
  return {
    path: ['match', field],
    message: `never sends anything: the announcements it matches have no ticker, and ${listed(send.map(({ to }) => to))} gets one request for each (forEach)`,
    hint: 'send it to a destination without `forEach`',
  };
}

/** Without a condition, and with one whose pattern is malformed (reported elsewhere), anything passes. */
function tester(tree: TextConditionTree | undefined, tableOf: TableOf): (name: string) => boolean {
  if (tree === undefined || asksOutside(tree, (table) => tableOf(table) !== undefined)) return () => true;
  try {
    const condition = textCondition(tree, (source) => new Pattern(source), tableOf);
    return (name) => condition.test(new Text(name));
  } catch {
    return () => true;
  }
}

/** A rule, and what it matches and does as texts that are the same for rules that match and do the same. */
interface Written {
  readonly rule: RuleOptions;
  readonly match: string;
  readonly deed: string;
}

/** Rules above that match the same. Only what is asked of them is kept: there may be thousands. */
class Alike {
  /** The first that stops, and its place among all rules. */
  stopper: { readonly rule: RuleOptions; readonly place: number } | undefined;
  /** Where they send. */
  readonly taken = new Set<string>();
  /** The first of those that do the same. */
  readonly #twins = new Map<string, RuleOptions>();

  add({ rule, deed }: Written, place: number): void {
    if (rule.stop) this.stopper ??= { rule, place };
    for (const { to } of rule.send) this.taken.add(to);
    if (!this.#twins.has(deed)) this.#twins.set(deed, rule);
  }

  twinOf({ deed }: Written): RuleOptions | undefined {
    return this.#twins.get(deed);
  }
}

const deedOf = ({ send, stop }: RuleOptions) => `${stop} ${sortedJson(send)}`;

/** Rules that match the same, and what else they match. */
interface Wide {
  readonly alike: Alike;
  readonly includes: (narrow: Narrow) => boolean;
}

/** Of a `match: {}`. */
const EVERYTHING = '{}';

/** So many rules, of those that stop and of the others, are compared with every one below, others only with those that match the same. */
const MOST_WIDE = 30;

/** The rules above, found by what they match, so that ten thousand rules are not compared each with each. */
class EarlierRules {
  readonly #byMatch = new Map<string, Alike>();
  readonly #wide: Wide[] = [];
  readonly #compared = { stop: 0, send: 0 };
  readonly #tableOf: TableOf;
  #count = 0;

  constructor(tableOf: TableOf) {
    this.#tableOf = tableOf;
  }

  add(written: Written): void {
    const { rule, match } = written;
    const known = this.#byMatch.get(match);
    const alike = known ?? new Alike();
    if (known === undefined) this.#byMatch.set(match, alike);
    alike.add(written, this.#count++);
    const kind = rule.stop ? 'stop' : 'send';
    if (known !== undefined || (match !== EVERYTHING && this.#compared[kind] >= MOST_WIDE)) return;
    this.#compared[kind]++;
    try {
      this.#wide.push({ alike, includes: widthOf(rule.match, this.#tableOf) });
    } catch {
      // Its malformed pattern is a problem of its own.
    }
  }

  /** Those that match the same, written alike. */
  same({ match }: Written): Alike | undefined {
    return this.#byMatch.get(match);
  }

  /** Those that match whatever it matches; `own`: the same. */
  covering({ rule: { match } }: Written, own: Alike | undefined): readonly Alike[] {
    const narrow = new Narrow(match);
    const lists: Alike[] = [];
    for (const { alike, includes } of this.#wide) if (includes(narrow)) lists.push(alike);
    if (own !== undefined && !lists.includes(own)) lists.push(own);
    return lists;
  }
}

function shadowed(written: Written, earlier: EarlierRules): Finding | undefined {
  const { rule } = written;
  const own = earlier.same(written);
  const before = earlier.covering(written, own);
  if (before.length === 0) return undefined;
  const [first] = before
    .flatMap(({ stopper }) => stopper ?? [])
    .sort((one, other) => one.place - other.place);
  const stopper = first?.rule;
  if (stopper)
    return {
      path: [],
      never: true,
      message: `never matches: rule ${quoted(stopper)} above has \`stop: true\` and matches the same announcements`,
    };
  const twin = own?.twinOf(written);
  if (twin) return { path: [], message: `is a duplicate of rule ${quoted(twin)}` };
  const isTaken = (to: string) => before.some(({ taken }) => taken.has(to));
  if (rule.send.length > 0 && !rule.stop && rule.send.every(({ to }) => isTaken(to)))
    return {
      path: ['send'],
      message: `never sends anything: rules above already send the same announcements to ${listed([...new Set(rule.send.map(({ to }) => to))])}`,
      hint: 'a destination gets an announcement once, by the first rule that names it: put the special rule first',
    };
  return undefined;
}
