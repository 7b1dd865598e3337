/**
 * The state of the bridge as one value: `/readyz`, `/api/status`, `status`, the metrics and the page show it.
 * Pure. Spans are in ms from now, because the bridge's own time means nothing to a reader.
 */
import type { ClusterReport } from '../cluster/report.ts';
import { conditionOf, type Sighting, sentenceOf } from '../conditions/registry.ts';
import type { ShownCooldown } from '../cooldown/shown.ts';
import type { LaneStatus } from '../delivery/lane-deps.ts';
import type { FeedStatus } from '../feeds/health.ts';
import { type ShownMute, shownInWords } from '../mutes/shown.ts';
import type { Waiting } from '../outbox/outbox.ts';
import { formatDuration } from '../platform/duration.ts';
import type { TableState } from '../tables/table-state.ts';
import { type ConditionReport, conditionReport } from './condition-report.ts';
import { type FeedReport, feedReport } from './feed-report.ts';
import type { RaceReport } from './race.ts';
import type { RecentAnnouncement } from './recent-announcements.ts';

export interface DestinationReport {
  readonly name: string;
  readonly type: string;
  /** `ok`, `slowed: …`, `paused for …` (`to avoid an IP ban`), `suspended: …`. */
  readonly state: string;
  readonly suspended: string | undefined;
  /** It fails, message after message, or is "too fast" without a time: one at a time is tried. */
  readonly slowed: string | undefined;
  readonly pausedMs: number;
  readonly inFlight: number;
  /** Deliveries that wait, in the lane and in the outbox. */
  readonly pending: number;
  readonly oldestMs: number | undefined;
  /** Of a cluster: the node that sends there, of whose lane and queue nothing is known if it is another one. Absent: alone, or nobody does. */
  readonly node?: string | undefined;
}

export interface Status {
  readonly version: string;
  readonly uptimeMs: number;
  /** Every feed proven healthy, the store takes writes, the config on disk is not a rejected one, and every rule that sends has a destination that is not suspended. */
  readonly ready: boolean;
  /** One sentence for each thing that is not well, what makes it not ready first. A suspended destination is one, although the others stay in service. */
  readonly problems: readonly string[];
  /**
   * One sentence for each thing that is fine and still worth knowing: a change that waits for a reload or restart.
   */
  readonly notes: readonly string[];
  /** The same as data, in the words of the alerts (docs/alerts.md). */
  readonly conditions: readonly ConditionReport[];
  readonly config: {
    readonly file: string;
    readonly current: boolean;
    /** The problems of the file at the last reload, if it was rejected. */
    readonly rejected: readonly string[] | undefined;
    readonly needsRestart: readonly string[];
  };
  readonly store: { readonly path: string; readonly fault: string | undefined };
  readonly feeds: readonly FeedReport[];
  /** Which feed is faster; empty until two have brought the same. */
  readonly race: readonly RaceReport[];
  readonly destinations: readonly DestinationReport[];
  readonly tables: readonly TableState[];
  /** `undefined`: this bridge is alone. */
  readonly cluster: ClusterReport | undefined;
  /** Those in force, oldest first. */
  readonly mutes: readonly ShownMute[];
  /** Kinds of news that rules hold back for a while: the latest 50, newest first. */
  readonly cooldowns: readonly ShownCooldown[];
  /** The last ones since the start, newest first. */
  readonly announcements: readonly RecentAnnouncement[];
}

