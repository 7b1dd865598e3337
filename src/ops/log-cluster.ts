/** The lines of the log about the cluster. */
import type { ClusterEvent } from '../events/cluster-event.ts';
import { formatDuration } from '../platform/duration.ts';
import { conditionLine, type Line } from './log-line.ts';

export function clusterLine(event: ClusterEvent): Line {
  switch (event.kind) {
    case 'cluster.unreachable': {
      const { message, advice } = event;
      return conditionLine('cluster_unreachable', '', { message, advice });
    }
    case 'cluster.reached':
      return { level: 'info', fields: { after: formatDuration(event.afterMs) } };
    case 'cluster.alone':
      return conditionLine('cluster_alone', '', { why: event.why, byWord: event.byWord || undefined });
    case 'cluster.taken':
    case 'cluster.handed_over':
      return { level: 'info', fields: { partitions: event.partitions.length } };
    case 'cluster.lost':
      return { level: 'warn', fields: { partitions: event.partitions.length } };
    case 'cluster.replaced':
      return conditionLine('cluster_replaced', '', { setBack: event.isSetBack || undefined });
    case 'cluster.name_taken': {
      const { node, standsBy } = event;
      return conditionLine('cluster_name_taken', '', { node, standsBy });
    }
    case 'cluster.differs':
      return conditionLine('cluster_differs', '', { nodes: event.nodes });
    case 'cluster.not_alone':
    case 'cluster.name_free':
    case 'cluster.agrees': {
      const { kind: _, ...fields } = event;
      return { level: 'info', fields };
    }
    default:
      return event satisfies never;
  }
}
