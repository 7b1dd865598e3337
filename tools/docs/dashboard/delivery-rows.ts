/** Rows of the dashboard about what is sent: how fast, how much, how it ended, what waits. */
import { bars, lines, states, table } from './panels.ts';

const B = 'listing_bridge_';
const I = 'instance=~"$instance"';

/** News is sparse: half an hour has something to rank. */
const quantile = (q: number, metric: string, by: string, span = '30m') =>
  `histogram_quantile(${q}, sum by (${by}, le) (increase(${B}${metric}_bucket{${I}}[${span}])))`;

const both = (metric: string, by = 'instance, destination') => [
  { expr: quantile(0.5, metric, by), legend: '{{destination}} p50' },
  { expr: quantile(0.99, metric, by), legend: '{{destination}} p99' },
];

const RANGE = '$__range';
const OF_DESTINATION = 'instance, destination';

const LATENCY = {
  title: 'Latency',
  panels: [
    lines(
      {
        title: 'Receipt → request on the wire',
        description: 'Of the last half hour: what the bridge itself takes, with the wait for a rate limit.',
        unit: 's',
      },
      ...both('dispatch_seconds'),
    ),
    lines(
      {
        title: 'Receipt → acknowledged',
        description: 'Of the last half hour: with the way there and the answer of the receiver.',
        unit: 's',
      },
      ...both('delivery_seconds'),
    ),
    lines(
      {
        title: 'Where the time goes, p99',
        description: 'queue: decode, match, journal, wait for a slot. send: render, connect, write.',
        unit: 's',
      },
      {
        expr: quantile(0.99, 'dispatch_stage_seconds', `${OF_DESTINATION}, stage`),
        legend: '{{destination}} {{stage}}',
      },
    ),
    table(
      {
        title: 'In the time shown, by destination',
        description: 'Receipt → request, and receipt → acknowledged.',
      },
      'destination',
      [
        { name: 'delivered' },
        { name: 'sent p50', unit: 's' },
        { name: 'sent p99', unit: 's' },
        { name: 'acknowledged p50', unit: 's' },
        { name: 'acknowledged p99', unit: 's' },
      ],
      {
        expr: `sum by (${OF_DESTINATION}) (increase(${B}deliveries_total{${I}, outcome="delivered"}[${RANGE}]))`,
      },
      { expr: quantile(0.5, 'dispatch_seconds', OF_DESTINATION, RANGE) },
      { expr: quantile(0.99, 'dispatch_seconds', OF_DESTINATION, RANGE) },
      { expr: quantile(0.5, 'delivery_seconds', OF_DESTINATION, RANGE) },
      { expr: quantile(0.99, 'delivery_seconds', OF_DESTINATION, RANGE) },
    ),
  ],
};

const counted = (metric: string, by: string, more = '') =>
  `sum by (${by}) (increase(${B}${metric}{${I}${more}}[$__rate_interval]))`;

const THROUGHPUT = {
  title: 'Throughput',
  panels: [
    bars(
      { title: 'Announcements by exchange', description: 'Without duplicates and self-tests.' },
      { expr: counted('announcements_total', 'publisher', ', publisher!="test"'), legend: '{{publisher}}' },
    ),
    bars(
      {
        title: 'Matches by rule',
        description: 'Announcements matched. A rule that should match and never does is wrong.',
      },
      { expr: counted('rule_matches_total', 'rule'), legend: '{{rule}}' },
    ),
  ],
};

const OUTCOMES = {
  title: 'Outcomes',
  panels: [
    bars(
      {
        title: 'How deliveries ended',
        description: 'dead: failed for good; expired: older than maxAge; skipped, by the reason.',
      },
      { expr: counted('deliveries_total', 'outcome', ', outcome!="skipped"'), legend: '{{outcome}}' },
      { expr: counted('deliveries_skipped_total', 'reason'), legend: 'skipped: {{reason}}' },
    ),
    bars(
      {
        title: 'Lost, by destination',
        description: 'Dead and expired: `listing-bridge deliveries --state dead` lists them.',
      },
      {
        expr: counted('deliveries_total', 'destination, outcome', ', outcome=~"dead|expired"'),
        legend: '{{destination}} {{outcome}}',
      },
    ),
    bars(
      {
        title: 'Failed attempts, by reason',
        description: 'Most are retried. Each reason has its row in docs/troubleshooting.md.',
      },
      {
        expr: counted('attempts_total', 'destination, outcome', ', outcome!="delivered"'),
        legend: '{{destination}} {{outcome}}',
      },
    ),
    bars(
      {
        title: 'Attempts that waited for a connection',
        description: 'Warm connections keep this at 0: each costs a handshake.',
      },
      { expr: counted('connects_paid_total', 'destination'), legend: '{{destination}}' },
    ),
  ],
};

const QUEUE = {
  title: 'Queue',
  panels: [
    lines(
      {
        title: 'Pending deliveries',
        description: 'A line that only grows: more is sent there than it accepts.',
      },
      { expr: `${B}outbox_pending{${I}}`, legend: '{{destination}}' },
    ),
    lines(
      {
        title: 'Age of the oldest pending delivery',
        description: 'What becomes older than maxAge expires.',
        unit: 's',
      },
      { expr: `${B}outbox_oldest_seconds{${I}}`, legend: '{{destination}}' },
    ),
    states(
      {
        title: 'Destinations',
        description: 'suspended: it refuses everything. failing: one message at a time is tried.',
        words: [
          { text: 'ok', color: 'green' },
          { text: 'not ok', color: 'red' },
        ],
      },
      { expr: `${B}destination_suspended{${I}}`, legend: '{{destination}} suspended' },
      { expr: `${B}destination_slowed{${I}}`, legend: '{{destination}} failing' },
    ),
    lines(
      { title: 'Mutes in force', description: '`listing-bridge mute list` shows them.' },
      {
        ...{ expr: `sum by (kind) (${B}mutes{${I}})`, legend: '{{kind}}' },
      },
    ),
  ],
};

export const DELIVERY_ROWS = [LATENCY, THROUGHPUT, OUTCOMES, QUEUE];
