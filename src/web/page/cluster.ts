/** The nodes of the cluster, and what each of them holds. Pure. */
import { type ClusterReport, type NodeReport, rolesText } from '../../cluster/report.ts';
import { PARTITIONS } from '../../cluster/shared.ts';
import { each, type Html, html } from './html.ts';
import { table } from './layout.ts';
import { countText, state } from './words.ts';

export const clusterTable = (cluster: ClusterReport | undefined): Html =>
  cluster === undefined
    ? html``
    : html`<h2>Cluster</h2>${
        cluster.reached
          ? ''
          : html`<p>${state('bad', 'The database does not answer: this is how it was before.')}</p>`
      }${table(
        ['Node', 'State', 'Roles', ['Partitions', 'number'], 'Config', 'Feeds'],
        each(cluster.nodes, nodeRow),
        {
          id: 'nodes',
          caption: `Every destination belongs to one of ${PARTITIONS} partitions, and the node that holds it sends to it.${cluster.unheld > 0 ? ` ${cluster.unheld} are held by none at the moment.` : ''}`,
        },
      )}`;

const nodeRow = ({
  node,
  here,
  version,
  reads,
  delivers,
  agrees,
  partitions,
  feeds,
  ...rest
}: NodeReport): Html =>
  html`<tr><th scope="row">${node}${here ? html` <span class="tag">this one</span>` : ''}</th><td data-label="State">${stateOf(rest)}</td><td data-label="Roles">${rolesText({ reads, delivers })}</td><td class="number" data-label="Partitions">${countText(partitions)}</td><td data-label="Config">${agrees ? state('good', 'same') : state('warning', 'differs')} <span class="small faint">${version}</span></td><td data-label="Feeds">${feeds.length === 0 ? '–' : feeds.join(', ')}</td></tr>`;

function stateOf({ live, drains }: Pick<NodeReport, 'live' | 'drains'>): Html {
  if (!live) return state('bad', 'gone');
  return drains ? state('warning', 'drains') : state('good', 'live');
}
