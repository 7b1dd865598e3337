import type { ClusterStore } from './cluster-store.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';

/** For what only the store of this node says. */
export async function warnOfOthers(cluster: ClusterStore | undefined, io: Io): Promise<void> {
  if (cluster === undefined) return;
  const others = await cluster.others();
  if (others?.length === 0) return;
  const whose =
    others === undefined
      ? 'the other nodes have their own, and the database that knows them does not answer'
      : `${others.join(', ')} of the cluster ${others.length === 1 ? 'has its' : 'have their'} own`;
  const sentence = `of node ${cluster.node} only: ${whose}. [one_node]`;
  io.warn(markedLine('warning', sentence, io.columns));
}
