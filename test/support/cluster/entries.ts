/** Cards, announcements and ends as the nodes of a cluster hand them in. */
import type {
  Beginning,
  LogEntry,
  NodeCard,
  PlannedDelivery,
  SharedEnd,
} from '../../../src/cluster/shared.ts';

export const cardOf = (node: string, change: Partial<NodeCard> = {}): NodeCard => ({
  node,
  life: `${node}-1`,
  version: '1.0.0',
  digest: 'd1',
  reads: true,
  delivers: true,
  drains: false,
  feeds: ['tokyo'],
  ...change,
});

export const plannedOf = (key: string, partition: number, change: Partial<PlannedDelivery> = {}) => ({
  id: `${key}-${partition}`,
  destination: `to-${partition}`,
  partition,
  rule: 'all',
  lifeMs: 60_000,
  ...change,
});

/** With a delivery in each of these partitions. */
export const entryOf = (
  key: string,
  partitions: readonly number[] = [1],
  change: Partial<LogEntry> = {},
): LogEntry => ({
  key,
  identity: `identity of ${key}`,
  windowMs: 3_600_000,
  node: 'a',
  ageMs: 0,
  body: JSON.stringify({ title: key }),
  importance: 0,
  isLate: false,
  plan: partitions.map((partition) => plannedOf(key, partition)),
  ...change,
});

export const endOf = (key: string, partition: number, change: Partial<SharedEnd> = {}): SharedEnd => ({
  id: `${key}-${partition}`,
  key,
  partition,
  destination: `to-${partition}`,
  rule: 'all',
  node: 'a',
  epoch: 1,
  state: 'delivered',
  attempts: 1,
  ageMs: 0,
  ...change,
});

export const beginOf = (key: string, partition: number, change: Partial<Beginning> = {}): Beginning => ({
  ...endOf(key, partition),
  ...{ claim: 1, isRepeatable: false, isByHand: false },
  ...change,
});
