/** `cluster`: asks the running bridge for the cluster that it is a node of, or to hand over what it holds. */
import { clusterLines } from './cluster-text.ts';
import { usableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { markedLine } from './lines.ts';
import { type ClusterChange, remoteOperator } from './remote-operator.ts';
import type { ShownCluster } from './status-answer.ts';

export interface ClusterOptions {
  readonly config: string;
  readonly url: string | undefined;
  readonly json: boolean;
}

export async function clusterCommand(
  what: 'status' | ClusterChange,
  { config, url, json }: ClusterOptions,
  io: Io,
): Promise<ExitCode> {
  const { server, redact } = usableConfig(config, 'server', { given: url }, io);
  const remote = remoteOperator({ url, server, redact }, io);
  const { value: cluster, body } = await remote.cluster(what === 'status' ? undefined : what);
  if (cluster === undefined)
    throw new UserError(
      'This bridge is alone: its config has no `cluster`. docs/cluster.md has what it takes. [no_cluster]',
    );
  const here = cluster.nodes.find((node) => node.here);
  if (json) io.print(jsonText(body));
  else {
    if (what !== 'status') io.print(markedLine(...resultOf(what, cluster, here), io.columns));
    for (const line of clusterLines(cluster, io.columns)) io.print(line);
  }
  if (what === 'drain' && here !== undefined && here.partitions > 0) return NOT_FINE;
  return cluster.reached ? FINE : NOT_FINE;
}

function resultOf(
  what: ClusterChange,
  { node, standing }: ShownCluster,
  here: ShownCluster['nodes'][number] | undefined,
): ['good' | 'warning', string] {
  if (standing.is === 'alone' && what === 'drain')
    return ['warning', `${node} is alone: there is nobody to hand over to, and it sends on. [alone]`];
  const left = here?.partitions ?? 0;
  if (what === 'undrain') return ['good', `${node} takes its share again.`];
  if (what === 'leave') return ['good', `${node} has left the cluster and sends nothing more: stop it now.`];
  return left === 0
    ? ['good', `${node} holds nothing more; the others send.`]
    : [
        'warning',
        `${node} still holds ${left} partitions: no other node that delivers is live. [not_drained]`,
      ];
}
