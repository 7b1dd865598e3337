/** `GET /api/stats`: latency and reliability of a period. */
import { z } from 'zod';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';
import { STATS_BY, STATS_SLOTS } from '../../outbox/history/by.ts';
import { type GroupPoint, pointsIn } from '../../outbox/history/group-points.ts';
import type { NewsStats, SentStats, Stats, StatsGroup } from '../../outbox/history/stats.ts';
import { SPREAD_ERROR } from '../../platform/spread.ts';
import { type Endpoint, endpoint, noStore, ok, refused } from './endpoint.ts';
import { ago, timeIn } from './filters.ts';
import { refusalSchema, spanMs, time } from './schemas.ts';
import { shownTime } from './shown.ts';

const quantiles = (says: string) =>
  z
    .object({
      count: z.int(),
      p50Ms: spanMs().optional(),
      p90Ms: spanMs().optional(),
      p99Ms: spanMs().optional(),
      maxMs: spanMs().optional().describe('exact'),
    })
    .describe(says);

const newsSchema = z
  .object({
    announcements: z.int().describe('received first by this feed; without self-tests'),
    service: quantiles('detected → dispatched, by the clock of the service'),
    network: quantiles('dispatched → received, across two clocks'),
    won: quantiles('news that another feed brought later, and how far ahead this one was'),
    lost: quantiles('copies of what another feed had brought before, and how far behind they were'),
  })
  .meta({ id: 'NewsStats' });

const sentSchema = z
  .object({
    deliveries: z.int(),
    ...Object.fromEntries(DELIVERY_STATES.map((state) => [state, z.int()] as const)),
    attempts: z.int().describe('requests'),
    retries: z.int().describe('requests after the first of a delivery'),
    successShare: z.number().optional().describe('delivered, of those delivered, dead or expired: 0 to 1'),
    dispatch: quantiles('received → first request'),
    took: quantiles('received → acknowledged, of those that were delivered'),
  })
  .meta({ id: 'SentStats' });

const groupSchema = z
  .object({
    name: z.string().describe('of the feed, the destination or the rule; of an hour its beginning'),
    news: newsSchema.optional(),
    sent: sentSchema.optional(),
    series: z
      .array(
        z.object({
          ...{ since: time(), delivered: z.int() },
          ...{ failed: z.int().describe('dead or expired'), pending: z.int() },
        }),
      )
      .optional()
      .describe('with `slot`: over time, without the slots of which there is nothing'),
  })
  .meta({ id: 'StatsGroup' });

const barsSchema = z
  .array(z.object({ fromMs: spanMs(), toMs: spanMs(), count: z.int() }))
  .meta({ id: 'Bars' });

const statsSchema = z
  .object({
    since: time().describe(
      'the period that the figures are of: what is old is kept by the hour, then by the day',
    ),
    until: time(),
    knownSince: time().optional().describe('the first that the store knows at all; absent: nothing'),
    missing: z
      .array(z.object({ since: time(), until: time() }))
      .describe('parts of the period whose figures are not made yet'),
    losses: z
      .array(z.object({ at: time(), why: z.string() }))
      .describe('the store was damaged or replaced: of what was read before, figures may be missing'),
    off: z
      .array(z.object({ since: time(), until: time() }))
      .describe('parts of the period in which no bridge was running on this store'),
    errorShare: z.number().describe('a percentile lies at most this share above or below the exact one'),
    total: groupSchema.extend({
      bars: z
        .object({ service: barsSchema, network: barsSchema, dispatch: barsSchema, took: barsSchema })
        .describe('histograms, two bars to each doubling'),
    }),
    groups: z.array(groupSchema).describe('the largest first; with `by=hour` the earliest'),
    stepMs: spanMs().describe('between two points of `series`'),
    series: z
      .array(
        z.object({
          ...{ since: time(), announcements: z.int(), delivered: z.int() },
          failed: z.int().describe('dead or expired'),
          pending: z.int(),
          ...{ dispatchP50Ms: spanMs().optional(), tookP50Ms: spanMs().optional() },
          tookP99Ms: spanMs().optional(),
        }),
      )
      .describe('over time, without the times of which there is nothing'),
  })
  .meta({ id: 'Stats' });

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Longer periods by that slot would be answers of many megabytes. */
const MOST_MS = { hour: 2 * DAY_MS + HOUR_MS, day: 31 * DAY_MS + HOUR_MS } as const;

