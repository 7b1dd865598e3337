/** Rules that can never do anything: nothing reaches them, or everything they send has been sent before. */

import { nearest } from '../platform/suggest.ts';
import type { RuleOptions } from '../routing/options.ts';
import { wordsOf } from './conditions.ts';
import { canonical, Narrow, widthOf } from './implies.ts';
import type { ConfigParts } from './parts.ts';
import type { Finding } from './problem.ts';

/** At most one finding a rule: the first reason is enough. Not for those that are known to match nothing. */
export function* deadRules({ feeds, rules }: ConfigParts, dead: ReadonlySet<number>): Iterable<Finding> {
  const earlier = new EarlierRules();
  for (const [index, rule] of rules.entries()) {
    // What matches nothing shadows nothing.
    if (rule === undefined || dead.has(index)) continue;
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
      never: true,
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
    never: true,
    message: `never matches: no feed is asked for ${[...wanted].join(' or ')}`,
    hint: 'add it to `exchanges` of a feed, or leave `exchanges` out',
  };
}

interface Earlier {
  readonly rule: RuleOptions;
  readonly place: number;
}

/** Rules that match the same, and what else they match. */
interface Wide {
  readonly same: readonly Earlier[];
  readonly includes: (narrow: Narrow) => boolean;
}

/** Of a `match: {}`. */
const EVERYTHING = '{}';

/** So many rules, of those that stop and of the others, are compared with every one below, others only with those that match the same. */
const MOST_WIDE = 30;

/** The rules above, found by what they match, so that ten thousand rules are not compared each with each. */
class EarlierRules {
  readonly #byMatch = new Map<string, Earlier[]>();
  readonly #wide: Wide[] = [];
  readonly #compared = { stop: 0, send: 0 };
  #count = 0;

  add(rule: RuleOptions): void {
    const match = canonical(rule.match);
    const same = this.#byMatch.get(match) ?? [];
    this.#byMatch.set(match, same);
    same.push({ rule, place: this.#count++ });
    const kind = rule.stop ? 'stop' : 'send';
    if (same.length > 1 || (match !== EVERYTHING && this.#compared[kind] >= MOST_WIDE)) return;
    this.#compared[kind]++;
    try {
      this.#wide.push({ same, includes: widthOf(rule.match) });
    } catch {
      // Its malformed pattern is a problem of its own.
    }
  }

  /** Those that match the same, written alike; in order. */
  same({ match }: RuleOptions): readonly RuleOptions[] {
    return (this.#byMatch.get(canonical(match)) ?? []).map(({ rule }) => rule);
  }

  /** Those that match whatever it matches; in order. */
  covering({ match }: RuleOptions): readonly RuleOptions[] {
    const narrow = new Narrow(match);
    const lists = new Set(this.#wide.filter(({ includes }) => includes(narrow)).map(({ same }) => same));
    const own = this.#byMatch.get(canonical(match));
    if (own !== undefined) lists.add(own);
    const all = [...lists].flat();
    return all.sort((one, other) => one.place - other.place).map((earlier) => earlier.rule);
  }
}

function shadowed(rule: RuleOptions, earlier: EarlierRules): Finding | undefined {
  const before = earlier.covering(rule);
  const stopper = before.find((other) => other.stop);
  if (stopper)
    return {
      path: [],
      never: true,
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
