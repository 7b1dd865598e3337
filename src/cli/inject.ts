/** `inject`: puts an announcement into the running bridge, and prints what came of it. */
import type { Injected } from '../ops/injected.ts';
import { wait } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { MarkOf } from '../platform/marks.ts';
import { type AnnouncementFlags, readFields } from './announcement-input.ts';
import { usableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { markedLine } from './lines.ts';
import { type RemoteOperator, remoteOperator } from './remote-operator.ts';
import { deliveryLines } from './status-announcement.ts';
import type { ShownAnnouncement } from './status-answer.ts';

export interface InjectOptions extends AnnouncementFlags {
  readonly config: string;
  readonly real: boolean;
  readonly url: string | undefined;
  readonly json: boolean;
}

/** How long the results are waited for: as long as a chat may take for its answer. */
const RESULTS_MS = 10_000;
const LOOK_MS = 100;

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
    const { feed, agoMs } = injected.duplicateOf;
    const from = feed === undefined ? 'before the last start' : `from ${feed}`;
    if (json) io.print(jsonText(body));
    say(
      'warning',
      `Nothing sent: the same announcement was received ${from}, ${formatDuration(agoMs)} ago (\`dedupeWindow\`). [duplicate]`,
    );
    return NOT_FINE;
  }
  const { announcement, rules, deliveries } = injected;
  const { publisher, listingType, tickers, title, test } = announcement;
  const words = [publisher, listingType, tickers.join(', '), title].filter((word) => word !== '');
  say('good', `Injected${test ? ' as a test' : ''}: ${words.join('  ')}`);
  if (rules.length === 0) say('warning', noMatch(test));
  else say('good', `Matched by: ${rules.join(', ')}`);
  const results = deliveries.length === 0 ? [] : await resultsOf(announcement.id, bridge, io);
  if (json) io.print(jsonText({ ...injected, deliveries: results ?? deliveries }));
  else if (results === undefined)
    say(
      'warning',
      `Its results are not in the status any more: \`listing-bridge deliveries show ${announcement.id}\``,
    );
  else for (const line of results.flatMap((one) => deliveryLines(one, io.columns))) io.print(line);
  for (const line of heldBack(deliveries)) say('none', line);
  return results !== undefined && results.length > 0 && results.every(isFine) ? FINE : NOT_FINE;
}

const noMatch = (isTest: boolean): string =>
  isTest
    ? 'No rule matched: a test matches only rules with `test: true`; --real takes it through all rules. [no_match]'
    : 'No rule matched; `listing-bridge explain` says why. [no_match]';

/** `Held back: bot ABC: ticker ABC is muted for another 58m (mute 3) [muted]` */
const heldBack = (
  deliveries: Extract<Injected, { readonly deliveries: unknown }>['deliveries'],
): readonly string[] =>
  deliveries.flatMap(({ destination, ticker, skipped, detail }) =>
    detail === undefined
      ? []
      : [`Held back: ${[destination, ticker].join(' ').trim()}: ${detail} [${skipped}]`],
  );

type Result = ShownAnnouncement['deliveries'][number];

const isFine = ({ state, reason }: Result) => state === 'delivered' || reason === 'dry_run';

/** When all have ended, or as they are after a while; `undefined`: too much has come since. */
async function resultsOf(
  id: string,
  bridge: RemoteOperator,
  { clock, signal }: Io,
): Promise<readonly Result[] | undefined> {
  const untilMs = clock.monotonicMs() + RESULTS_MS;
  for (;;) {
    const { value } = await bridge.status();
    const results = value.announcements.find((one) => one.id === id)?.deliveries;
    const isOpen = results?.some(({ state }) => state === 'pending') === true;
    if (!isOpen || clock.monotonicMs() > untilMs || signal.aborted) return results;
    await wait(clock, LOOK_MS, signal);
  }
}
