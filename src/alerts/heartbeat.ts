/** The sign of life: that the bridge runs, what it heard and sent since the last one, and what is wrong. Pure. */
import type { Alert } from '../alert.ts';
import type { BridgeState } from '../conditions/from-state.ts';
import { type Named, titleOf } from '../conditions/registry.ts';
import { unproven } from '../feeds/health.ts';
import { formatDuration } from '../platform/duration.ts';
import { secondsText } from '../platform/time-text.ts';
import type { Day, DestinationCounts } from './day.ts';
import type { WallOf } from './message.ts';

export interface Life {
  readonly day: Day;
  readonly state: BridgeState;
  /** Reported and not ended. */
  readonly troubles: readonly Named[];
  readonly nowMs: number;
}

export function heartbeatOf({ day, state, troubles, nowMs }: Life, wallOf: WallOf): Alert {
  const total = [...day.announcements.values()].reduce((sum, count) => sum + count, 0);
  const span = formatDuration(nowMs - day.sinceMs);
  const feeds = state.feeds.map((status) => {
    const trouble = unproven(status, nowMs);
    return {
      name: status.name,
      healthy: trouble === undefined,
      trouble,
      announcements: day.announcements.get(status.name) ?? 0,
    };
  });
  const destinations = state.destinations.map(({ name, lane }) => ({
    name,
    suspended: lane.suspended?.reason,
    ...(day.deliveries.get(name) ?? { delivered: 0, expired: 0, dead: 0 }),
  }));
  const wrong = troubles.map(titleOf);
  const median = day.medianDispatchMs;
  return {
    severity: wrong.length === 0 ? 'good' : 'warning',
    headline: `${wrong.length === 0 ? '💚' : '🟠'} alive: ${plural(total, 'announcement')} in ${span}`,
    paragraphs: [
      feeds
        .map(
          ({ name, trouble, announcements }) =>
            `feed ${name}: ${trouble ?? 'healthy'}, ${plural(announcements, 'announcement')}`,
        )
        .join('\n'),
      destinations
        .map(
          ({ name, suspended, ...counts }) =>
            `${name}: ${countsText(counts)}${suspended === undefined ? '' : `; suspended, ${suspended}`}`,
        )
        .join('\n'),
      ...(median === undefined ? [] : [`From the frame to the request: ${formatDuration(median)} (median).`]),
      wrong.length === 0 ? 'Nothing is wrong.' : `Wrong: ${wrong.join('; ')}.`,
      `Counted since ${secondsText(wallOf(day.sinceMs))}.`,
    ],
    data: {
      heartbeat: {
        since: new Date(wallOf(day.sinceMs)).toISOString(),
        ...{ feeds, destinations, medianDispatchMs: median, wrong },
      },
    },
  };
}

const countsText = ({ delivered, expired, dead }: DestinationCounts) =>
  [
    `${delivered} delivered`,
    ...(expired > 0 ? [`${expired} expired`] : []),
    ...(dead > 0 ? [`${dead} dead`] : []),
  ].join(', ');

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
