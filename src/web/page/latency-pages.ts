/** `/latency`, and the figures of the last hours for other pages. */

import type { StoreAnswer } from '../../outbox/deliveries.ts';
import type { StatsBy } from '../../outbox/history/by.ts';
import type { Stats, StatsRequest } from '../../outbox/history/stats.ts';
import { parseDuration } from '../../platform/duration.ts';
import type { Ops } from '../ops.ts';
import { LATENCY_LOADS, latencyPage, PERIODS } from './latency.ts';
import { type At, page, problem, textOf } from './page-answer.ts';

const DEFAULT = '24h';

export async function latency(context: At, ops: Ops): Promise<Response> {
  const wanted = context.req.query('since');
  const period = PERIODS.find(([one]) => one === wanted)?.[0] ?? DEFAULT;
  const of = {
    feed: textOf(context.req.query('feed')),
    destination: textOf(context.req.query('destination')),
  };
  const sinceMs = parseDuration(period) ?? 0;
  const [stats, byFeed] = await Promise.all([
    statsOf(ops, sinceMs, 'destination', of),
    statsOf(ops, sinceMs, 'feed', { ...of, isBrief: true }),
  ]);
  if (!stats.ok) return problem(context, 503, 'The store cannot be read', stats.message);
  if (!byFeed.ok) return problem(context, 503, 'The store cannot be read', byFeed.message);
  const aheadMs = ops.clock.monotonicMs() - ops.clock.wallMs();
  const body = latencyPage({
    ...{ period, ...of, stats: stats.value, feeds: byFeed.value.groups, destinations: stats.value.groups },
    wallOf: (ms) => ms - aheadMs,
    node: ops.cluster?.node,
  });
  return page(context, { title: 'Latency', path: '/latency', body, loads: LATENCY_LOADS });
}

/** `spanMs`: back from now. */
export function statsOf(
  { stats, clock }: Pick<Ops, 'stats' | 'clock'>,
  spanMs: number,
  by: StatsBy,
  of: Pick<StatsRequest, 'feed' | 'destination' | 'isBrief'>,
): Promise<StoreAnswer<Stats>> {
  const nowMs = clock.monotonicMs();
  return stats({ sinceMs: nowMs - spanMs, untilMs: nowMs, nowMs, by, ...of });
}
