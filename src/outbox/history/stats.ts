/**
 * Latency and reliability of a period, as values: what `stats`, `/api/stats` and the pages show. Spans are in ms, moments in
 * ms on the bridge's timeline.
 */
import type { DeliveryState } from '../../delivery/delivery.ts';
import type { Bar, Spread } from '../../platform/spread.ts';
import type { StatsBy, StatsSlot } from './by.ts';
import type { FigureRow } from './change.ts';
import type { Figures } from './figures.ts';
import type { GroupSeries } from './group-points.ts';
import type { DeliveryTally, FeedTally } from './tally.ts';

export interface StatsRequest {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly nowMs: number;
  readonly by: StatsBy;
  /** Each group of destinations or of rules has a series of these. */
  readonly slot?: StatsSlot | undefined;
  /** Of announcements only those that it brought. */
  readonly feed?: string | undefined;
  /** Of deliveries only those to it. */
  readonly destination?: string | undefined;
  /** Without `series`, which are most of the work of a long period. */
  readonly isBrief?: boolean | undefined;
  /** With `figures`, for whoever adds those of several stores. */
  readonly withFigures?: boolean | undefined;
}

export interface Stats {
  /** The period that the figures are of: the one asked for, but for what is only kept by the hour or by the day. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Of parts of it the figures are not made yet. */
  readonly missing: readonly Stretch[];
  /** Moments at which the store was damaged or replaced: of what was read before, rows may be missing. */
  readonly losses: readonly Loss[];
  /** Parts of it in which no bridge was running on this store. */
  readonly off: readonly Stretch[];
  /** The first that is known at all; `undefined`: nothing is. */
  readonly knownSinceMs: number | undefined;
  readonly total: StatsGroup & StatsBars;
  /** The largest first; of hours the earliest. */
  readonly groups: readonly StatsGroup[];
  /** Between two points. */
  readonly stepMs: number;
  readonly series: readonly StatsPoint[];
  /** Of the whole period, where they were asked for: at most some hundred names of each kind. */
  readonly figures?: readonly FigureRow[];
}

export interface Stretch {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface Loss {
  readonly atMs: number;
  readonly why: string;
}

/** Of spans of time. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
}

export interface NewsStats {
  readonly announcements: number;
  readonly service: Quantiles;
  readonly network: Quantiles;
  /** Ahead of another feed with the same news, and behind it. */
  readonly won: Quantiles;
  readonly lost: Quantiles;
}

export interface SentStats extends Readonly<Record<DeliveryState, number>> {
  readonly deliveries: number;
  readonly attempts: number;
  readonly retries: number;
  /** Delivered, of those delivered, dead or expired: 0 to 1; `undefined` without any. */
  readonly successShare: number | undefined;
  readonly dispatch: Quantiles;
  readonly took: Quantiles;
}

export interface StatsGroup {
  readonly name: string;
  /** Of an hour: when it begins. */
  readonly sinceMs?: number;
  readonly news?: NewsStats;
  readonly sent?: SentStats;
  /** Where `slot` asks for it. */
  readonly series?: GroupSeries;
}

export interface StatsBars {
  readonly bars: Readonly<Record<'service' | 'network' | 'dispatch' | 'took', readonly Bar[]>>;
}

export interface StatsPoint {
  readonly sinceMs: number;
  readonly announcements: number;
  readonly delivered: number;
  /** Dead or expired. */
  readonly failed: number;
  readonly pending: number;
  readonly dispatchP50Ms: number | undefined;
  readonly tookP50Ms: number | undefined;
  readonly tookP99Ms: number | undefined;
}

export function groupOf(
  name: string,
  news: FeedTally | undefined,
  sent: DeliveryTally | undefined,
): StatsGroup {
  return {
    name,
    ...(news !== undefined && { news: newsStats(news) }),
    ...(sent !== undefined && { sent: sentStats(sent) }),
  };
}

export const barsOf = (news: FeedTally, sent: DeliveryTally): StatsBars => ({
  bars: {
    service: news.service.bars(),
    network: news.network.bars(),
    dispatch: sent.dispatch.bars(),
    took: sent.took.bars(),
  },
});

export function pointOf(
  sinceMs: number,
  news: FeedTally,
  { states, dispatch, took }: DeliveryTally,
): StatsPoint {
  return {
    sinceMs,
    announcements: news.announcements,
    delivered: states.delivered,
    failed: states.dead + states.expired,
    pending: states.pending,
    dispatchP50Ms: dispatch.quantile(0.5),
    tookP50Ms: took.quantile(0.5),
    tookP99Ms: took.quantile(0.99),
  };
}

/** The largest first. */
export function groupsOf(figures: Figures, by: Exclude<StatsBy, 'hour'>): readonly StatsGroup[] {
  const groups =
    by === 'feed'
      ? [...figures.feed].map(([name, news]) => groupOf(name, news, undefined))
      : [...figures[by]].map(([name, sent]) => groupOf(name, undefined, sent));
  const size = ({ news, sent }: StatsGroup) => news?.announcements ?? sent?.deliveries ?? 0;
  return groups.sort((one, other) => size(other) - size(one) || (one.name < other.name ? -1 : 1));
}

function newsStats({ announcements, service, network, won, lost }: FeedTally): NewsStats {
  return {
    announcements,
    service: quantilesOf(service),
    network: quantilesOf(network),
    won: quantilesOf(won),
    lost: quantilesOf(lost),
  };
}

function sentStats(tally: DeliveryTally): SentStats {
  const { states, deliveries, attempts, tried, dispatch, took } = tally;
  const ended = states.delivered + states.dead + states.expired;
  return {
    deliveries,
    ...states,
    ...{ attempts, retries: Math.max(0, attempts - tried) },
    successShare: ended === 0 ? undefined : states.delivered / ended,
    ...{ dispatch: quantilesOf(dispatch), took: quantilesOf(took) },
  };
}

const quantilesOf = (spread: Spread): Quantiles => ({
  count: spread.count,
  p50Ms: spread.quantile(0.5),
  p90Ms: spread.quantile(0.9),
  p99Ms: spread.quantile(0.99),
  maxMs: spread.maxMs,
});
