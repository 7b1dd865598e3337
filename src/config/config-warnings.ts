/** Warnings: allowed but probably not meant. `check` shows them; nothing is rejected because of them. */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import type { DestinationOptions } from '../destinations/common-options.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { feedTypeOf } from '../feeds/index.ts';
import type { TextConditionTree } from '../matching/options.ts';
import { Pattern, Text } from '../matching/text.ts';
import { nearest } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { RuleOptions } from '../routing/options.ts';
import { marketWarnings } from './market-warnings.ts';
import { leavesOf, leavesWhere } from './match-words.ts';
import { oddPattern } from './odd-patterns.ts';
import { oddFieldWord, oddWord } from './odd-words.ts';
import { serviceOf } from './own-forms.ts';
import { isPlaceholder } from './placeholder-words.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { namesIn } from './targets.ts';

export function* unused({ rules, destinations, templates, alerts }: ConfigSections): Iterable<Finding> {
  // Rules that send to a group share one list.
  const lists = new Set(rules.map((rule) => rule?.send ?? []));
  const used = { destinations: new Set(alerts?.send), templates: new Set<string | undefined>() };
  for (const { to, template } of [...lists].flat()) {
    used.destinations.add(to);
    used.templates.add(template);
  }
  for (const name of destinations.keys())
    if (!used.destinations.has(name))
      yield { path: ['destinations', name], at: 'key', message: `no rule sends to ${name}` };
  for (const name of templates.keys())
    if (!used.templates.has(name))
      yield { path: ['templates', name], at: 'key', message: `no rule uses the template ${name}` };
}

/** Alerts that would not be read. */
export function* unheardAlerts(parts: ConfigSections): Iterable<Finding> {
  const { alerts, destinations, types } = parts;
  const names = namesIn(parts);
  const named = (alerts?.send ?? []).flatMap((written, place) =>
    (names.find(written) ?? []).map((name) => ({ name, path: ['alerts', 'send', place] })),
  );
  for (const { name, path } of named) {
    const options = destinations.get(name);
    if (options?.dryRun === true) yield { path, message: `${name} is a dry run: no alert will arrive there` };
    const service = serviceOf(options, types);
    const own = options?.forEach === undefined ? ownForm(options, types) : undefined;
    if (service !== undefined)
      yield {
        path,
        message: `${name} is ${service.name}, which ${service.takes} the JSON of an alert; \`body\` and templates are not for alerts`,
        hint: 'name a Discord or Telegram destination, or a webhook of yours that passes the `text` of an alert on',
      };
    else if (own !== undefined)
      yield {
        path,
        message: `${name} has a ${own} of its own, but gets an alert as JSON with type: alert`,
        hint: 'an alert is not an order: if the receiver cannot distinguish them, name a chat, or a webhook without body',
      };
  }
}

/** The option in which the form of an order is written. */
function ownForm(options: DestinationOptions | undefined, types: DestinationRegistry): string | undefined {
  const type = types.get(options?.type ?? '');
  if (!isRecord(options) || type?.form !== 'order') return undefined;
  return type.templated.find((key) => options[key] !== undefined);
}

export function* unusualWords(sections: ConfigSections): Iterable<Finding> {
  const { feeds, rules } = sections;
  const asked = feeds.flatMap((feed) => (feed && feedTypeOf(feed).publishers(feed)) ?? []);
  yield* unusualWordsOfFeeds(feeds);
  yield* marketWarnings(sections);
  for (const [index, rule] of rules.entries()) {
    const words = (field: 'publisher' | 'listingType' | 'title', known: readonly string[] = []) =>
      leavesWhere(
        rule?.match[field] ?? [],
        // The oddity of a word is more specific (`odd-words.ts`).
        (kind, text) => kind === 'word' && !isKnown(text, known) && oddWord(field, text) === undefined,
        ['rules', index, 'match', field],
      );
    for (const { text, path } of words('publisher', PUBLISHERS))
      if (!asked.includes(text.toLowerCase())) yield* unknownWord(text, path, 'exchange', PUBLISHERS);
    for (const { text, path } of words('listingType', LISTING_TYPES))
      yield* unknownWord(text, path, 'listing type', LISTING_TYPES);
    yield* unknownPatterns(rule, index, asked);
    for (const { path } of words('title'))
      yield {
        path,
        message: 'this compares the whole title',
        hint: 'to find a part of it, write title: { matches: "…" }',
      };
  }
}

function* unusualWordsOfFeeds(feeds: ConfigSections['feeds']): Iterable<Finding> {
  for (const [index, feed] of feeds.entries()) {
    if (feed === undefined) continue;
    if ('map' in feed) {
      yield* slipsInMap(feed.map, ['feeds', index, 'map']);
      yield* oddWordsIn(feed.only, ['feeds', index, 'only']);
    } else
      for (const [place, name] of (feed.exchanges ?? []).entries())
        yield* oddOrUnknown(name, ['feeds', index, 'exchanges', place]);
  }
}

