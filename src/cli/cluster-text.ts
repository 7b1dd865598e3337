/** The nodes of a cluster, for the terminal. */

import { rolesText } from '../cluster/report.ts';
import { PARTITIONS } from '../cluster/shared.ts';
import { formatDuration } from '../platform/duration.ts';
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

const nodeRow = ({
  node,
  here,
  partitions,
  agrees,
  digest,
  version,
  feeds,
  ailing,
  ...rest
}: ShownNode): Span[] => [
  [here ? `${node} (this one)` : node, paint.name],
  stateOf(rest),
  rolesText(rest),
  String(partitions),
  agrees ? 'same' : [digest === undefined ? 'differs' : `differs: ${digest}`, paint.warning],
  version,
  feedsOf(feeds, ailing),
];

function feedsOf(feeds: readonly string[], ailing: readonly string[]): Span {
  const all = [...ailing.map((name) => `${name} (not well)`), ...feeds];
  if (all.length === 0) return '-';
  return ailing.length === 0 ? all.join(', ') : [all.join(', '), paint.warning];
}

/** A renewal comes each second. */
const LATE_MS = 2500;

function stateOf({ live, drains, seenMs = 0 }: Pick<ShownNode, 'live' | 'drains' | 'seenMs'>): Span {
  const seen = formatDuration(Math.round(seenMs / 1000) * 1000);
  if (!live) return [`gone ${seen}`, paint.bad];
  const silent = seenMs < LATE_MS ? '' : `, ${seen} ago`;
  return drains ? [`drains${silent}`, paint.warning] : [`live${silent}`, paint.good];
}
