/** `stats` on a node of a cluster: of all nodes, with what each of them has sent. */
import type { Of } from '../cluster/gathering.ts';
import { type StatsOfAll, statsOfAll } from '../cluster/stats-of-all.ts';
import type { StatsBy } from '../outbox/history/by.ts';
import type { Stats, StatsRequest } from '../outbox/history/stats.ts';
import { shownGroup, shownStats } from '../web/api/stats.ts';
import type { ClusterStore } from './cluster-store.ts';
import { type Io, jsonText } from './io.ts';
import { statsHeading, statsRemarks, statsTable } from './stats-text.ts';
import { answered } from './store-file.ts';

interface Read {
  readonly by: readonly (readonly [StatsBy, readonly Of<Stats>[]])[];
  readonly destination: string | undefined;
}

/** By each of these. A node that gives no answer is named, and its part is missing. */
export async function readOfAll(
  { deliveries }: ClusterStore,
  request: Omit<StatsRequest, 'by'>,
  by: readonly StatsBy[],
): Promise<Read> {
  const all: (readonly [StatsBy, readonly Of<Stats>[]])[] = [];
  for (const one of by)
    all.push([one, await answered(deliveries.statsOfAll({ ...request, by: one, withFigures: true }))]);
  return { by: all, destination: request.destination };
}

/** Announcements of the period, at the node that has received most. */
export const newsIn = (read: Read): number =>
  Math.max(0, ...(read.by[0]?.[1] ?? []).map(({ value }) => value.total.news?.announcements ?? 0));

export function printOfAll({ by: read, destination }: Read, aheadMs: number, io: Io): void {
  const { columns } = io;
  const [nodes = []] = read.map(([, all]) => all);
  const [first] = nodes;
  if (first === undefined) return;
  const each = read.map(([by, all]) => [by, statsOfAll(all, by, destination)] as const);
  for (const line of statsHeading(together(nodes, each[0]?.[1]), aheadMs, columns)) io.print(line);
  for (const { node, value } of nodes)
    for (const line of statsRemarks(value, aheadMs, columns, `node ${node}: `)) io.print(line);
  for (const [by, { groups }] of each) printTable(statsTable(groups, by, aheadMs, columns), io);
  const sent = each[0]?.[1].nodes ?? [];
  printTable(statsTable(sent, 'node', aheadMs, columns), io);
}

function printTable(lines: readonly string[], io: Io): void {
  if (lines.length > 0) for (const line of ['', ...lines]) io.print(line);
}

/** For the heading: as long as the node that goes back furthest. */
function together(nodes: readonly Of<Stats>[], of: StatsOfAll | undefined): Stats {
  const stats = nodes.map(({ value }) => value);
  const most = stats.toSorted(
    (one, other) => (other.total.news?.announcements ?? 0) - (one.total.news?.announcements ?? 0),
  );
  const known = stats.flatMap(({ knownSinceMs }) => knownSinceMs ?? []);
  const [one] = most as [Stats];
  const sent = of?.sent === undefined ? {} : { sent: of.sent };
  return {
    ...one,
    knownSinceMs: known.length === 0 ? undefined : Math.min(...known),
    total: { ...one.total, ...sent },
  };
}

/** One answer; `nodes`: of each what it has received and sent. */
export function shownOfAll(
  { by: read, destination }: Read,
  aheadMs: number,
  away: readonly string[],
): string {
  const [nodes = []] = read.map(([, all]) => all);
  const [first] = nodes;
  if (first === undefined) return jsonText({ nodes: [], away });
  const { since, until, errorShare } = shownStats(first.value, aheadMs);
  const groups = read.map(([by, all]) => {
    const shown = statsOfAll(all, by, destination).groups.map((group) => ({
      ...shownGroup(group, aheadMs),
      ...(group.node !== undefined && { node: group.node }),
    }));
    return [`${by}s`, shown];
  });
  return jsonText({
    ...{ since, until, errorShare, total: { sent: statsOfAll(nodes, 'destination', destination).sent } },
    ...Object.fromEntries(groups),
    nodes: nodes.map(({ node, value }) => {
      const { knownSince, missing, losses, off, total } = shownStats(value, aheadMs);
      return { node, knownSince, missing, losses, off, total: { news: total.news, sent: total.sent } };
    }),
    away,
  });
}
