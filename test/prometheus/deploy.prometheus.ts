/** `deploy/prometheus` and `deploy/grafana` in a real Prometheus that scrapes the built program with a simulated feed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { Workplace } from '../support/program.ts';
import { ORDERS, startStandIns } from '../support/stand-ins.ts';
import { questions } from './dashboard.ts';
import { Prometheus } from './server.ts';

const folder = resolve(import.meta.dirname, '../../deploy/prometheus');
const TOKEN = 'a-token-of-some-length';
const FEED_TWO_KEY = `dsk_${'b2'.repeat(32)}`;

function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, {
    cwd: folder,
    input,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  expect(status, stdout + stderr).toBe(0);
  return stdout + stderr;
}

test('promtool: the rules are rules, and hold what their tests say', () => {
  expect(promtool(['check', 'rules', 'alerts.yaml'])).toMatch(/SUCCESS: \d+ rules found/);
  expect(promtool(['test', 'rules', 'alerts.test.yaml'])).toContain('SUCCESS');
});

test('promtool: every question of the dashboard is one', () => {
  using workplace = new Workplace('');
  const rules = questions().map(({ expr }, at) => ({ record: `question:${at}`, expr }));
  const file = workplace.write('questions.yaml', stringify({ groups: [{ name: 'dashboard', rules }] }));
  expect(promtool(['check', 'rules', file])).toContain(`SUCCESS: ${rules.length} rules found`);
});

/** With a feed less, there is no race. */
const CONFIG = ORDERS.replace(
  'destinations:',
  `  - { name: two, url: "\${FEED_TWO_URL}", apiKey: "\${FEED_TWO_KEY}" }\ntables:\n  mine: { file: ./mine.csv, key: ticker }\ndestinations:`,
  // A name that a proxy gives it: whoever reads needs the token then, from loopback too.
).replace('{ port: 0 }', `{ port: 0, token: ${TOKEN}, hosts: [bridge.example] }`);

/** The scrape of the example, of this bridge and without its patience: rules look back over seconds and fire at once. */
function loaded(workplace: Workplace, target: string): string {
  const config = parse(readFileSync(join(folder, 'scrape.yaml'), 'utf8'));
  const [job] = config.scrape_configs;
  workplace.write(job.authorization.credentials_file, `${TOKEN}\n`);
  const alerts = readFileSync(join(folder, 'alerts.yaml'), 'utf8');
  const hasty = alerts.replaceAll(/\bfor: \w+/g, 'for: 0s').replaceAll('[2m]', '[1s]');
  workplace.write(config.rule_files[0], hasty);
  const fast = { scrape_interval: '200ms', evaluation_interval: '200ms' };
  return workplace.write(
    'prometheus.yml',
    stringify({
      ...config,
      global: fast,
      scrape_configs: [{ ...job, scrape_timeout: '200ms', static_configs: [{ targets: [target] }] }],
    }),
  );
}

const alertsOf = async (prometheus: Prometheus) =>
  (await prometheus.firing()).map(({ labels }) => labels['alertname']).toSorted();

/** Empty on a bridge that is well, or not counted before the first. */
const NOTHING_TO_SEE = [
  ...['First key to expire', 'Conditions that hold now', 'Lost connections, by reason', 'Warnings, by code'],
  ...['Failed attempts, by reason', 'Attempts that waited for a connection', 'Starts'],
  // Of a bridge that is alone.
  ...['Partitions by node', 'Partitions of no node', 'Database', 'Nodes'],
];
/** No delivery of this bridge is skipped. */
const NO_ROWS = 'deliveries_skipped_total';

test('scraped with its token; every rule and every panel has an answer; alerts fire when the feeds are cut and the process dies', async () => {
  await using standIns = await startStandIns();
  await using cleanup = new AsyncDisposableStack();
  const second: FeedServer = cleanup.adopt(
    await startFeedServer({ cooldownMs: 0, connectionsPerMinute: 1000, heartbeatMs: 500 }),
    (server) => server.close(),
  );
  using workplace = new Workplace(CONFIG);
  workplace.write('mine.csv', 'ticker\nABC\n');
  await using bridge = workplace.start(['run'], { ...standIns.env, FEED_TWO_URL: second.url, FEED_TWO_KEY });
  const { url } = await bridge.event('bridge.started');
  const address = new URL(String(url)).host;
  for (const feed of ['one', 'two'])
    await bridge.log.waitFor((line) => line.msg === 'feed.self_test_answered' && line['feed'] === feed);

  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  await using prometheus = new Prometheus(loaded(workplace, address), join(workplace.folder, 'data'));
  await expect.poll(() => prometheus.targets()).toMatchObject([{ health: 'up', lastError: '' }]);
  let count = 0;
  const announce = async () => {
    const news = { publisher: 'upbit', listingType: 'spot_listing', ticker: `A${count++}`, title: 'listed' };
    for (const feed of [standIns.feed, second]) feed.announce(news);
    await standIns.bot.waitFor(count);
  };
  await announce();
  await expect.poll(() => prometheus.query('listing_bridge_dispatch_seconds_count')).toEqual(['1']);
  await announce();
  const exposition = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(promtool(['check', 'metrics'], await exposition.text()), 'no warning').toBe('');

  await expect
    .poll(async () => new Set((await prometheus.rules()).map(({ health }) => health)))
    .toEqual(new Set(['ok']));
  expect((await prometheus.rules()).filter(({ lastError }) => lastError)).toEqual([]);
  await expect.poll(() => alertsOf(prometheus)).toEqual([]);

  for (const { panel, expr } of questions()) {
    if (NOTHING_TO_SEE.includes(panel) || expr.includes(NO_ROWS)) await prometheus.query(expr);
    else await expect.poll(() => prometheus.query(expr), { message: `${panel}: ${expr}` }).not.toEqual([]);
  }
  const p99 = questions().find(
    ({ expr }) => expr.includes('0.99') && expr.includes('dispatch_seconds'),
  )?.expr;
  await expect
    .poll(() => prometheus.query(p99 ?? ''), { message: 'a figure' })
    .toEqual([expect.stringMatching(/^[\d.]/)]);

  for (const feed of [standIns.feed, second]) {
    feed.refuseAlways(503, {});
    feed.drop();
  }
  await expect
    .poll(() => alertsOf(prometheus))
    .toEqual(expect.arrayContaining(['ListingBridgeFeedUnproven', 'ListingBridgeNoHealthyFeed']));
  const alert = (await prometheus.firing()).find(
    ({ labels }) => labels['alertname'] === 'ListingBridgeNoHealthyFeed',
  );
  expect(alert).toMatchObject({
    labels: { severity: 'critical', job: 'listing-bridge', instance: address },
    annotations: { summary: `listing-bridge ${address} hears nothing` },
  });
  bridge.kill('SIGKILL');
  await expect.poll(() => alertsOf(prometheus)).toEqual(['ListingBridgeDown']);
});
