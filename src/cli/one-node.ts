import type { ClusterStore } from './cluster-store.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';

/** For what only the store of this node says. */
export async function warnOfOthers(cluster: ClusterStore | undefined, io: Io): Promise<void> {
  const others = (await cluster?.others()) ?? [];
  if (cluster === undefined || others.length === 0) return;
  const sentence = `of node ${cluster.node} only: ${others.join(', ')} of the cluster ${others.length === 1 ? 'has its' : 'have their'} own. [one_node]`;
  io.warn(markedLine('warning', sentence, io.columns));
}
