/** `send --as upbit/spot_listing`: a sample that the rules take for real news of that kind, up to the moment in which it is rendered. */
import { type Announcement, LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { destinationNames } from '../config/destination-names.ts';
import { leavesOf } from '../config/match-words.ts';
import { placeInWords } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import { newsOf } from '../delivery/content.ts';
import { SAMPLE_MARK } from '../destinations/sample-mark.ts';
import { type PlannedByRules, planByRules } from '../dry-run.ts';
import { feedTypeOf } from '../feeds/index.ts';
import { printable } from '../platform/printable.ts';
import { nearest, orNearest } from '../platform/suggest.ts';
import type { RuleExplanation } from '../routing/router.ts';
import { rejections } from '../routing/rule-reasons.ts';
import { announcementFromFields, SAMPLE_TICKER } from './announcement-input.ts';
import { requireConfig } from './config-file.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { sampleTitle } from './sample-titles.ts';
import { chosenRule, namedDestinations, requireName, type SendPlan, type SendRequest } from './send-plan.ts';

type AsRequest = SendRequest & { readonly as: string };

/** Throws `UserError` for a word that is a slip of the pen, and with the reasons of the nearest rules when nothing would be sent. */
export function planAs(request: AsRequest, io: Io): SendPlan {
  const { config, redact, where } = requireConfig(request.config, io);
  const wanted = namedDestinations(request.destinations, destinationNames(config));
  for (const name of wanted) requireName(name, Object.keys(config.destinations));
  const announcement = announcementAs(request, config, io);
  const chosen = request.rule === undefined ? undefined : chosenRule(config, request.rule);
  const rules = chosen === undefined ? config.rules : [chosen];
  const { router, destinations } = compileConfig({ ...config, rules });
  const planned = planByRules(announcement, { router, destinations });
  const lineOf = (name: string) => {
    const place = where(['rules', config.rules.findIndex((rule) => rule.name === name)]);
    return place && placeInWords(place, request.config);
  };
  const marked = newsOf(markedAsSample(announcement));
  const byName = new Map(destinations.map((prepared) => [prepared.name, prepared]));
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  const samples = planned.deliveries.flatMap((delivery) => {
    const prepared = byName.get(delivery.destination);
    if (prepared === undefined || !isWanted(prepared.name)) return [];
    const { ticker } = delivery;
    const label = ticker === undefined ? prepared.name : `${prepared.name} for ${ticker}`;
    return [{ label, prepared, delivery: { ...delivery, content: marked } }];
  });
  const withheld = [...planned.withheld, ...planned.capped].filter(({ destination }) =>
    isWanted(destination),
  );
  if (samples.length === 0)
    throw new UserError(nothingToSend(announcement, planned, request, { lineOf, withheld }));
  const { publisher, listingType, title } = announcement;
  const matched = planned.rules.filter((rule) => rule.matched && rule.stoppedBy === undefined);
  const heading = `${publisher} ${listingType} [${announcement.tickers.join(', ')}] ${title} → by ${matched.map(({ rule }) => `"${rule}"`).join(', ')}`;
  return { samples, redact, storePath: config.store.path, heading, withheld };
}

/** For the receiver: the same news, marked where a default form or a template shows it. The rules have seen it without. */
const markedAsSample = (announcement: Announcement): Announcement => ({
  ...announcement,
  type: 'test_announcement',
  test: true,
  title: `${SAMPLE_MARK}: ${announcement.title}`,
});

function announcementAs(request: AsRequest, config: Config, io: Io): Announcement {
  const [publisher = '', listingType = '', ...rest] = request.as
    .split('/')
    .map((word) => word.trim().toLowerCase());
  if (publisher === '' || listingType === '' || rest.length > 0)
    throw new UserError(
      `--as takes an exchange and a listing type, such as upbit/spot_listing, not ${printable(request.as)}`,
      WRONG_USAGE,
    );
  const types: readonly string[] = LISTING_TYPES;
  if (types.includes(publisher) && !types.includes(listingType))
    throw new UserError(
      `The exchange comes first: write --as ${printable(`${listingType}/${publisher}`)}`,
      WRONG_USAGE,
    );
  requireWord('exchange', publisher, knownWords(config, 'publisher'));
  requireWord('listing type', listingType, knownWords(config, 'listingType'));
  const feeds = config.feeds.map(({ name }) => name);
  const { feed = feeds[0], ticker = SAMPLE_TICKER } = request;
  if (feed !== undefined && !feeds.includes(feed))
    throw new UserError(
      `No feed ${printable(feed)} in the config${orNearest(feed, feeds)}; there is: ${feeds.map(printable).join(', ')}`,
    );
  const { title = sampleTitle(publisher, listingType, ticker) } = request;
  return announcementFromFields({ publisher, listingType, ticker, title }, io, feed);
}

/** Both are open sets: another word is fine, unless it looks like a known one. */
function requireWord(what: string, word: string, known: ReadonlySet<string>): void {
  if (known.has(word) || nearest(word, known) === undefined) return;
  throw new UserError(
    `${printable(word)} is not a known ${what}${orNearest(word, known)}; known are: ${[...known].map(printable).join(', ')}`,
    WRONG_USAGE,
  );
}

function knownWords({ feeds, rules }: Config, field: 'publisher' | 'listingType'): ReadonlySet<string> {
  const inRules = rules.flatMap(({ match }) =>
    [...leavesOf(match[field] ?? [], [])].flatMap(({ kind, text }) =>
      kind === 'word' && !text.includes('*') ? [text.toLowerCase()] : [],
    ),
  );
  const documented =
    field === 'publisher'
      ? [...PUBLISHERS, ...feeds.flatMap((feed) => feedTypeOf(feed).publishers(feed) ?? [])]
      : LISTING_TYPES;
  // A slip in a rule is no reason to take it for a word.
  return new Set([...documented, ...inRules.filter((word) => nearest(word, documented) === undefined)]);
}

/** So many rules are shown, those first that need the least. */
const MOST_RULES = 3;

function nothingToSend(
  { publisher, listingType, tickers, title, feed }: Announcement,
  { rules, deliveries }: PlannedByRules,
  { destinations, rule }: SendRequest,
  {
    lineOf,
    withheld,
  }: Pick<SendPlan, 'withheld'> & { readonly lineOf: (rule: string) => string | undefined },
): string {
  const described = `${publisher} ${listingType} [${tickers.join(', ')}] ${JSON.stringify(title)} of the feed ${feed}`;
  const hint = 'Change it with --ticker, --title and --feed; `explain` shows every rule.';
  const named = (name: string) => {
    const line = lineOf(name);
    return line === undefined ? `"${name}"` : `"${name}" (${line})`;
  };
  const matched = rules.filter((one) => one.matched && one.stoppedBy === undefined);
  if (deliveries.length > 0)
    return `Nothing sent to ${destinations.join(', ')}: for ${described} the rules choose ${[...new Set(deliveries.map(({ destination }) => destination))].join(', ')}. ${hint}`;
  if (matched.length > 0) {
    const why = withheld.map(({ destination, reason }) => `\n  ${destination}: ${reason}`);
    const sends = why.length === 0 ? 'sends nothing' : 'sends nothing for it:';
    return [
      `${matched.map((one) => named(one.rule)).join(', ')} matches ${described} and ${sends}`,
      ...why,
    ].join('');
  }
  const reason = (one: RuleExplanation) => `  ${named(one.rule)}: ${rejections(one).join('; ')}`;
  if (rule !== undefined)
    return [`The rule does not match ${described}, so nothing is sent:`, ...rules.map(reason), hint].join(
      '\n',
    );
  const closest = rules
    .toSorted((one, other) => rejections(one).length - rejections(other).length)
    .slice(0, MOST_RULES);
  const which = closest.length < rules.length ? 'The closest:' : '';
  return [
    `No rule matches ${described}, so nothing is sent. ${which}`.trim(),
    ...closest.map(reason),
    hint,
  ].join('\n');
}
