/**
 * `deploy/prometheus` and `deploy/grafana` fit the program: names, labels, conditions, documents. That Prometheus reads
 * them, and that they hold what their tests say: `npm run test:prometheus`.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONDITIONS } from '../../src/conditions/registry.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { dashboardText } from '../../tools/docs/dashboard/dashboard.ts';
import { dashboard, questions } from '../prometheus/dashboard.ts';
import { NO_STATUS } from '../support/status.ts';
import { anchorsOf } from './anchors.ts';
import { read, repositoryFiles, root } from './comments.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const rules: readonly Rule[] = parse(read('deploy/prometheus/alerts.yaml')).groups.flatMap(
  ({ rules: some }: { readonly rules: readonly Rule[] }) => some,
);
const metrics = createMetrics('1', () => NO_STATUS);

/** Every name that a scrape can show. */
const shown = async () =>
  new Set([
    ...metrics.descriptions.map(({ name }) => name),
    ...[...(await metrics.read()).text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name),
  ]);

const namesIn = (expr: string) =>
  [...expr.replaceAll(/"[^"]*"/g, '').matchAll(/\b(?:listing_bridge|process|nodejs)_\w+/g)].map(
    ([name]) => name,
  );

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...questions().map(({ panel, expr }) => [panel, expr] as const),
];

test('the dashboard is what tools/docs/dashboard makes (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const text = dashboardText();
  if (process.env['UPDATE_DOCS']) writeFileSync(resolve(root, 'deploy/grafana/listing-bridge.json'), text);
  expect(read('deploy/grafana/listing-bridge.json')).toBe(text);
});

test.each(expressions)('%s: only metrics and labels that there are', async (_, expr) => {
  const known = await shown();
  const histograms = metrics.descriptions.filter(({ type }) => type === 'histogram').map(({ name }) => name);
  const parts = histograms.flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]);
  for (const name of namesIn(expr)) expect([...known, ...parts]).toContain(name);
  for (const [, name = '', matchers = ''] of expr.matchAll(/(\blisting_bridge_\w+)\{([^}]*)\}/g)) {
    const whole = name.replace(/_(?:bucket|sum|count)$/, '');
    const description = metrics.descriptions.find((one) => one.name === name || one.name === whole);
    for (const [, label] of matchers.matchAll(/(\w+)\s*[=!]~?\s*"/g))
      expect(['instance', 'le', ...(description?.labels ?? [])]).toContain(label);
  }
});

test('and every metric of the bridge is on the dashboard', () => {
  const asked = new Set(questions().flatMap(({ expr }) => namesIn(expr)));
  const missing = metrics.descriptions.filter(({ name }) => ![...asked].some((one) => one.startsWith(name)));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('the dashboard: no plug-in, no panel over another, its own variables in every question', () => {
  const core = ['row', 'stat', 'table', 'timeseries', 'state-timeline'];
  const { panels } = dashboard();
  const taken = new Set<string>();
  for (const { type, title, description, gridPos, datasource } of panels) {
    expect(core).toContain(type);
    if (type !== 'row')
      expect({ title, description, datasource }).toMatchObject({
        ...{ title: expect.stringMatching(/\w/), description: expect.stringMatching(/\w/) },
        datasource: { uid: '$datasource' },
      });
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x},${y}`), `${title} lies over another`).toBe(false);
        taken.add(`${x},${y}`);
      }
  }
  for (const { panel, expr } of questions()) expect(expr, panel).not.toContain('$');
});

describe.each(rules)('$alert', ({ alert, expr, labels, annotations, for: waits }) => {
  test('says how bad it is, what has happened, what to do, and where to read on', () => {
    expect(alert).toMatch(/^ListingBridge[A-Z]\w+$/);
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook', 'summary']);
    if (!expr.startsWith('absent')) expect(annotations['summary']).toMatch(/\{\{ \$(?:labels\.\w+|value)/);
    expect(annotations['description']).toMatch(/^[A-Z`].+\.$/);
  });

  test('waits, unless it counts events', () => {
    if (!/increase|changes/.test(expr)) expect(waits).toMatch(/^\d+[sm]$/);
  });

  test('its place in the documents is there', () => {
    const [path = '', anchor = ''] = (annotations['runbook'] ?? '').split('#');
    const page = read(path);
    const anchors = anchor.includes('$labels.code') ? codesIn(expr) : anchor === '' ? [] : [anchor];
    for (const one of anchors) expect(anchorsOf(page)).toContain(one);
  });

  test('has a test in which it fires', () => {
    expect(read('deploy/prometheus/alerts.test.yaml')).toContain(`alertname="${alert}"`);
  });
});

const codesIn = (expr: string) =>
  (/code=~?"([^"]+)"/.exec(expr)?.[1] ?? '').split('|').filter((code) => code !== '');

/** Beside those that an alert asks for by their code: which alert they have. */
const OF_ITS_OWN: Readonly<Record<string, string>> = {
  feed_down: 'ListingBridgeNoHealthyFeed',
  feed_unproven: 'ListingBridgeFeedUnproven',
  key_expires_soon: 'ListingBridgeKeyExpiresSoon',
  destination_suspended: 'ListingBridgeDestinationSuspended',
  destination_failing: 'ListingBridgeDestinationFailing',
  deliveries_dead: 'ListingBridgeDeliveriesDead',
  deliveries_expired: 'ListingBridgeDeliveriesExpired',
  store_broken: 'ListingBridgeStoreBroken',
  store_refused: 'ListingBridgeStoreRefused',
  config_rejected: 'ListingBridgeConfigRejected',
};

test.each(Object.entries(CONDITIONS))(
  'the condition %s has an alert as bad as the bridge finds it, or is a note',
  (code, kind) => {
    const asking = rules.filter(({ expr }) => codesIn(expr).includes(code));
    const own = rules.filter(({ alert }) => alert === OF_ITS_OWN[code]);
    if (asking.length + own.length === 0) return expect(kind).toMatchObject({ quiet: true });
    expect([...asking, ...own]).toHaveLength(1);
    for (const { labels } of asking) expect(labels.severity).toBe(kind.severity);
    for (const { annotations } of own) expect(annotations['runbook']).toBe(`docs/troubleshooting.md#${code}`);
  },
);

test('and no alert asks for a code that is none', () => {
  for (const { expr } of rules)
    for (const code of codesIn(expr)) expect(Object.keys(CONDITIONS)).toContain(code);
});

test('scrape.yaml: the address and the token of deploy/config.example.yaml, and the rules beside it', () => {
  const { rule_files, scrape_configs } = parse(read('deploy/prometheus/scrape.yaml'));
  const { port } = parse(read('deploy/config.example.yaml')).server;
  expect(rule_files).toEqual(['alerts.yaml']);
  expect(scrape_configs).toMatchObject([
    {
      ...{ job_name: 'listing-bridge', metrics_path: '/metrics' },
      authorization: { type: 'Bearer', credentials_file: expect.any(String) },
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    },
  ]);
  const down = rules.find(({ alert }) => alert === 'ListingBridgeDown');
  expect(down?.expr).toContain(`up{job="${scrape_configs[0].job_name}"}`);
});

test('everything in deploy/ is packed', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  );
  const kept = repositoryFiles.filter((path) => /^deploy\/.+\.\w+$/.test(path));
  expect(kept.length).toBeGreaterThan(7);
  expect(packed.files.map(({ path }: { readonly path: string }) => path)).toEqual(
    expect.arrayContaining(kept),
  );
});
