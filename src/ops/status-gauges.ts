/** The metrics that say how things are rather than what happened: set from the status at each read. */
import type { Gauge } from 'prom-client';
import { CONDITIONS } from '../conditions/registry.ts';
import { MUTE_KINDS } from '../mutes/mute.ts';
import { MANY_DESTINATIONS } from './many.ts';
import type { MetricMaker } from './metric-maker.ts';
import type { Status } from './status.ts';

export function statusGauges(make: MetricMaker): (status: Status) => void {
  const setFeeds = feedGauges(make);
  const setDestinations = destinationGauges(make);
  const setTables = tableGauges(make);
  const storeHealthy = make.gauge('store_healthy', '1 while the store can be written');
  const reloadSuccessful = make.gauge('config_last_reload_successful', '0: the last reload was rejected');
  const conditions = make.gauge(
    'conditions',
    'How many feeds, destinations … a condition holds for (docs/alerts.md)',
    'code',
  );
  const muted = make.gauge('mutes', 'Mutes in force', 'kind');
  const setCluster = clusterGauges(make);
  return ({ feeds, destinations, tables, mutes, store, config, conditions: hold, cluster }) => {
    for (const kind of MUTE_KINDS) muted.set({ kind }, 0);
    for (const { kind } of mutes) muted.inc({ kind });
    for (const code of Object.keys(CONDITIONS)) conditions.set({ code }, 0);
    for (const { code } of hold) conditions.inc({ code });
    setFeeds(feeds);
    setDestinations(destinations);
    setTables(tables);
    setCluster(cluster);
    storeHealthy.set(store.fault === undefined ? 1 : 0);
    reloadSuccessful.set(config.rejected === undefined ? 1 : 0);
  };
}

function clusterGauges(make: MetricMaker): (cluster: Status['cluster']) => void {
  const partitions = make.gauge('cluster_partitions', 'Partitions, by node', 'node');
  const reached = make.gauge('cluster_database_reached', '1 while it answers', 'node');
  const alone = make.gauge('cluster_alone', '1 while it sends everything', 'node');
  const info = make.gauge(
    'node_info',
    'Always 1: the node of a cluster that this instance is, with the digest of its config; absent: it is alone',
    'node',
    'version',
    'config',
  );
  return (cluster) => {
    for (const metric of [partitions, info]) metric.reset();
    if (cluster === undefined) return;
    for (const one of cluster.nodes) if (one.live) partitions.set({ node: one.node }, one.partitions);
    const { node } = cluster;
    for (const { here, version, digest: config } of cluster.nodes)
      if (here) info.set({ node, version, config }, 1);
    reached.set({ node }, cluster.reached ? 1 : 0);
    alone.set({ node }, cluster.standing.is === 'alone' ? 1 : 0);
  };
}

function feedGauges(make: MetricMaker): (feeds: Status['feeds']) => void {
  const frames = make.counter(
    'frames_total',
    'Frames received, by kind; `test` = answers to self-tests',
    'feed',
    'kind',
  );
  const healthy = make.gauge('feed_healthy', '1 while the feed is proven healthy', 'feed');
  const keyExpires = make.gauge(
    'feed_key_expires_seconds',
    'Time until the key expires; absent when it does not expire',
    'feed',
  );
  const losses = make.counter(
    'feed_losses_total',
    'Lost and failed connections, by reason (docs/troubleshooting.md)',
    'feed',
    'reason',
  );
  const connects = make.counter('feed_connects_total', 'Connections that were proven', 'feed');
  const silent = make.gauge(
    'feed_silent_seconds',
    'Time since the last frame or ping; absent while not connected',
    'feed',
  );
  const selfTest = make.gauge(
    'feed_self_test_seconds',
    'Round trip of the last self-test on this connection; absent while unanswered',
    'feed',
  );
  const clockOffset = make.gauge(
    'feed_clock_offset_seconds',
    "Local clock minus service clock, including the fastest heartbeat's transit time",
    'feed',
  );
  return (feeds) => {
    // Labels that have left the config must not stay in the figures.
    for (const metric of [frames, healthy, keyExpires, losses, connects, silent, selfTest, clockOffset])
      metric.reset();
    for (const feed of feeds) {
      const labels = { feed: feed.name };
      connects.inc(labels, feed.connects);
      for (const [reason, count] of Object.entries(feed.losses)) losses.inc({ ...labels, reason }, count);
      setSpan(silent, labels, feed.silentMs);
      setSpan(clockOffset, labels, feed.clockOffsetMs);
      setSpan(selfTest, labels, feed.selfTest?.roundTripMs);
      setSpan(keyExpires, labels, feed.keyExpiresInMs);
      healthy.set(labels, feed.healthy ? 1 : 0);
      for (const [kind, count] of Object.entries(feed.frames)) frames.inc({ ...labels, kind }, count);
    }
  };
}

function tableGauges(make: MetricMaker): (tables: Status['tables']) => void {
  const rows = make.gauge('table_rows', 'Rows; absent: never loaded', 'table');
  const age = make.gauge(
    'table_age_seconds',
    'Age of the rows of a table from a file or an address; absent until loaded',
    'table',
  );
  return (tables) => {
    for (const metric of [rows, age]) metric.reset();
    for (const { name, rows: count, ageMs } of tables) {
      if (count !== undefined) rows.set({ table: name }, count);
      setSpan(age, { table: name }, ageMs);
    }
  };
}

/** Absent is absent: a 0 would be a statement. */
function setSpan(gauge: Gauge, labels: Readonly<Record<string, string>>, ms: number | undefined): void {
  if (ms !== undefined) gauge.set(labels, ms / 1000);
}

function destinationGauges(make: MetricMaker): (destinations: Status['destinations']) => void {
  const pending = make.gauge('outbox_pending', 'Pending deliveries', 'destination');
  const oldest = make.gauge(
    'outbox_oldest_seconds',
    'Age of the oldest pending delivery; 0 when there is none',
    'destination',
  );
  const suspended = make.gauge(
    'destination_suspended',
    '1 while the destination refuses everything',
    'destination',
  );
  const slowed = make.gauge(
    'destination_slowed',
    '1 while the destination keeps failing and gets one message at a time',
    'destination',
  );
  return (destinations) => {
    for (const metric of [pending, oldest, suspended, slowed]) metric.reset();
    const saysAll = destinations.length <= MANY_DESTINATIONS;
    for (const destination of destinations) {
      const labels = { destination: destination.name };
      const values = figuresOf(destination);
      for (const [index, gauge] of [pending, oldest, suspended, slowed].entries()) {
        const value = values[index] ?? 0;
        if (saysAll || value !== 0) gauge.set(labels, value);
      }
    }
  };
}

/** In the order of the gauges. */
const figuresOf = ({ pending, oldestMs, suspended, slowed }: Status['destinations'][number]) => [
  pending,
  // Tenths: finer ones are thousands of bytes where there are thousands of destinations.
  Math.round((oldestMs ?? 0) / 100) / 10,
  suspended === undefined ? 0 : 1,
  slowed === undefined ? 0 : 1,
];
