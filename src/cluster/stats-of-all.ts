/**
 * Figures of all nodes. A delivery counts at the node that sent it, so those of the nodes add up; an announcement is received by each of
 * them, at its own moment, so what they have received stays by node. Pure.
 */

import type { StatsBy } from '../outbox/history/by.ts';
import { Figures } from '../outbox/history/figures.ts';
import { groupOf, groupsOf, type SentStats, type Stats, type StatsGroup } from '../outbox/history/stats.ts';
import type { Of } from './gathering.ts';

export interface GroupOfNode extends StatsGroup {
  readonly node: string;
}

export interface StatsOfAll {
  /** Of all deliveries. */
  readonly sent: SentStats | undefined;
  /** By what was asked: of destinations and rules together, of feeds and hours by node. */
  readonly groups: readonly (StatsGroup & { readonly node?: string })[];
  /** The deliveries of each node, the largest first. */
  readonly nodes: readonly GroupOfNode[];
}

/** `all`: with figures. `destination`: of deliveries only those to it. */
export function statsOfAll(all: readonly Of<Stats>[], by: StatsBy, destination?: string): StatsOfAll {
  const sum = new Figures();
  for (const { value } of all) for (const row of value.figures ?? []) sum.addRow(row);
  const nodes = all
    .map(
      ({ node, value }): GroupOfNode => ({ ...groupOf(node, undefined, undefined), ...sentIn(value), node }),
    )
    .toSorted((one, other) => (other.sent?.deliveries ?? 0) - (one.sent?.deliveries ?? 0));
  const byNode = all.flatMap(({ node, value }) => value.groups.map((group) => ({ ...group, node })));
  return {
    sent: groupOf('', undefined, destination === undefined ? sum.sent : sum.destination.get(destination))
      .sent,
    groups:
      by === 'feed' ? byNode.toSorted(byName) : by === 'hour' ? byNode.toSorted(byTime) : groupsOf(sum, by),
    nodes,
  };
}

const sentIn = ({ total: { sent } }: Stats) => (sent === undefined ? {} : { sent });

const byName = (one: GroupOfNode, other: GroupOfNode): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : one.node < other.node ? -1 : 1;

const byTime = (one: GroupOfNode, other: GroupOfNode): number =>
  (one.sinceMs ?? 0) - (other.sinceMs ?? 0) || (one.node < other.node ? -1 : 1);
