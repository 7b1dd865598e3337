/** Conditions that can be seen by looking: the feeds, the lanes and the store as they are now. Pure. */
import type { LaneStatus } from '../delivery/lane-deps.ts';
import { type FeedStatus, unproven } from '../feeds/health.ts';
import { helpFor } from '../feeds/warning.ts';
import { formatDuration } from '../platform/duration.ts';
import { type ConditionCode, conditionOf, type Sighting } from './conditions.ts';
import type { AlertsOptions } from './options.ts';

/** Shorter ones are everyday life with a chat. */
const LONG_PAUSE_MS = 5 * 60_000;

/** The bridge as it is. Nothing here costs a look at the disk. */
export interface BridgeState {
  readonly feeds: readonly FeedStatus[];
  readonly destinations: readonly { readonly name: string; readonly lane: LaneStatus }[];
  readonly storeFault: string | undefined;
}

/** A destination whose every attempt has failed since, and when the last one did. */
export interface Failing {
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly reason: string;
}

export interface Looked extends BridgeState {
  readonly failing: ReadonlyMap<string, Failing>;
  readonly options: AlertsOptions;
  readonly nowMs: number;
}

export function seenInState(looked: Looked): Sighting[] {
  const { feeds, destinations, storeFault, nowMs } = looked;
  const now = (code: ConditionCode, subject: string, detail: string, more: Partial<Sighting> = {}) => ({
    ...{ code, subject, detail, sinceMs: nowMs },
    ...more,
  });
  return [
    ...feeds.flatMap((feed) => [...seenOfFeed(feed, looked, now)]),
    ...destinations.flatMap((destination) => [...seenOfDestination(destination, looked, now)]),
    ...(storeFault === undefined ? [] : [now('store_broken', '', storeFault)]),
  ];
}

type Now = (code: ConditionCode, subject: string, detail: string, more?: Partial<Sighting>) => Sighting;

/**
 * Down, refused and unproven exclude each other, and each is over only by the proof of health: a feed that
 * was down and is now refused is not up again.
 */
function* seenOfFeed(feed: FeedStatus, { options, nowMs }: Looked, now: Now): Iterable<Sighting> {
  const trouble = unproven(feed, nowMs);
  if (trouble !== undefined) {
    const { state, lastLoss } = feed;
    const help = state === 'live' || lastLoss === undefined ? '' : ` (${helpFor(lastLoss.reason)})`;
    const is = state === 'fatal' ? 'feed_fatal' : state === 'live' ? 'feed_unproven' : 'feed_down';
    for (const code of ['feed_down', 'feed_unproven', 'feed_fatal'] as const)
      yield now(code, feed.name, `${trouble}${help}`, code === is ? {} : { unsure: true });
  }
  const leftMs = (feed.keyExpiresMs ?? Number.POSITIVE_INFINITY) - nowMs;
  if (leftMs <= options.keyExpiresWithin)
    yield now('key_expires_soon', feed.name, leftMs > 0 ? `in ${formatDuration(leftMs)}` : 'it has expired');
}

function* seenOfDestination(
  { name, lane: { suspended, held, pausedUntilMs } }: BridgeState['destinations'][number],
  { failing, options, nowMs }: Looked,
  now: Now,
): Iterable<Sighting> {
  if (suspended !== undefined)
    yield now('destination_suspended', name, suspended.words, { sinceMs: suspended.sinceMs });
  const pauseMs = pausedUntilMs - nowMs;
  if (suspended === undefined && held > 0 && pauseMs > 0)
    yield now(
      'destination_paused',
      name,
      `${formatDuration(pauseMs)} more`,
      pauseMs < LONG_PAUSE_MS ? { unsure: true } : {},
    );
  const fails = failing.get(name);
  if (fails === undefined) return;
  // News is sparse: one that failed an hour ago says nothing of now. And one that refuses everything since is no better.
  const isSure =
    suspended === undefined &&
    fails.lastMs - fails.sinceMs >= conditionOf('destination_failing').forMs(options);
  const { sinceMs, reason } = fails;
  yield now('destination_failing', name, reason, { sinceMs, ...(!isSure && { unsure: true }) });
}
