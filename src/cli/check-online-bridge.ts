/**
 * The bridge that runs on this machine, while `check --online` asks about its feeds: a second connection with a key can
 * cost it its own (a plan may allow one, and each connect begins a cooldown), so what it holds is not touched. What it
 * says about its feeds proves more than a connection of a moment.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { type FeedOptions, feedTypeOf } from '../feeds/index.ts';
import { factsOf } from '../inquiry/feed-remarks.ts';
import { isHeld } from '../outbox/lock.ts';
import { formatDuration } from '../platform/duration.ts';
import { messageOf } from '../platform/message-of.ts';
import type { Redactor } from '../platform/secret.ts';
import { bad, byWeight, good, type Remark, warned } from '../remark.ts';
import type { Io } from './io.ts';
import { remoteOperator } from './remote-operator.ts';

const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const optional = z.number().optional().catch(undefined);

const feed = z.object({
  name: z.string(),
  healthy: z.boolean(),
  trouble: z.string().optional(),
  proofs: listOf(z.object({ kind: z.string(), ok: z.boolean(), words: z.string() })),
  ...{ connectedMs: optional, keyExpiresInMs: optional },
});

const condition = z.object({
  ...{ code: z.string(), subject: z.string(), severity: z.string(), summary: z.string() },
  ...{ detail: z.string(), advice: z.string() },
});

const status = z.object({
  config: z.object({ file: z.string(), current: z.boolean() }),
  feeds: listOf(feed),
  conditions: listOf(condition),
});

type BridgeStatus = z.output<typeof status>;

/** `undefined`: no bridge runs here. */
type Bridge = { readonly status: BridgeStatus } | { readonly unknown: string };

/** The remarks on a feed that needs no connection of ours; `undefined`: one can be made. */
export type KnownFeed = (feed: FeedOptions) => readonly Remark[] | undefined;

export async function knownFeeds(config: Config, redact: Redactor, io: Io): Promise<KnownFeed> {
  const bridge = await runningBridge(config, redact, io);
  if (bridge === undefined) return () => undefined;
  if ('unknown' in bridge)
    return () => [untouched(`a bridge runs here and could not be asked: ${bridge.unknown}`)];
  return (options) => ofBridge(options, config, bridge.status);
}

async function runningBridge(
  { server, store }: Config,
  redact: Redactor,
  io: Io,
): Promise<Bridge | undefined> {
  const isRunning = isHeld(store.path);
  try {
    const { body } = await remoteOperator({ url: undefined, server, redact }, io).status();
    const { data } = status.safeParse(body);
    if (data !== undefined) return { status: data };
    return { unknown: 'it is of another version.' };
  } catch (error) {
    const why = messageOf(error);
    return isRunning || IS_BRIDGE.test(why) ? { unknown: why } : undefined;
  }
}

/** It wants another token, or it hangs: not the words for another program, or for nothing at all. */
const IS_BRIDGE = /\[(?:HTTP 401|HTTP 403|HTTP 421|timeout)\]$/;

function ofBridge(options: FeedOptions, config: Config, bridge: BridgeStatus): readonly Remark[] | undefined {
  const held = bridge.feeds.find(({ name }) => name === options.name);
  if (held === undefined) return sharesKey(options, config, bridge);
  const isThis = resolve(bridge.config.file) === resolve(config.file) && bridge.config.current;
  if (!isThis)
    return [
      untouched(
        'the running bridge holds this feed, with options that may not be those of this file. `listing-bridge reload` tries the new ones, and lets the old connection go only when they are accepted',
      ),
    ];
  return byWeight([ofHeld(held), ...ofConditions(options.name, bridge)]);
}

/** A new feed with the address and key of one that the bridge holds. */
function sharesKey(
  options: FeedOptions,
  { feeds }: Config,
  bridge: BridgeStatus,
): readonly Remark[] | undefined {
  const marks = new Set(feedTypeOf(options).marks(options));
  const other = feeds.find(
    (feed) =>
      bridge.feeds.some(({ name }) => name === feed.name) &&
      feedTypeOf(feed)
        .marks(feed)
        .every((mark) => marks.has(mark)),
  );
  return (
    other && [untouched(`the running bridge holds the feed ${other.name} with the same address and key`)]
  );
}

const untouched = (why: string): Remark =>
  warned(
    `not connected: ${why.replace(/\.$/, '')}. A second connection could cost the bridge its own.`,
    'held_by_bridge',
  );

function ofHeld(held: BridgeStatus['feeds'][number]): Remark {
  const { healthy, trouble = 'not proven', proofs, connectedMs } = held;
  if (!healthy) return bad(`the running bridge holds this feed, and it is not well: ${trouble}.`, 'unproven');
  const since = connectedMs === undefined ? '' : ` for ${formatDuration(connectedMs)}`;
  const test = proofs.find(({ kind, ok }) => kind === 'self_test' && ok)?.words;
  const tested = test === undefined ? '' : `; self-test ${test}`;
  return good(`connected by the running bridge${since}${factsOf(held)}${tested}.`, 'live');
}

/** They say that it is not well. */
const SAME: ReadonlySet<string> = new Set(['feed_down', 'feed_unproven', 'feed_fatal', 'clock_skew']);

const ofConditions = (name: string, { conditions }: BridgeStatus): readonly Remark[] =>
  conditions
    .filter(({ subject, severity, code }) => subject === name && severity !== 'note' && !SAME.has(code))
    .map(({ code, severity, summary, detail, advice }) => {
      const text = `${summary}${detail === '' ? '' : `: ${detail}`}. ${advice}`;
      return severity === 'critical' ? bad(text, code) : warned(text, code);
    });
