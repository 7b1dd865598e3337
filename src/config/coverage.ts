/** Rules that can never do anything: nothing reaches them, or everything they send has been sent before. */

import { nearest } from '../platform/suggest.ts';
import type { RuleOptions } from '../routing/options.ts';
import { wordsOf } from './conditions.ts';
import type { ConfigParts } from './parts.ts';
import type { Finding } from './problem.ts';

/** At most one finding a rule: the first reason is enough. */
export function* deadRules({ feeds, rules }: ConfigParts): Iterable<Finding> {
  const earlier = new EarlierRules();
  for (const [index, rule] of rules.entries()) {
    if (rule === undefined) continue;
    const finding = outOfReach(rule, feeds) ?? shadowed(rule, earlier);
    earlier.add(rule);
    if (finding)
      yield {
        ...finding,
        path: ['rules', index, ...finding.path],
        message: `rule ${quoted(rule)} ${finding.message}`,
      };
  }
}

const quoted = ({ name }: RuleOptions) => JSON.stringify(name);

/** No feed brings what it asks for. */
function outOfReach({ match }: RuleOptions, feeds: ConfigParts['feeds']): Finding | undefined {
  const wantedFeeds = match.feed === undefined ? undefined : wordsOf(match.feed);
  const reachable = feeds.filter((feed) => !feed || !wantedFeeds || wantedFeeds.has(feed.name.toLowerCase()));
  if (wantedFeeds && reachable.length === 0) {
    const names = feeds.flatMap((feed) => (feed ? [feed.name] : []));
    const [first = ''] = wantedFeeds;
    const best = nearest(first, names);
    return {
      path: ['match', 'feed'],
      message: `never matches: there is no feed ${[...wantedFeeds].join(' or ')}`,
      hint: best === undefined ? `there is: ${names.join(', ')}` : `did you mean \`${best}\`?`,
    };
  }
  const wanted = match.publisher === undefined ? undefined : wordsOf(match.publisher);
  if (!wanted) return undefined;
  const brings = (feed: ConfigParts['feeds'][number]) =>
    feed?.exchanges === undefined || feed.exchanges.some((exchange) => wanted.has(exchange));
  if (reachable.some(brings)) return undefined;
  return {
    path: ['match', 'publisher'],
    message: `never matches: no feed is asked for ${[...wanted].join(' or ')}`,
    hint: 'add it to `exchanges` of a feed, or leave `exchanges` out',
  };
}

/** Self-tests pass by a `match: {}`, so a rule that asks for them is never behind one. */
const isForReal = ({ match }: RuleOptions) => match.test === undefined || match.test === false;

/** Of a `match: {}`. */
const EVERYTHING = '{}';

/** The rules above, found by what they match, so that ten thousand rules are not compared each with each. */
class EarlierRules {
  readonly #byMatch = new Map<string, { readonly rule: RuleOptions; readonly place: number }[]>();
  #count = 0;

  add(rule: RuleOptions): void {
    const match = canonical(rule.match);
    const same = this.#byMatch.get(match) ?? [];
    this.#byMatch.set(match, same);
    same.push({ rule, place: this.#count++ });
  }

  /** Those that match the same, written alike; in order. */
  same({ match }: RuleOptions): readonly RuleOptions[] {
    return (this.#byMatch.get(canonical(match)) ?? []).map(({ rule }) => rule);
  }

  /** Those that match whatever it matches; in order. */
  covering(rule: RuleOptions): readonly RuleOptions[] {
    const match = canonical(rule.match);
    if (match === EVERYTHING || !isForReal(rule)) return this.same(rule);
    const both = [...(this.#byMatch.get(match) ?? []), ...(this.#byMatch.get(EVERYTHING) ?? [])];
    return both.sort((a, b) => a.place - b.place).map((earlier) => earlier.rule);
  }
}

/** `match` and `send` are compared as data; the order of keys does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

function shadowed(rule: RuleOptions, earlier: EarlierRules): Finding | undefined {
  const before = earlier.covering(rule);
  const stopper = before.find((other) => other.stop);
  if (stopper)
    return {
      path: [],
      message: `is never reached: rule ${quoted(stopper)} above stops everything that it matches`,
    };
  const twin = earlier.same(rule).find((other) => sameSend(other, rule) && other.stop === rule.stop);
  if (twin) return { path: [], message: `is a duplicate of rule ${quoted(twin)}` };
  const taken = new Set(before.flatMap(({ send }) => send.map(({ to }) => to)));
  if (rule.send.length > 0 && !rule.stop && rule.send.every(({ to }) => taken.has(to)))
    return {
      path: ['send'],
      message: `never sends anything: rules above have sent the same to ${[...new Set(rule.send.map(({ to }) => to))].join(', ')}`,
      hint: 'a destination gets an announcement once, by the first rule that names it: put the special rule first',
    };
  return undefined;
}

const sameSend = (a: RuleOptions, b: RuleOptions) => canonical(a.send) === canonical(b.send);
