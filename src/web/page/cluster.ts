/** The nodes of the cluster, and what each of them holds. Pure. */
import { type ClusterReport, type NodeReport, rolesText } from '../../cluster/report.ts';
import { PARTITIONS } from '../../cluster/shared.ts';
import { age } from './age.ts';
import { each, type Html, html } from './html.ts';
import { table } from './layout.ts';
import { countText, state } from './words.ts';

/** A renewal comes each second. */
const LATE_MS = 2500;

export const clusterTable = (cluster: ClusterReport | undefined, nowMs: number): Html =>
  cluster === undefined
    ? html``
    : html`<h2>Cluster</h2>${standingOf(cluster.standing, nowMs)}${
        cluster.reached || cluster.nodes.length === 0
          ? ''
          : html`<p>${state('bad', 'The database does not answer: this is how it was before.')}</p>`
      }${table(
        ['Node', 'State', 'Roles', ['Partitions', 'number'], 'Config', 'Feeds'],
        each(cluster.nodes, (one) => nodeRow(one, nowMs)),
        {
          id: 'nodes',
          caption: `Every destination belongs to one of ${PARTITIONS} partitions, and the node that holds it sends to it.${cluster.unheld > 0 ? ` ${cluster.unheld} are held by none at the moment.` : ''}`,
        },
      )}`;

/** Of one that is not one of several now. */
function standingOf({ is, why, advice = '', forMs = 0 }: ClusterReport['standing'], nowMs: number): Html {
  if (is === 'joined') return html``;
  if (is === 'silent') return html`<p>${state('bad', `This node sends nothing: ${why}.`)} ${advice}</p>`;
  return html`<p>${state('warning', `This node is alone and sends everything, from its own store: ${why}.`)} <span class="small faint">${age('for', forMs, nowMs)}</span></p>`;
}

const nodeRow = (
  { node, here, version, reads, delivers, agrees, digest, partitions, feeds, ailing, ...rest }: NodeReport,
  nowMs: number,
): Html =>
  html`<tr><th scope="row">${node}${here ? html` <span class="tag">this one</span>` : ''}</th><td data-label="State">${stateOf(rest, nowMs)}</td><td data-label="Roles">${rolesText({ reads, delivers })}</td><td class="number" data-label="Partitions">${countText(partitions)}</td><td data-label="Config">${agrees ? state('good', 'same') : state('warning', 'differs')} <span class="small faint">${version}, ${digest}</span></td><td data-label="Feeds">${feedsOf(feeds, ailing)}</td></tr>`;

const feedsOf = (feeds: readonly string[], ailing: readonly string[]): Html =>
  feeds.length + ailing.length === 0
    ? html`–`
    : html`<ul class="chips">${each(ailing, (name) => html`<li>${state('bad', name)}</li>`)}${each(feeds, (name) => html`<li>${state('good', name)}</li>`)}</ul>`;

function stateOf(
  { live, drains, seenMs }: Pick<NodeReport, 'live' | 'drains' | 'seenMs'>,
  nowMs: number,
): Html {
  const seen =
    seenMs < LATE_MS ? '' : html` <span class="small faint">seen ${age('ago', seenMs, nowMs)}</span>`;
  if (!live) return html`${state('bad', 'gone')}${seen}`;
  return html`${drains ? state('warning', 'drains') : state('good', 'live')}${seen}`;
}
