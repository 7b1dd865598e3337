/** Conditions that can be seen by looking: the feeds, the lanes and the store as they are now. Pure. */
import type { LaneStatus } from '../delivery/lane-parts.ts';
import { type FeedStatus, unproven } from '../feed/health.ts';
import type { FeedOptions } from '../feed/options.ts';
import { helpFor } from '../feed/warning.ts';
import { formatDuration } from '../platform/duration.ts';
import type { ConditionCode, Sighting } from './conditions.ts';
import type { AlertsOptions } from './options.ts';

/** The bridge as it is. Nothing here costs a look at the disk. */
export interface BridgeState {
  readonly feeds: readonly { readonly options: FeedOptions; readonly status: FeedStatus }[];
  readonly destinations: readonly { readonly name: string; readonly lane: LaneStatus }[];
  readonly storeFault: string | undefined;
}

/** A destination whose every attempt has failed since. */
export interface Failing {
  readonly sinceMs: number;
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
function* seenOfFeed(
  { options: feed, status }: BridgeState['feeds'][number],
  { options, nowMs }: Looked,
  now: Now,
): Iterable<Sighting> {
  const trouble = unproven(status, feed, nowMs);
  if (trouble !== undefined) {
    const { state, lastLoss } = status;
    const help = state === 'live' || lastLoss === undefined ? '' : ` (${helpFor(lastLoss.reason)})`;
    const is = state === 'fatal' ? 'feed_fatal' : state === 'live' ? 'feed_unproven' : 'feed_down';
    for (const code of ['feed_down', 'feed_unproven', 'feed_fatal'] as const)
      yield now(code, feed.name, `${trouble}${help}`, code === is ? {} : { unsure: true });
  }
  const leftMs = (status.keyExpiresMs ?? Number.POSITIVE_INFINITY) - nowMs;
  if (leftMs <= options.keyExpiresWithin)
    yield now('key_expires_soon', feed.name, leftMs > 0 ? `in ${formatDuration(leftMs)}` : 'it has expired');
}

function* seenOfDestination(
  { name, lane: { suspended } }: BridgeState['destinations'][number],
  { failing }: Looked,
  now: Now,
): Iterable<Sighting> {
  if (suspended !== undefined)
    yield now('destination_suspended', name, suspended.reason, { sinceMs: suspended.sinceMs });
  const fails = failing.get(name);
  // A destination that has refused everything since is no better.
  if (fails !== undefined)
    yield now('destination_failing', name, fails.reason, {
      sinceMs: fails.sinceMs,
      ...(suspended !== undefined && { unsure: true }),
    });
}
