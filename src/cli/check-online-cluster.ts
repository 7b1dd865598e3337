/** `check --online`: the database that the nodes of a cluster share. Nothing is written, and no node joins. */
import type { ClusterOptions } from '../cluster/options.ts';
import { type DatabaseFacts, probe } from '../cluster/postgres/probe.ts';
import { PostgresSolitude } from '../cluster/postgres/solitude.ts';
import { SharedError } from '../cluster/shared.ts';
import { WAY_OUT } from '../daemon/standing.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import { bad, good, type Remark, warned } from '../remark.ts';

/** Of each node (`cluster/postgres/postgres.ts`). */
const CONNECTIONS = 5;

/** `place`: of `cluster.url` in the config, as `config.yaml:9:8`. */
export async function inquireCluster(
  { url, node }: Pick<ClusterOptions, 'url' | 'node'>,
  place: string,
  clock: Clock,
): Promise<readonly Remark[]> {
  try {
    return remarksOn(await probe(url, clock), node, place);
  } catch (error) {
    if (!(error instanceof SharedError)) throw error;
    const [sentence, code] = error.parts;
    const isBad = bad(`${place}: ${sentence}. ${error.advice}`, code);
    return [isBad, await standingThere(error.kind === 'unreachable', url, clock)];
  }
}

/** The part of a bridge that starts there all the same. */
async function standingThere(isAway: boolean, url: ClusterOptions['url'], clock: Clock): Promise<Remark> {
  if (!isAway && (await canBeAlone(url, clock)))
    return warned(
      'a node that starts now is alone and sends everything, from its own store, until somebody can join there. One that was ever in a cluster, or does not both read and deliver, sends nothing.',
      'alone',
    );
  return warned(`a node that starts now sends nothing. ${WAY_OUT}`, 'silent');
}

async function canBeAlone(url: ClusterOptions['url'], clock: Clock): Promise<boolean> {
  try {
    await new PostgresSolitude({ url, clock }).look();
    return true;
  } catch (error) {
    if (error instanceof SharedError) return false;
    throw error;
  }
}

/** `node`: of this config. */
export function remarksOn(
  { version, name, latencyMs, isEncrypted, nodes, freeConnections }: DatabaseFacts,
  node: string,
  place: string,
): readonly Remark[] {
  const how = isEncrypted ? 'by TLS' : 'without TLS';
  const fine = good(
    `PostgreSQL ${version} at ${name} answers in ${formatDuration(latencyMs)}, ${how}; ${nodesText(nodes)}.`,
    'database',
  );
  if (freeConnections >= CONNECTIONS || nodes.includes(node)) return [fine];
  return [
    fine,
    warned(
      `${place}: it has room for ${Math.max(0, freeConnections)} more connections, and each node needs ${CONNECTIONS}. Raise max_connections.`,
      'connections',
    ),
  ];
}

const MOST_NAMED = 10;

function nodesText(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'no node is live there';
  const more = nodes.length > MOST_NAMED ? ` and ${nodes.length - MOST_NAMED} more` : '';
  const names = nodes.slice(0, MOST_NAMED).join(', ') + more;
  return nodes.length === 1 ? `1 node is live: ${names}` : `${nodes.length} nodes are live: ${names}`;
}
