/** Conditions that can be seen by looking: the feeds, the lanes, the rules, the store and the config as they are now. Pure. */
import type { LaneStatus } from '../delivery/lane-deps.ts';
import { expiryText, type FeedStatus, unproven } from '../feeds/health.ts';
import { helpFor } from '../feeds/warning.ts';
import { formatDuration } from '../platform/duration.ts';
import { roughly } from '../tables/live-table.ts';
import type { TableState } from '../tables/table-state.ts';
import type { Failing } from './event-memory.ts';
import type { Thresholds } from './kind.ts';
import { type ConditionCode, conditionOf, type Sighting } from './registry.ts';

/** Shorter ones are everyday life with a chat. */
const LONG_PAUSE_MS = 5 * 60_000;

const MOST_NAMES = 5;

/** The bridge as it is. Nothing here costs a look at the disk. */
export interface BridgeState {
  readonly feeds: readonly FeedStatus[];
  readonly destinations: readonly { readonly name: string; readonly lane: LaneStatus }[];
  readonly rules: readonly { readonly name: string; readonly send: readonly { readonly to: string }[] }[];
  readonly tables: readonly TableState[];
  readonly storeFault: string | undefined;
  readonly config: {
    /** Problems of the file that the last reload has met. */
    readonly rejected: readonly string[] | undefined;
    /** The file on disk is the one in force; absent: not looked at. */
    readonly current?: boolean;
    /** Keys whose change needs a restart. */
    readonly needsRestart?: readonly string[];
  };
}

export interface Looked extends BridgeState {
  readonly failing: ReadonlyMap<string, Failing>;
  readonly thresholds: Thresholds;
  /** Monotonic ms. */
  readonly nowMs: number;
}

type Now = (code: ConditionCode, subject: string, detail: string, more?: Partial<Sighting>) => Sighting;

export function seenInState(looked: Looked): Sighting[] {
  const { feeds, destinations, tables, storeFault, config, nowMs } = looked;
  const now: Now = (code, subject, detail, more) => ({ code, subject, detail, sinceMs: nowMs, ...more });
  const ofDestinations: Sighting[] = [];
  // Each lane is looked at once, and most are well: there may be thousands.
  for (const destination of destinations) {
    const { lane } = destination;
    if (isWell(destination.name, lane, looked)) continue;
    ofDestinations.push(...seenOfDestination(destination.name, lane, looked, now));
  }
  const suspended = ofDestinations.filter(({ code }) => code === 'destination_suspended');
  return [
    ...feeds.flatMap((feed) => [...seenOfFeed(feed, looked, now)]),
    ...ofDestinations,
    ...idleRules(looked, new Set(suspended.map(({ subject }) => subject)), now),
    ...tables.flatMap((table) => seenOfTable(table, now)),
    ...(storeFault === undefined ? [] : [now('store_broken', '', storeFault)]),
    ...seenOfConfig(config, now),
  ];
}

/** A failed try is shown at once; an alert waits until the rows are old. */
function seenOfTable({ name, rows, ageMs = 0, fault, isStale }: TableState, now: Now): readonly Sighting[] {
  if (fault === undefined) return [];
  if (rows === undefined) return [now('table_missing', name, fault)];
  const detail = `${fault}; its ${rows} rows are ${roughly(ageMs)} old`;
  return [now('table_stale', name, detail, isStale ? {} : { stage: 'early' })];
}

function seenOfConfig({ rejected, current, needsRestart = [] }: BridgeState['config'], now: Now): Sighting[] {
  if (rejected !== undefined) return [now('config_rejected', '', rejected.join('; '))];
  return [
    ...(current === false ? [now('config_not_loaded', '', 'reload to apply it')] : []),
    ...(needsRestart.length === 0 ? [] : [now('restart_needed', '', needsRestart.join(', '))]),
  ];
}

/**
 * Down, refused and unproven exclude each other, and each is over only by the proof of health: a feed that
 * was down and is now refused is not up again.
 */