export interface StatusInput {
  readonly version: string;
  readonly startedMs: number;
  readonly config: Status['config'];
  readonly store: Status['store'];
  readonly feeds: readonly FeedStatus[];
  readonly destinations: readonly {
    readonly name: string;
    readonly type: string;
    readonly lane: LaneStatus;
  }[];
  readonly tables: readonly TableState[];
  readonly mutes: readonly ShownMute[];
  readonly cooldowns: readonly ShownCooldown[];
  /** Everything that is seen now; what lingers is not shown. */
  readonly conditions: readonly Sighting[];
  /** By destination, from the outbox; `undefined` when it cannot be read. */
  readonly waiting: ReadonlyMap<string, Waiting> | undefined;
  readonly announcements: readonly RecentAnnouncement[];
  readonly race: readonly RaceReport[];
  readonly cluster?: ClusterReport | undefined;
  /** Absent: this bridge is alone. */
  readonly holderOf?: ((destination: string) => string | undefined) | undefined;
  readonly nowMs: number;
}

export function statusOf(input: StatusInput): Status {
  const { version, startedMs, config, store, tables, mutes, cooldowns, announcements, race, nowMs } = input;
  const feeds = input.feeds.map((status) => feedReport(status, nowMs));
  const { holderOf, waiting } = input;
  const destinations = input.destinations.map((one) => destinationReport(one, { waiting, holderOf, nowMs }));
  const shown = input.conditions
    .filter(({ stage }) => stage !== 'lingering')
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  const sentences = (rank: number) => shown.filter((one) => rankOf(one) === rank).map(sentenceOf);
  const unready = sentences(RANK.unready);
  return {
    version,
    uptimeMs: Math.round(nowMs - startedMs),
    ready: unready.length === 0,
    problems: [...unready, ...sentences(RANK.problem)],
    notes: [...sentences(RANK.note), ...muteNotes(mutes)],
    conditions: shown.map((sighting) => conditionReport(sighting, nowMs)),
    config,
    store,
    feeds,
    race,
    destinations,
    tables,
    cluster: input.cluster,
    mutes,
    cooldowns,
    announcements,
  };
}

/** Of more, their number: `mute list` has them. */
const MOST_MUTES = 5;

function muteNotes(mutes: readonly ShownMute[]): readonly string[] {
  const more = mutes.length - MOST_MUTES;
  const notes = mutes.slice(0, MOST_MUTES).map(shownInWords);
  return more > 0 ? [...notes, `${more} more mutes are in force: \`listing-bridge mute list\``] : notes;
}

/** In the order in which they are shown. */
const RANK = { unready: 0, problem: 1, note: 2 } as const;

function rankOf({ code }: Sighting): number {
  const { unready, quiet } = conditionOf(code);
  return unready ? RANK.unready : quiet ? RANK.note : RANK.problem;
}

/** One of `Status.destinations`. `waiting`: as in `StatusInput`. */
export function destinationReport(
  { name, type, lane }: StatusInput['destinations'][number],
  { waiting, holderOf, nowMs }: Pick<StatusInput, 'waiting' | 'holderOf' | 'nowMs'>,
): DestinationReport {
  const owed = waiting?.get(name);
  return {
    name,
    type,
    state: laneState(lane, nowMs),
    suspended: lane.suspended?.reason,
    slowed: lane.slowed?.reason,
    pausedMs: Math.max(0, Math.round(lane.pausedUntilMs - nowMs)),
    inFlight: lane.inFlight,
    pending: waiting === undefined ? lane.held : (owed?.deliveries ?? 0),
    oldestMs: owed === undefined ? undefined : Math.max(0, Math.round(nowMs - owed.oldestMs)),
    ...(holderOf !== undefined && { node: holderOf(name) }),
  };
}

function laneState(lane: LaneStatus, nowMs: number): string {
  if (lane.suspended !== undefined) return `suspended: ${lane.suspended.reason}`;
  const nearBanMs = lane.nearBanUntilMs - nowMs;
  if (nearBanMs > 0) return `paused for ${formatDuration(nearBanMs)} to avoid an IP ban`;
  const pausedMs = lane.pausedUntilMs - nowMs;
  if (pausedMs > 0) return `paused for ${formatDuration(pausedMs)}`;
  return lane.slowed === undefined ? 'ok' : `slowed: ${lane.slowed.reason}`;
}
