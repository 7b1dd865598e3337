/** Whether the bridge does its job, with every reason why not. Pure. */

import type { LaneStatus } from '../delivery/lane-parts.ts';
import { type FeedStatus, unproven } from '../feed/health.ts';
import type { FeedOptions } from '../feed/options.ts';
import { formatDuration } from '../platform/duration.ts';

export interface Readiness {
  readonly ready: boolean;
  /** One sentence for each thing that is not well. */
  readonly problems: readonly string[];
  readonly feeds: Readonly<
    Record<
      string,
      {
        readonly healthy: boolean;
        readonly state: string;
        readonly trouble: string | undefined;
        readonly silentMs: number | undefined;
      }
    >
  >;
  readonly destinations: Readonly<
    Record<string, { readonly state: string; readonly pending: number; readonly behind: boolean }>
  >;
}

export interface ReadinessInput {
  readonly feeds: readonly { readonly options: FeedOptions; readonly status: FeedStatus }[];
  readonly lanes: ReadonlyMap<string, LaneStatus>;
  /** What the store said when it last failed. */
  readonly storeFault: string | undefined;
  /** False when the file was changed since it was loaded. */
  readonly configIsCurrent: boolean;
  readonly nowMs: number;
}

/** Ready = every feed proven healthy, the store takes writes, the config on disk is the one running. A suspended destination is reported, but does not take the others out of service. */
export function readiness({ feeds, lanes, storeFault, configIsCurrent, nowMs }: ReadinessInput): Readiness {
  const problems: string[] = [];
  const feedReports: Record<string, Readiness['feeds'][string]> = {};
  for (const { options, status } of feeds) {
    const trouble = unproven(status, options, nowMs);
    if (trouble !== undefined) problems.push(`feed ${options.name}: ${trouble}`);
    feedReports[options.name] = {
      healthy: trouble === undefined,
      state: status.state,
      trouble,
      silentMs: status.lastLifeMs === undefined ? undefined : Math.round(nowMs - status.lastLifeMs),
    };
  }
  if (storeFault !== undefined) problems.push(`store: ${storeFault} (announcements are still sent)`);
  if (!configIsCurrent) problems.push('config: the file on disk is not the one running; restart to apply it');
  const destinations: Record<string, Readiness['destinations'][string]> = {};
  for (const [name, lane] of lanes)
    destinations[name] = { state: laneState(lane, nowMs), pending: lane.held, behind: lane.behind };
  return { ready: problems.length === 0, problems, feeds: feedReports, destinations };
}

function laneState(lane: LaneStatus, nowMs: number): string {
  if (lane.suspended !== undefined) return `suspended: ${lane.suspended.reason}`;
  const pausedMs = lane.pausedUntilMs - nowMs;
  return pausedMs > 0 ? `paused for ${formatDuration(pausedMs)}` : 'ok';
}
