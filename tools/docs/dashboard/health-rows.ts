/** Rows of the dashboard about the bridge itself: well or not, its feeds and their race, its tables, its process. */
import { bars, lines, stat, states, table } from './panels.ts';

const B = 'listing_bridge_';
const I = 'instance=~"$instance"';
const N = 'node=~"$node"';
/** Other programs have metrics of these names. */
const ours = (expr: string) => `${expr} and on (job, instance) ${B}build_info`;

const RED_BELOW_1 = [{ color: 'red' }, { color: 'green', from: 1 }] as const;
const RED_FROM_1 = [{ color: 'green' }, { color: 'red', from: 1 }] as const;
const DAY = 86_400;

export const HEALTH = {
  title: 'Health',
  panels: [
    stat(
      {
        ...{
          title: 'Bridges that answer',
          description: 'Red: one of them does not answer Prometheus.',
          unit: 'percentunit',
        },
        steps: RED_BELOW_1,
      },
      { expr: `avg(up{${I}} and on (job, instance) last_over_time(${B}build_info[1d]))` },
    ),
    stat(
      {
        ...{
          title: 'Healthy feeds',
          description: 'Share of the feeds that are proven healthy.',
          unit: 'percentunit',
        },
        steps: [{ color: 'red' }, { color: 'orange', from: 0.01 }, { color: 'green', from: 1 }],
      },
      { expr: `avg(${B}feed_healthy{${I}})` },
    ),
    stat(
      {
        title: 'Destinations in trouble',
        description: 'Suspended or failing.',
        steps: RED_FROM_1,
      },
      {
        expr: `count(${B}destination_suspended{${I}} == 1 or ${B}destination_slowed{${I}} == 1) or vector(0)`,
      },
    ),
    stat(
      {
        title: 'Oldest pending delivery',
        description: 'Of all destinations.',
        unit: 's',
        steps: [{ color: 'green' }, { color: 'orange', from: 60 }],
      },
      { expr: `max(${B}outbox_oldest_seconds{${I}}) or vector(0)` },
    ),
    stat(
      {
        title: 'Lost in the time shown',
        description: 'Deliveries that are dead or have expired.',
        steps: RED_FROM_1,
      },
      { expr: `sum(increase(${B}deliveries_total{${I}, outcome=~"dead|expired"}[$__range])) or vector(0)` },
    ),
    stat(
      {
        title: 'First key to expire',
        description: 'Without a value: no key expires.',
        unit: 's',
        steps: [{ color: 'red' }, { color: 'orange', from: DAY }, { color: 'green', from: 3 * DAY }],
      },
      { expr: `min(${B}feed_key_expires_seconds{${I}})` },
    ),
    states(
      {
        title: 'Feeds',
        description: 'Proven: welcomed, recent frames or pings, self-test answered.',
        words: [
          { text: 'not proven', color: 'red' },
          { text: 'healthy', color: 'green' },
        ],
      },
      { expr: `${B}feed_healthy{${I}}`, legend: '{{feed}}' },
    ),
    table(
      {
        title: 'Conditions that hold now',
        description:
          'Each word has its row in docs/troubleshooting.md; `listing-bridge status` has the details.',
      },
      'code',
      [{ name: 'of them' }],
      { expr: `${B}conditions{${I}} > 0` },
    ),
  ],
};

const counted = (metric: string, by: string, more = '') =>
  `sum by (${by}) (increase(${B}${metric}{${I}${more}}[$__rate_interval]))`;

const FEEDS = {
  title: 'Feeds and their race',
  panels: [
    bars(
      {
        title: 'Who was first',
        description: 'Announcements that several feeds brought, by the one that had it first.',
      },
      { expr: counted('feed_lead_seconds_count', 'feed'), legend: '{{feed}}' },
    ),
    lines(
      { title: 'How far ahead, p50', description: 'Of the last six hours, when it was first.', unit: 's' },
      {
        expr: `histogram_quantile(0.5, sum by (instance, feed, le) (increase(${B}feed_lead_seconds_bucket{${I}}[6h])))`,
        legend: '{{feed}}',
      },
    ),
    bars(
      {
        title: 'Frames by kind',
        description: 'Heartbeats come without news, too: none means that nothing is heard.',
      },
      { expr: counted('frames_total', 'feed, kind'), legend: '{{feed}} {{kind}}' },
    ),
    bars(
      {
        title: 'Lost connections, by reason',
        description: 'News between two connections is lost. Reasons: docs/troubleshooting.md.',
      },
      { expr: counted('feed_losses_total', 'feed, reason'), legend: '{{feed}} {{reason}}' },
    ),
    lines(
      { title: 'Silence', description: 'Time since the last frame or ping.', unit: 's' },
      { expr: `${B}feed_silent_seconds{${I}}`, legend: '{{feed}}' },
    ),
    lines(
      {
        title: 'Self-test round trip, and clock',
        description: 'A clock that is off makes the latencies wrong, not the news.',
        unit: 's',
      },
      { expr: `${B}feed_self_test_seconds{${I}}`, legend: '{{feed}} self-test' },
      { expr: `${B}feed_clock_offset_seconds{${I}}`, legend: '{{feed}} clock offset' },
    ),
    bars(
      { title: 'Proven connections', description: 'More than one after a start: it was connected again.' },
      { expr: counted('feed_connects_total', 'feed'), legend: '{{feed}}' },
    ),
    bars(
      { title: 'Warnings, by code', description: 'Each code has its row in docs/troubleshooting.md.' },
      { expr: counted('warnings_total', 'code'), legend: '{{code}}' },
    ),
  ],
};

