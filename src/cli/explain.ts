/** `explain`: what would happen to one announcement, and why. Sends nothing, writes nothing. */
import { compileConfig } from '../daemon/ready-config.ts';
import { dryRun } from '../dry-run.ts';
import { INJECT } from '../feeds/index.ts';
import { compileExtracts } from '../matching/extract.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import { titleFacts } from '../routing/title-facts.ts';
import { type AnnouncementFlags, announcementFromFields, readFields } from './announcement-input.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { explainIdCommand, requireOnlyId } from './explain-id.ts';
import { describeExplained } from './explain-text.ts';
import { describeTimings, explainTiming } from './explain-timing.ts';
import { type Io, jsonText } from './io.ts';
import { momentIn } from './moment.ts';
import { coolingAt } from './stored-cooldowns.ts';
import { mutedAt } from './stored-mutes.ts';

export interface ExplainOptions extends AnnouncementFlags {
  readonly config: string;
  readonly json: boolean;
  /** Time it too. */
  readonly timing: boolean;
  /** The moment of its receipt; `undefined` = now. */
  readonly at: string | undefined;
  /** The feed that brings it. */
  readonly feed?: string;
  /** Ms that it is old when it is received. */
  readonly age?: number;
  /** Of an announcement or a delivery in the store, instead of all that describes one. */
  readonly id?: string;
  /** With `id`: the store's file, instead of that of the config. */
  readonly store?: string;
}

export async function explainCommand(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { id, store, feed, at, age: ageAtReceiptMs = 0 } = options;
  if (id !== undefined) {
    const { file, publisher, listingType, ticker, title, timing, age, json, config } = options;
    requireOnlyId({ file, publisher, 'listing-type': listingType, ticker, title, feed, age, at, timing });
    return explainIdCommand({ id, store, json, config }, io);
  }
  if (store !== undefined)
    throw new UserError('--store needs --id: only a stored announcement is read from it', WRONG_USAGE);
  const { config, redact, where } = requireConfig(options.config, io);
  const fields = readFields(options, 'Nothing to explain');
  const announcement = {
    ...announcementFromFields(fields, io, knownFeed(feed, config.feeds)),
    ageAtReceiptMs,
    ...(at !== undefined && { receivedTimestampUs: momentIn(at) * 1000 }),
  };
  const { router, destinations } = compileConfig(config);
  const atMs = announcement.receivedTimestampUs / 1000;
  const mutedThen = mutedAt(config.store.path, atMs, io);
  const coolingThen = coolingAt(config.store.path, router.cooldowns, atMs, io);
  const { rules, ...rest } = dryRun(announcement, {
    ...{ router, destinations, redact },
    heldBack: (delivery) => mutedThen(delivery) ?? coolingThen(delivery),
  });
  const explained = {
    announcement,
    inTitle: titleFacts(announcement, compileExtracts(config.extract)),
    rules: rules.map((rule, index) => {
      const place = where(['rules', index]);
      return { ...rule, file: place?.file, line: place?.line };
    }),
    ...rest,
  };
  const { rules: ruleOptions, feeds, extract } = config;
  const deps = { rules: ruleOptions, feeds, extract, router, destinations, redact };
  const timings = options.timing ? await explainTiming(announcement, deps, io) : undefined;
  if (options.json) io.print(jsonText({ ...explained, timings }));
  else {
    for (const line of describeExplained(explained, options.config, io.columns)) io.print(line);
    for (const line of timings === undefined ? [] : describeTimings(timings, io.columns)) io.print(line);
  }
  return FINE;
}

/** Throws `UserError` for one that the config does not have: its conditions would be about nothing. */
function knownFeed(
  feed: string | undefined,
  feeds: readonly { readonly name: string }[],
): string | undefined {
  const names = [...feeds.map(({ name }) => name), INJECT];
  if (feed === undefined || names.includes(feed)) return feed;
  throw new UserError(
    `No feed ${printable(feed)}: the config does not have it${orNearest(feed, names)}; there is: ${names.join(', ')}`,
    WRONG_USAGE,
  );
}