function* seenOfFeed(feed: FeedStatus, { nowMs }: Looked, now: Now): Iterable<Sighting> {
  const trouble = unproven(feed, nowMs);
  if (trouble !== undefined) {
    const { state, lastLoss } = feed;
    const help = state === 'live' || lastLoss === undefined ? '' : ` (${helpFor(lastLoss.reason)})`;
    const is = state === 'fatal' ? 'feed_fatal' : state === 'live' ? 'feed_unproven' : 'feed_down';
    for (const code of ['feed_down', 'feed_unproven', 'feed_fatal'] as const)
      yield now(code, feed.name, `${trouble}${help}`, code === is ? {} : { stage: 'lingering' });
  }
  if (feed.change !== undefined) yield now('feed_change_failed', feed.name, feed.change);
  yield* seenOfKey(feed, nowMs, now);
}

/** Without a connection nobody knows what the key covers. */
function* seenOfKey(feed: FeedStatus, nowMs: number, now: Now): Iterable<Sighting> {
  const { name, welcome, keyExpiresMs, keyExpiresSoon } = feed;
  const lingers = { stage: 'lingering' } as const;
  if (welcome === undefined) yield now('exchanges_not_covered', name, '', lingers);
  else if (welcome.uncovered !== undefined) yield now('exchanges_not_covered', name, welcome.uncovered);
  if (keyExpiresSoon && keyExpiresMs !== undefined)
    yield now('key_expires_soon', name, expiryText(keyExpiresMs - nowMs));
  else if (keyExpiresMs === undefined && welcome === undefined)
    yield now('key_expires_soon', name, '', lingers);
}

/** There is nothing to see of it. */
const isWell = (name: string, lane: LaneStatus, { failing, nowMs }: Looked): boolean =>
  lane.suspended === undefined &&
  lane.slowed === undefined &&
  lane.nearBanUntilMs <= nowMs &&
  (lane.held === 0 || lane.pausedUntilMs <= nowMs) &&
  !failing.has(name);

function* seenOfDestination(
  name: string,
  lane: LaneStatus,
  { failing, thresholds, nowMs }: Looked,
  now: Now,
): Iterable<Sighting> {
  const { suspended, slowed, held, pausedUntilMs, nearBanUntilMs } = lane;
  if (suspended !== undefined)
    yield now('destination_suspended', name, suspended.words, {
      sinceMs: suspended.sinceMs,
      // Whoever sends there reports it.
      ...(suspended.isElsewhere && { stage: 'lingering' as const }),
    });
  const nearBanMs = nearBanUntilMs - nowMs;
  if (nearBanMs > 0) yield now('near_ban', name, `${formatDuration(nearBanMs)} more`);
  const pauseMs = pausedUntilMs - nowMs;
  if (suspended === undefined && held > 0 && pauseMs > 0) {
    const isLong = pauseMs >= LONG_PAUSE_MS && pausedUntilMs > nearBanUntilMs;
    const detail = `${formatDuration(pauseMs)} more`;
    yield now('destination_paused', name, detail, isLong ? {} : { stage: 'lingering' });
  }
  const fails = failing.get(name);
  const since = fails ?? slowed;
  if (since === undefined) return;
  // News is sparse: one that failed an hour ago says nothing of now. And one that refuses everything since is no better.
  const isSure =
    suspended === undefined &&
    fails !== undefined &&
    fails.lastMs - fails.sinceMs >= (conditionOf('destination_failing').forMs?.(thresholds) ?? 0);
  const stage = slowed === undefined ? 'lingering' : 'early';
  yield now('destination_failing', name, since.words, {
    sinceMs: since.sinceMs,
    ...(!isSure && { stage }),
  });
}

/** Rules that can send to nobody: what they match is held back for all of their destinations. */
function idleRules({ rules }: Looked, suspended: ReadonlySet<string>, now: Now): Sighting[] {
  if (suspended.size === 0) return [];
  return rules
    .filter(({ send }) => send.length > 0 && send.every(({ to }) => suspended.has(to)))
    .map(({ name, send }) => {
      const names = send.slice(0, MOST_NAMES).map(({ to }) => to);
      const more = send.length > MOST_NAMES ? ` and ${send.length - MOST_NAMES} more` : '';
      return now('rule_idle', name, `all of its destinations are suspended (${names.join(', ')}${more})`);
    });
}