/** With such a word, a feed that is healthy brings nothing. */
function* oddWordsIn(only: Readonly<Record<string, TextConditionTree>>, path: Path): Iterable<Finding> {
  for (const [field, condition] of Object.entries(only))
    for (const leaf of leavesOf(condition, [...path, field])) {
      const odd = leaf.kind === 'word' ? oddFieldWord(field, leaf.text) : undefined;
      if (odd !== undefined) yield { path: leaf.path, message: odd.message, hint: odd.hint };
    }
}

interface Words {
  readonly value?: string | undefined;
  readonly values?: Readonly<Record<string, string>> | undefined;
}

type WordMap = Readonly<Record<'publisher' | 'listingType', Words>>;

/** Words that a source is translated into. A source of one's own may bring others than the known ones: only a slip of the pen is worth a word. */
function* slipsInMap(map: WordMap, path: Path): Iterable<Finding> {
  for (const [field, what, known] of [
    ['publisher', 'exchange', PUBLISHERS],
    ['listingType', 'listing type', LISTING_TYPES],
  ] as const) {
    const { value, values = {} } = map[field];
    const words: [string, Path][] = Object.entries(values).map(([from, to]) => [to, ['values', from]]);
    if (value !== undefined) words.push([value, ['value']]);
    for (const [word, place] of words)
      if (nearest(word, known) !== undefined)
        yield* unknownWord(word, [...path, field, ...place], what, known);
  }
}

/** The names are few and known, so a pattern of names can be tried against them. */
function* unknownPatterns(
  rule: RuleOptions | undefined,
  index: number,
  asked: readonly string[],
): Iterable<Finding> {
  for (const { field, what, known, names } of [
    { field: 'publisher', what: 'exchange', known: PUBLISHERS, names: [...PUBLISHERS, ...asked] },
    { field: 'listingType', what: 'listing type', known: LISTING_TYPES, names: LISTING_TYPES },
  ] as const) {
    const condition = rule?.match[field];
    if (condition === undefined) continue;
    const findsNothing = (kind: string, text: string) =>
      kind === 'pattern' && oddPattern(field, text) === undefined && !findsOneOf(text, names);
    for (const { path } of leavesWhere(condition, findsNothing, ['rules', index, 'match', field]))
      yield {
        path,
        message: `this pattern finds no known ${what}`,
        hint: `known: ${known.join(', ')}`,
      };
  }
}

/** A malformed one is reported elsewhere. */
function findsOneOf(source: string, names: readonly string[]): boolean {
  try {
    const pattern = new Pattern(source);
    return names.some((name) => pattern.foundIn(new Text(name)));
  } catch {
    return true;
  }
}

/** By its documentation; only the service itself knows for sure. */
export const KEY_FORM = /^dsk_[0-9a-f]{64}$/i;

export function* unusualKeys({ feeds }: ConfigSections): Iterable<Finding> {
  for (const [index, feed] of feeds.entries()) {
    if (
      feed === undefined ||
      !('apiKey' in feed) ||
      !/(^|\.)cryptolisting\.ws$/.test(new URL(feed.url).hostname)
    )
      continue;
    const key = feed.apiKey.reveal();
    if (!KEY_FORM.test(key) && !isPlaceholder(key))
      yield {
        path: ['feeds', index, 'apiKey'],
        message: '`apiKey` does not have the form of a key (dsk_ and 64 hex characters)',
        hint: 'copy it again, complete and without spaces: with a wrong key the feed is refused',
      };
  }
}

function* oddOrUnknown(name: string, path: Path): Iterable<Finding> {
  const odd = oddWord('publisher', name);
  if (/^(all|any|every|\*)$/i.test(name))
    yield { path, message: `${name} is not a known exchange`, hint: 'for all of them leave `exchanges` out' };
  else if (odd === undefined) yield* unknownWord(name, path, 'exchange', PUBLISHERS);
  else yield { path, message: odd.message, hint: odd.hint };
}

const isKnown = (word: string, known: readonly string[]) => known.includes(word.trim().toLowerCase());

/** Both sets are open, hence only a warning. */
function* unknownWord(word: string, path: Path, what: string, known: readonly string[]): Iterable<Finding> {
  if (isKnown(word, known)) return;
  const best = nearest(word, known);
  yield {
    path,
    message: `${word} is not a known ${what}`,
    hint: best === undefined ? `known: ${known.join(', ')}` : `did you mean \`${best}\`?`,
  };
}