export const statsEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/stats', name: 'stats', needs: 'read' },
    summary:
      'Latency and reliability of a period: what feeds brought and how fast, and what became of the deliveries. Every percentile is within `errorShare`.',
    query: z.strictObject({
      since: ago('a span back from now (`24h`), or a time; absent: 24h'),
      until: ago('the same; absent: now'),
      by: z.enum(STATS_BY).optional().describe('what `groups` are; absent: destination'),
      slot: z
        .enum(STATS_SLOTS)
        .optional()
        .describe(
          'with `by=destination` or `by=rule`: each group has a `series` of the hours (of at most 2 days) or days (of at most 31)',
        ),
      feed: z.string().optional().describe('of announcements only those of this feed'),
      destination: z.string().optional().describe('of deliveries only those to this destination'),
    }),
    answers: {
      200: { says: 'the stats', schema: statsSchema },
      422: { says: 'the period has no length, or is too long for `slot`', schema: refusalSchema },
    },
    example: { path: '/api/stats?since=24h&by=destination' },
    async answer({ query: { since, until, by = 'destination', slot, ...of } }, { stats, clock }) {
      const nowMs = clock.monotonicMs();
      // One that is still to come is now.
      const untilMs = until === undefined ? nowMs : (timeIn(until, clock) ?? nowMs);
      const sinceMs = since === undefined ? untilMs - DAY_MS : (timeIn(since, clock) ?? nowMs);
      if (sinceMs >= untilMs)
        return refused(422, '`since` must be before `until`, and before now', 'no_period');
      if (slot !== undefined && by !== 'destination' && by !== 'rule')
        return refused(422, '`slot` goes with `by=destination` or `by=rule`', 'wrong_slot');
      if (slot !== undefined && untilMs - sinceMs > MOST_MS[slot])
        return refused(422, `\`slot=${slot}\` is for shorter periods: see /api/openapi.json`, 'too_long');
      const answer = await stats({ sinceMs, untilMs, nowMs, by, slot, ...of });
      return answer.ok ? ok(shownStats(answer.value, nowMs - clock.wallMs())) : noStore(answer.message);
    },
  }),
];

/** `aheadMs`: the bridge's timeline less the wall clock. The clocks of one machine differ by a little, and an hour begins on the hour. */
function timesOn(aheadMs: number): (ms: number) => string {
  const setBackMs = Math.abs(aheadMs) < 1000 ? 0 : aheadMs;
  return (ms) => shownTime(ms - setBackMs);
}

/** `aheadMs`: the bridge's timeline less the wall clock. */
export function shownStats(stats: Stats, aheadMs: number) {
  const at = timesOn(aheadMs);
  const { total, groups, series, missing, losses, knownSinceMs } = stats;
  return {
    ...{ since: at(stats.sinceMs), until: at(stats.untilMs) },
    knownSince: knownSinceMs === undefined ? undefined : at(knownSinceMs),
    missing: missing.map(({ sinceMs, untilMs }) => ({ since: at(sinceMs), until: at(untilMs) })),
    losses: losses.map(({ atMs, why }) => ({ at: at(atMs), why })),
    off: stats.off.map(({ sinceMs, untilMs }) => ({ since: at(sinceMs), until: at(untilMs) })),
    errorShare: Number(SPREAD_ERROR.toFixed(4)),
    total: { ...shownGroup(total, aheadMs), bars: total.bars },
    groups: groups.map((group) => shownGroup(group, aheadMs)),
    stepMs: stats.stepMs,
    series: series.map(({ sinceMs, ...point }) => ({ since: at(sinceMs), ...point })),
  };
}

interface ShownGroup {
  readonly name: string;
  readonly news?: NewsStats;
  readonly sent?: SentStats;
  readonly series?: readonly (Omit<GroupPoint, 'sinceMs'> & { readonly since: string })[];
}

/** `aheadMs`: as in `shownStats`. */
export function shownGroup({ name, sinceMs, news, sent, series }: StatsGroup, aheadMs: number): ShownGroup {
  const at = timesOn(aheadMs);
  return {
    name: sinceMs === undefined ? name : at(sinceMs),
    ...(news !== undefined && { news }),
    ...(sent !== undefined && { sent }),
    ...(series !== undefined && {
      series: pointsIn(series).map((point) => ({ since: at(point.sinceMs), ...countsOf(point) })),
    }),
  };
}

const countsOf = ({ sinceMs: _, ...counts }: GroupPoint): Omit<GroupPoint, 'sinceMs'> => counts;
