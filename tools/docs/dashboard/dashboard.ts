/** `deploy/grafana/listing-bridge.json`: what somebody wants to see who is woken by an alert, from above. A test writes and compares it. */

import { DELIVERY_ROWS } from './delivery-rows.ts';
import { CLUSTER, FEED_ROWS, HEALTH, PROCESS } from './health-rows.ts';
import { DATASOURCE, laidOut } from './panels.ts';

const variable = { hide: 0, refresh: 2, skipUrlSync: false };

const INSTANCES = 'label_values(listing_bridge_build_info, instance)';
const NODES = 'label_values(listing_bridge_node_info, node)';

const dashboard = {
  title: 'listing-bridge',
  uid: 'listing-bridge',
  description: 'Is it alive, is it fast, who was first, what failed. Alerts: deploy/prometheus/alerts.yaml.',
  tags: ['listing-bridge'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  timezone: 'browser',
  annotations: {
    list: [
      {
        name: 'Starts',
        datasource: DATASOURCE,
        enable: true,
        iconColor: 'blue',
        expr: 'changes(process_start_time_seconds{instance=~"$instance"}[2m]) > 0 and on (job, instance) listing_bridge_build_info',
        titleFormat: '{{instance}} started',
      },
    ],
  },
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', ...variable },
      {
        ...{ name: 'instance', label: 'Bridge', type: 'query', datasource: DATASOURCE, ...variable },
        ...{ definition: INSTANCES, query: { query: INSTANCES, refId: 'instance', qryType: 1 } },
        ...{ multi: true, includeAll: true, sort: 1, current: { text: ['All'], value: ['$__all'] } },
      },
      {
        ...{ name: 'node', label: 'Node', type: 'query', datasource: DATASOURCE, ...variable },
        ...{ definition: NODES, query: { query: NODES, refId: 'node', qryType: 1 } },
        // Of bridges that are alone there are none.
        ...{ multi: true, includeAll: true, allValue: '.*', sort: 1 },
        current: { text: ['All'], value: ['$__all'] },
      },
    ],
  },
  panels: laidOut([HEALTH, ...DELIVERY_ROWS, ...FEED_ROWS, CLUSTER, PROCESS]),
};

export const dashboardText = (): string => `${JSON.stringify(dashboard, null, 2)}\n`;