const TABLES = {
  title: 'Tables',
  panels: [
    lines(
      { title: 'Rows', description: 'Absent: it has never been loaded and matches nothing.' },
      { expr: `${B}table_rows{${I}}`, legend: '{{table}}' },
    ),
    lines(
      {
        title: 'Age',
        description: 'A saw is well; a line that only rises: it cannot be refreshed.',
        unit: 's',
      },
      { expr: `${B}table_age_seconds{${I}}`, legend: '{{table}}' },
    ),
  ],
};

export const CLUSTER = {
  title: 'Cluster',
  panels: [
    lines(
      { title: 'Partitions by node', description: 'As each node sees it; empty for a bridge that is alone.' },
      { expr: `max by (node) (${B}cluster_partitions{${I},${N}})`, legend: '{{node}}' },
    ),
    lines(
      {
        title: 'Partitions of no node',
        description: 'Nobody sends to their destinations. After a death, for some seconds.',
      },
      { expr: `256 - sum(max by (node) (${B}cluster_partitions{${I}}))`, legend: 'of no node' },
    ),
    states(
      {
        title: 'Database',
        description: 'A node without it sends only until its leases end, unless it is alone.',
        words: [
          { text: 'no answer', color: 'red' },
          { text: 'answers', color: 'green' },
          { text: 'alone', color: 'orange' },
        ],
      },
      {
        expr: `clamp_max(${B}cluster_database_reached{${I},${N}} + 2 * ${B}cluster_alone{${I},${N}}, 2)`,
        legend: '{{node}}',
      },
    ),
    states(
      {
        title: 'Nodes',
        description:
          'Which bridge is which node, with its version and the digest of its config: all are to be the same.',
        words: [
          { text: 'away', color: 'red' },
          { text: 'there', color: 'green' },
        ],
      },
      {
        expr: `${B}node_info{${I},${N}}`,
        legend: '{{node}}: {{instance}}, {{version}}, config {{config}}',
      },
    ),
  ],
};

export const PROCESS = {
  title: 'Process',
  panels: [
    lines(
      {
        title: 'Loop delay',
        description: 'An announcement waits that long before it is read. The timer itself is 10 ms.',
        unit: 's',
      },
      { expr: ours(`nodejs_eventloop_lag_p50_seconds{${I}}`), legend: '{{instance}} p50' },
      { expr: ours(`nodejs_eventloop_lag_p99_seconds{${I}}`), legend: '{{instance}} p99' },
      { expr: ours(`nodejs_eventloop_lag_max_seconds{${I}}`), legend: '{{instance}} max' },
    ),
    lines(
      {
        title: 'Memory',
        description: 'A line that rises for days is a leak: please report it.',
        unit: 'bytes',
      },
      { expr: ours(`process_resident_memory_bytes{${I}}`), legend: '{{instance}} resident' },
      { expr: ours(`nodejs_heap_size_used_bytes{${I}}`), legend: '{{instance}} heap' },
    ),
    lines(
      { title: 'Processor', description: '100 % is one core.', unit: 'percentunit' },
      { expr: ours(`rate(process_cpu_seconds_total{${I}}[$__rate_interval])`), legend: '{{instance}}' },
    ),
    lines(
      { title: 'Open files', description: 'Sockets among them.' },
      { expr: ours(`process_open_fds{${I}}`), legend: '{{instance}} open' },
    ),
    states(
      {
        title: 'Store and config',
        description: 'Red: the store cannot be written, or the last config was rejected.',
        words: [
          { text: 'not ok', color: 'red' },
          { text: 'ok', color: 'green' },
        ],
      },
      { expr: `${B}store_healthy{${I}}`, legend: '{{instance}} store' },
      { expr: `${B}config_last_reload_successful{${I}}`, legend: '{{instance}} config' },
    ),
    table(
      { title: 'Versions', description: 'Of each bridge, with the time since its start.' },
      'version',
      [{ name: 'runs for', unit: 's' }],
      {
        expr: `(time() - process_start_time_seconds{${I}}) * on (job, instance) group_right () ${B}build_info{${I}}`,
      },
    ),
    bars(
      {
        title: 'Duplicates, and rows that were not stored',
        description: 'A second feed brings duplicates; the others should be 0.',
      },
      { expr: counted('announcements_duplicate_total', 'instance'), legend: '{{instance}} duplicates' },
      { expr: counted('store_refused_total', 'instance'), legend: '{{instance}} not stored' },
    ),
  ],
};

export const FEED_ROWS = [FEEDS, TABLES];
