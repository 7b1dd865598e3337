/** The nodes of a cluster, for the terminal. */

import { rolesText } from '../cluster/report.ts';
import { PARTITIONS } from '../cluster/shared.ts';
import { paint } from '../platform/paint.ts';
import type { Span } from '../platform/spans.ts';
import { markedLine } from './lines.ts';
import type { ShownCluster } from './status-answer.ts';
import { table } from './table.ts';

type ShownNode = ShownCluster['nodes'][number];

export function clusterLines({ nodes, unheld, reached }: ShownCluster, width: number | undefined): string[] {
  return [
    ...table(['NODE', 'STATE', 'ROLES', 'PARTITIONS', 'CONFIG', 'VERSION', 'FEEDS'], nodes.map(nodeRow), {
      width,
    }),
    ...(reached
      ? []
      : [markedLine('bad', 'The database does not answer: this is how it was before. [unreachable]', width)]),
    ...(unheld > 0
      ? [
          markedLine(
            'warning',
            `${unheld} of ${PARTITIONS} partitions are held by no node at the moment.`,
            width,
          ),
        ]
      : []),
  ];
}

const nodeRow = ({ node, here, partitions, agrees, version, feeds, ...rest }: ShownNode): Span[] => [
  [here ? `${node} (this one)` : node, paint.name],
  stateOf(rest),
  rolesText(rest),
  String(partitions),
  agrees ? 'same' : ['differs', paint.warning],
  version,
  feeds.length === 0 ? '-' : feeds.join(', '),
];

function stateOf({ live, drains }: Pick<ShownNode, 'live' | 'drains'>): Span {
  if (!live) return ['gone', paint.bad];
  return drains ? ['drains', paint.warning] : ['live', paint.good];
}
