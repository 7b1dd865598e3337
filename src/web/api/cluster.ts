/** `/api/cluster`: the bridges that share the work, and the part of this one. */
import { z } from 'zod';
import type { Ops } from '../ops.ts';
import { type Answer, type Endpoint, endpoint, ok, refused } from './endpoint.ts';
import { refusalSchema, spanMs, texts } from './schemas.ts';

const nodeSchema = z
  .object({
    node: z.string(),
    version: z.string(),
    here: z.boolean().describe('the one that answers'),
    live: z.boolean(),
    reads: z.boolean().describe('it connects to the feeds'),
    delivers: z.boolean(),
    drains: z.boolean().describe('it hands over what it holds, and takes nothing'),
    agrees: z.boolean().describe('its config and version decide as those of the one that answers'),
    digest: z.string().describe('of its config and version'),
    partitions: z.int().describe('held by it, of 256'),
    seenMs: spanMs().describe('since it last told the database that it is there'),
    feeds: texts().describe('feeds that it reads, proven healthy'),
    ailing: texts().describe('feeds that it is to read, and that are not proven healthy'),
  })
  .meta({ id: 'Node' });

export const clusterSchema = z
  .object({
    node: z.string().describe('the one that answers'),
    standing: z
      .object({
        is: z
          .enum(['joined', 'alone', 'silent'])
          .describe('one of several; it sends everything from its own store; or it sends nothing'),
        why: z.string().optional(),
        advice: z.string().optional().describe('what to do'),
        code: z.string().optional().describe('of that reason, to look up'),
        forMs: spanMs().optional().describe('since it is alone'),
      })
      .describe('of the one that answers'),
    reached: z.boolean().describe('the database answers it'),
    sends: z.int().describe('partitions for which it sends now'),
    unheld: z.int().describe('partitions that no live node holds'),
    nodes: z.array(nodeSchema),
  })
  .meta({ id: 'Cluster' });

const alone = { says: 'the config has no `cluster`', schema: refusalSchema };

const reportOf = (ops: Ops): Answer => {
  const report = ops.status().cluster;
  return report === undefined
    ? refused(404, 'this bridge is alone: its config has no `cluster`', 'no_cluster')
    : ok(report);
};

const change = (
  path: string,
  name: string,
  summary: string,
  does: (cluster: NonNullable<Ops['cluster']>) => Promise<void>,
): Endpoint =>
  endpoint({
    ...{ method: 'post', path: `/api/cluster/${path}`, name, needs: 'change', summary },
    answers: { 200: { says: 'the cluster afterwards', schema: clusterSchema }, 404: alone },
    example: { path: `/api/cluster/${path}` },
    async answer(_, ops) {
      if (ops.cluster !== undefined) await does(ops.cluster);
      return reportOf(ops);
    },
  });

export const clusterEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/cluster', name: 'cluster', needs: 'read' },
    summary: 'The nodes, what each of them holds, and whether they agree.',
    answers: { 200: { says: 'the cluster', schema: clusterSchema }, 404: alone },
    example: { path: '/api/cluster' },
    answer: (_, ops) => reportOf(ops),
  }),
  change(
    'drain',
    'drainNode',
    'Hands over all that this node holds, and takes nothing more. Answers when nothing is left, at the latest after 30 s.',
    (cluster) => cluster.drain(),
  ),
  change('undrain', 'undrainNode', 'This node takes its share again.', (cluster) => cluster.undrain()),
  change(
    'leave',
    'leaveCluster',
    'Hands over all that this node holds, and takes it out of the cluster. Stop the bridge afterwards.',
    (cluster) => cluster.leave(),
  ),
];
