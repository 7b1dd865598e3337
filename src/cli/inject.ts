/** `inject`: puts an announcement into the running bridge, and prints what came of it. */
import { formatDuration } from '../platform/duration.ts';
import type { MarkOf } from '../platform/marks.ts';
import { type AnnouncementFlags, readFields } from './announcement-input.ts';
import { usableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type InjectedDelivery, placeOf, type Result, resultsIn } from './inject-results.ts';
import { type Io, jsonText } from './io.ts';
import { markedLine } from './lines.ts';
import { remoteOperator } from './remote-operator.ts';
import { deliveryLines } from './status-announcement.ts';

export interface InjectOptions extends AnnouncementFlags {
  readonly config: string;
  readonly real: boolean;
  readonly url: string | undefined;
  readonly json: boolean;
}

export async function injectCommand(options: InjectOptions, io: Io): Promise<ExitCode> {
  const { config, real, url, json } = options;
  const fields = readFields(options, 'Nothing to inject');
  const { server, redact } = usableConfig(config, 'server', { given: url }, io);
  const bridge = remoteOperator({ url, server, redact }, io);
  const { value: injected, body } = await bridge.inject(fields, real);
  const say = (mark: MarkOf, text: string) => json || io.print(markedLine(mark, text, io.columns));
  if (!injected.ok) {
    io.warn(markedLine('bad', `Not injected: ${injected.problem}. [${injected.code}]`, io.columns));
    return NOT_FINE;
  }
  if ('duplicateOf' in injected) {
    if (json) io.print(jsonText(body));
    say('warning', duplicateLine(injected.duplicateOf));
    return NOT_FINE;
  }
  const { announcement, rules, deliveries } = injected;
  const { publisher, listingType, tickers, title, test } = announcement;
  const words = [publisher, listingType, tickers.join(', '), title].filter((word) => word !== '');
  say('good', `Injected${test ? ' as a test' : ''}: ${words.join('  ')}`);
  if (rules.length === 0) say('warning', noMatch(test));
  else say('good', `Matched by: ${rules.join(', ')}`);
  const results = deliveries.length === 0 ? [] : await resultsIn(injected, bridge, io);
  if (json) io.print(jsonText({ ...injected, deliveries: results ?? deliveries }));
  else if (results === undefined)
    say(
      'warning',
      `Its results are not in the status any more: \`listing-bridge deliveries show ${announcement.id}\``,
    );
  else for (const line of results.flatMap((one) => deliveryLines(one, io.columns))) io.print(line);
  for (const line of heldBack(deliveries, results)) say('none', line);
  for (const line of unknown(results, announcement.id)) say('warning', line);
  return results !== undefined && results.length > 0 && results.every(isFine) ? FINE : NOT_FINE;
}

function duplicateLine({ feed, agoMs }: { feed: string | undefined; agoMs: number }): string {
  const from = feed === undefined ? 'before the last start' : `from ${feed}`;
  return `Nothing sent: the same announcement was received ${from}, ${formatDuration(agoMs)} ago (\`dedupeWindow\`). [duplicate]`;
}

const noMatch = (isTest: boolean): string =>
  isTest
    ? 'No rule matched: a test matches only rules with `test: true`; --real takes it through all rules. [no_match]'
    : 'No rule matched; `listing-bridge explain` says why. [no_match]';

/** `Held back: bot ABC: ticker ABC is muted for another 58m (mute 3) [muted]` */
function heldBack(planned: readonly InjectedDelivery[], results: readonly Result[] = []): readonly string[] {
  const skipped = new Set(results.filter(({ reason }) => reason === 'muted').map(placeOf));
  return planned.flatMap((one) => {
    const { destination, ticker, skipped: reason, detail, elsewhere } = one;
    // Another node may not have heard of the mute yet.
    if (detail === undefined || (elsewhere && !skipped.has(placeOf(one)))) return [];
    return [`Held back: ${[destination, ticker].join(' ').trim()}: ${detail} [${reason}]`];
  });
}

/** Of nodes that have not reported how it went. */
const unknown = (results: readonly Result[] = [], id: string): readonly string[] =>
  results.flatMap(({ isUnknown, destination, ticker, node }) => {
    if (isUnknown === undefined) return [];
    const why =
      node === undefined
        ? 'no node sends there now; the next one that does takes it over'
        : `node ${node}, which sends there, has not reported yet how it went`;
    const show = `\`listing-bridge deliveries show ${id}\` shows it then`;
    return [`${[destination, ticker].join(' ').trim()}: ${why}; ${show}. [node_missing]`];
  });

const isFine = ({ state, reason }: Result) => state === 'delivered' || reason === 'dry_run';
