/**
 * How the bridge is, as one value: what `/readyz`, `/api/status`, `status`, the metrics and the page show. Pure.
 * Spans are in ms from now, because the bridge's own time means nothing to whoever reads it.
 */
import type { LaneStatus } from '../delivery/lane-deps.ts';
import type { FeedStatus } from '../feeds/health.ts';
import type { Waiting } from '../outbox/outbox.ts';
import { formatDuration } from '../platform/duration.ts';
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
}

export interface Status {
  readonly version: string;
  readonly uptimeMs: number;
  /** Every feed proven healthy, the store takes writes, the config on disk is not a rejected one, and every rule that sends has a destination that is not suspended. */
  readonly ready: boolean;
  /** One sentence for each thing that is not well. A suspended destination is one, although the others stay in service. */
  readonly problems: readonly string[];
  /** One sentence for each thing that is well and still worth knowing: a change that waits for a reload or restart. */
  readonly notes: readonly string[];
  readonly config: {
    readonly file: string;
    readonly current: boolean;
    /** What was wrong with the file at the last reload, if it was refused. */
    readonly rejected: readonly string[] | undefined;
    readonly needsRestart: readonly string[];
  };
  readonly store: { readonly path: string; readonly fault: string | undefined };
  readonly feeds: readonly FeedReport[];
  /** Which feed is faster; empty until two have brought the same. */
  readonly race: readonly RaceReport[];
  readonly destinations: readonly DestinationReport[];
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
  readonly rules: readonly { readonly name: string; readonly send: readonly { readonly to: string }[] }[];
  /** By destination, from the outbox; `undefined` when it cannot be read. */
  readonly waiting: ReadonlyMap<string, Waiting> | undefined;
  readonly announcements: readonly RecentAnnouncement[];
  readonly race: readonly RaceReport[];
  readonly nowMs: number;
}

export function statusOf(input: StatusInput): Status {
  const { version, startedMs, config, store, announcements, race, nowMs } = input;
  const feeds = input.feeds.map((status) => feedReport(status, nowMs));
  const destinations = input.destinations.map(({ name, type, lane }) =>
    destinationReport(name, type, lane, input.waiting, nowMs),
  );
  const problems = feeds.flatMap(({ name, trouble }) =>
    trouble === undefined ? [] : [`feed ${name}: ${trouble}`],
  );
  if (store.fault !== undefined) problems.push(`store: ${store.fault} (announcements are still sent)`);
  if (config.rejected !== undefined)
    problems.push(
      `config: the file on disk was refused, the one before keeps running: ${config.rejected.join('; ')}`,
    );
  const suspended = new Set(
    destinations.flatMap((report) => (report.suspended === undefined ? [] : report.name)),
  );
  problems.push(...idleRules(input.rules, suspended));
  const ready = problems.length === 0;
  for (const { name, lane } of input.destinations) {
    if (lane.suspended !== undefined)
      problems.push(`destination ${name} is suspended. ${lane.suspended.words}`);
    if (lane.slowed !== undefined) problems.push(`destination ${name} is slowed. ${lane.slowed.words}`);
  }
  return {
    version,
    uptimeMs: Math.round(nowMs - startedMs),
    ready,
    problems,
    notes: [...notesOf(config), ...changesOf(feeds)],
    config,
    store,
    feeds,
    race,
    destinations,
    announcements,
  };
}

const MOST_NAMES = 5;

/** Rules that can send to nobody: what they match is held back for all of their destinations. */
function idleRules(rules: StatusInput['rules'], suspended: ReadonlySet<string>): string[] {
  if (suspended.size === 0) return [];
  return rules
    .filter(({ send }) => send.length > 0 && send.every(({ to }) => suspended.has(to)))
    .map(({ name, send }) => {
      const names = send.slice(0, MOST_NAMES).map(({ to }) => to);
      const more = send.length > MOST_NAMES ? ` and ${send.length - MOST_NAMES} more` : '';
      return `rule ${name}: all of its destinations are suspended (${names.join(', ')}${more})`;
    });
}

function notesOf({ current, rejected, needsRestart }: Status['config']): string[] {
  if (rejected !== undefined) return [];
  return [
    ...(current ? [] : ['config: the file on disk is not the one running; reload to apply it']),
    ...(needsRestart.length === 0
      ? []
      : [`config: restart to apply the change of ${needsRestart.join(', ')}; everything else is in force`]),
  ];
}

/** The old connection stays, so the feed works; whoever made the change wants to know that it does not count. */
const changesOf = (feeds: Status['feeds']) =>
  feeds.flatMap(({ name, change }) =>
    change === undefined ? [] : [`feed ${name}: the change of its options is ${change}`],
  );

function destinationReport(
  name: string,
  type: string,
  lane: LaneStatus,
  waiting: StatusInput['waiting'],
  nowMs: number,
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
