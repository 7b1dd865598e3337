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

export function clusterLines(
  { nodes, unheld, reached, standing }: ShownCluster,
  width: number | undefined,
): string[] {
  const [mark, sentence] = standingIn(standing) ?? [];
  return [
    ...(mark === undefined || sentence === undefined ? [] : [markedLine(mark, sentence, width)]),
    ...(nodes.length === 0
      ? []
      : table(['NODE', 'STATE', 'ROLES', 'PARTITIONS', 'CONFIG', 'VERSION', 'FEEDS'], nodes.map(nodeRow), {
          width,
          whole: ['STATE'],
        })),
    ...(reached || nodes.length === 0
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

/** Of one that is not one of several now. */
function standingIn({
  is,
  why,
  advice = '',
  code = is,
  forMs,
}: ShownCluster['standing']): ['bad' | 'warning', string] | undefined {
  if (is === 'joined') return undefined;
  if (is === 'silent') return ['bad', `This node sends nothing: ${why}. ${advice} [${code}]`];
  const since =
    forMs === undefined ? '' : ` for ${formatDuration(Math.max(1, Math.round(forMs / 1000)) * 1000)}`;
  return [
    'warning',
    `This node is alone${since} and sends everything, from its own store: ${why}. Nobody takes over from it. [alone]`,
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
