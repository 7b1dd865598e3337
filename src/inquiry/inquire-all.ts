/**
 * Everything that a config needs of others, asked at once: its feeds, destinations and tables. Nothing is posted and
 * nothing is kept. Answers come as they are ready, in the order of the config.
 */
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { Expectations, OpenFeed } from '../feeds/feed.ts';
import { type FeedOptions, feedOpener, feedTypeOf } from '../feeds/index.ts';
import { type FeedFindings, inquireFeed } from '../feeds/inquire.ts';
import { Inquiry } from '../http/inquiry.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { Random } from '../platform/random.ts';
import type { Redactor } from '../platform/secret.ts';
import { type Remark, warned } from '../remark.ts';
import type { LiveTable } from '../tables/live-table.ts';
import type { TableOptions } from '../tables/options.ts';
import { clockRemark } from './clock-remark.ts';
import { remarksOnFeed } from './feed-remarks.ts';
import { inquireTable } from './inquire-table.ts';

export interface Wanted {
  readonly feeds: readonly FeedOptions[];
  readonly expectations: Expectations;
  readonly destinations: readonly PreparedDestination[];
  readonly tables: ReadonlyMap<string, { readonly live: LiveTable; readonly options: TableOptions }>;
}

export interface InquireAllDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly redact: Redactor;
  /** Of the program, for `user-agent`. */
  readonly version: string;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** The remarks on a feed that are known without a connection of our own, which could cost a running bridge its own; `undefined`: none, so that one is made. */
  readonly known: (feed: FeedOptions) => readonly Remark[] | undefined;
  /** For how long a running bridge leaves the destination alone, as its platform has asked; 0: it does not. */
  readonly pauseMs: (destination: PreparedDestination) => number;
}

export interface Found {
  readonly kind: 'feed' | 'destination' | 'table' | 'cluster' | 'clock';
  readonly name: string;
  readonly remarks: readonly Remark[];
}

/** For all of it: whoever has thousands of destinations waits for the platforms' limits. */
const LONGEST_MS = 5 * 60_000;
/** For a connect, a welcome and the answer to a self-test. */
const FEED_MS = 25_000;
/** A feed waits for the cooldown of the one before it, where they share a key. */
const FEED_TURN_MS = 6_000;
const TABLE_MS = 10_000;

/** One after the other as they are in the config, and the clock last. */
export async function* inquireAll(wanted: Wanted, outside: InquireAllDeps): AsyncGenerator<Found> {
  const { clock } = outside;
  const over = new AbortController();
  const limit = clock.after(LONGEST_MS, () => over.abort(), false);
  const deps = { ...outside, signal: AbortSignal.any([outside.signal, over.signal]) };
  await using inquiry = new Inquiry(deps);
  const clocks = new Map<string, number>();
  try {
    yield* asked(wanted, deps, inquiry, clocks);
    const remark = clockRemark(new Map([...inquiry.clocks, ...clocks]));
    if (remark !== undefined) yield { kind: 'clock', name: 'clock', remarks: [remark] };
  } finally {
    limit.cancel();
    // Whoever takes no more answers needs none.
    over.abort();
  }
}

async function* asked(
  { feeds, expectations, destinations, tables }: Wanted,
  deps: InquireAllDeps,
  inquiry: Inquiry,
  clocks: Map<string, number>,
): AsyncGenerator<Found> {
  const open = feedOpener();
  const ofFeeds = feeds.map((options, index) => ofFeed(options, index, { open, expectations, clocks }, deps));
  const ofDestinations = destinations.map((destination) => ofDestination(destination, inquiry, deps));
  const ofTables = Array.from(tables.values(), ({ live, options }) =>
    inquireTable(live, options, { ...deps, timeoutMs: TABLE_MS }),
  );
  // The first that fails by a fault of the program is thrown where it is awaited.
  for (const each of [...ofFeeds, ...ofDestinations, ...ofTables]) each.catch(() => undefined);
  yield* inOrder('feed', feeds, ofFeeds);
  yield* inOrder('destination', destinations, ofDestinations);
  yield* inOrder(
    'table',
    Array.from(tables.keys(), (name) => ({ name })),
    ofTables,
  );
}

async function* inOrder(
  kind: Found['kind'],
  subjects: readonly { readonly name: string }[],
  remarks: readonly Promise<readonly Remark[]>[],
): AsyncGenerator<Found> {
  for (const [index, { name }] of subjects.entries())
    yield { kind, name, remarks: (await remarks[index]) ?? [] };
}

async function ofFeed(
  options: FeedOptions,
  index: number,
  shared: {
    readonly open: OpenFeed<FeedOptions>;
    readonly expectations: Expectations;
    readonly clocks: Map<string, number>;
  },
  deps: InquireAllDeps,
): Promise<readonly Remark[]> {
  const known = deps.known(options);
  if (known !== undefined) return known;
  const findings: FeedFindings = await inquireFeed({
    ...{ ...deps, options, open: shared.open, expectations: shared.expectations },
    passing: feedTypeOf(options).passing ?? [],
    timeoutMs: FEED_MS + index * FEED_TURN_MS,
  });
  if (findings.aheadMs !== undefined) shared.clocks.set(new URL(findings.status.url).host, findings.aheadMs);
  return remarksOnFeed(findings, deps.clock.monotonicMs());
}

async function ofDestination(
  destination: PreparedDestination,
  inquiry: Inquiry,
  { clock, redact, pauseMs }: InquireAllDeps,
): Promise<readonly Remark[]> {
  const pausedMs = pauseMs(destination);
  if (pausedMs > 0)
    return [
      warned(
        `not asked: the bridge has paused it for another ${formatDuration(pausedMs)}, as the platform requested.`,
        'paused',
      ),
    ];
  const remarks = await destination.inquire({ inquiry, clock, redact });
  return remarks.map((remark) =>
    remark.mark === 'bad' ? { ...remark, text: `would fail. ${remark.text}` } : remark,
  );
}
