/** The page of latency: charts with the tables that they are drawn from, by feed and destination, and what only it loads. */
import { expect, test } from 'vitest';
import type { NewsStats, SentStats, Stats, StatsRequest } from '../../../src/outbox/history/stats.ts';
import type { Ops } from '../../../src/web/ops.ts';
import { CHART_ASSETS } from '../../../src/web/page/chart-assets.ts';
import { LOCAL, webOf } from '../../support/web.ts';

const HOSTILE = `"><script>alert(1)</script>'`;
const HOUR_MS = 3_600_000;

const spread = (count: number) => ({ count, p50Ms: 1.25, p90Ms: 8, p99Ms: 2500, maxMs: 3000 });

const SENT: SentStats = {
  ...{ deliveries: 12, delivered: 10, dead: 1, expired: 1, skipped: 0, pending: 0 },
  ...{ attempts: 14, retries: 2, successShare: 10 / 12, dispatch: spread(12), took: spread(10) },
};
const NEWS: NewsStats = {
  ...{ announcements: 9, service: spread(9), network: spread(9), won: spread(4), lost: spread(0) },
};

const BARS = [
  { fromMs: 1, toMs: 2, count: 3 },
  { fromMs: 2, toMs: 4, count: 9 },
];

const statsOf = ({ sinceMs, untilMs, by }: StatsRequest, changes: Partial<Stats> = {}): Stats => ({
  ...{ sinceMs, untilMs, missing: [], losses: [], off: [], knownSinceMs: sinceMs },
  total: {
    ...{ name: '', news: NEWS, sent: SENT },
    bars: { service: BARS, network: [], dispatch: BARS, took: BARS },
  },
  groups: by === 'feed' ? [{ name: HOSTILE, news: NEWS }] : [{ name: 'bot', sent: SENT }],
  stepMs: HOUR_MS,
  series: [
    {
      ...{ sinceMs: untilMs - 2 * HOUR_MS, announcements: 4, delivered: 8, failed: 1, pending: 0 },
      ...{ dispatchP50Ms: 0.8, tookP50Ms: 4.25, tookP99Ms: undefined },
    },
    {
      ...{ sinceMs: untilMs - HOUR_MS, announcements: 5, delivered: 2, failed: 1, pending: 0 },
      ...{ dispatchP50Ms: 0.9, tookP50Ms: 5, tookP99Ms: 80 },
    },
  ],
  ...changes,
});

async function pageAt(
  path: string,
  stats: Ops['stats'] = (request) => Promise.resolve({ ok: true, value: statsOf(request) }),
) {
  const answer = await webOf(LOCAL, { stats }).request(path);
  return { status: answer.status, text: await answer.text() };
}

test('each chart has its table, with the figures that it is drawn from', async () => {
  const { text } = await pageAt('/latency');
  const [, lines = ''] = /<figure data-chart="lines"([\s\S]*?)<\/figure>/.exec(text) ?? [];
  expect(lines).toContain('data-step="3600"');
  expect(lines).toMatch(
    /<tr data-x="\d+">[\s\S]*data-label="p50" data-y="4.250">4.3 ms<\/td><td[^>]*data-label="p99">–/,
  );
  expect(lines.match(/<tr data-x=/g)).toHaveLength(2);
  const bars = text.match(/<figure data-chart="bars"[\s\S]*?<\/figure>/g) ?? [];
  // Of the network there is nothing.
  expect(bars).toHaveLength(3);
  expect(bars[0]).toMatch(
    /<th scope="row">1.0 ms<\/th><td data-label="To">2.0 ms<\/td><td[^>]*data-y="3">3<\/td><td[^>]*>25.0 %/,
  );
  expect(text).toContain('Nothing to count.');
});

test('by feed and by destination, each leading to itself alone, in the same period; hostile names stay words', async () => {
  const { text } = await pageAt('/latency?since=7d');
  expect(text).toContain('<a href="/latency?since=7d&amp;destination=bot">bot</a>');
  const [, href = ''] = /href="(\/latency\?[^"]*feed=[^"]*)"/.exec(text) ?? [];
  expect(new URL(href.replaceAll('&amp;', '&'), 'http://x').searchParams.get('feed')).toBe(HOSTILE);
  expect(text).toContain('aria-current="true">7 days</a>');
  expect(text).not.toContain('<script>alert');
});

test.each([
  ['/latency', 24 * HOUR_MS, {}],
  ['/latency?since=1h', HOUR_MS, {}],
  ['/latency?since=30d&destination=bot', 720 * HOUR_MS, { destination: 'bot' }],
  ['/latency?since=30d&feed=tokyo', 720 * HOUR_MS, { feed: 'tokyo' }],
  [`/latency?since=${encodeURIComponent(HOSTILE)}&feed=%20`, 24 * HOUR_MS, {}],
  ['/latency?since=100000d', 24 * HOUR_MS, {}],
])('%s asks for that period, and for that alone', async (path, spanMs, of) => {
  const asked: StatsRequest[] = [];
  const { text } = await pageAt(path, (request) => {
    asked.push(request);
    return Promise.resolve({ ok: true, value: statsOf(request) });
  });
  expect(asked.map(({ by }) => by)).toEqual(['destination', 'feed']);
  for (const { sinceMs, untilMs, feed, destination } of asked) {
    expect(untilMs - sinceMs).toBe(spanMs);
    expect({ feed, destination }).toEqual({ feed: undefined, destination: undefined, ...of });
  }
  expect(text).not.toContain('<script>alert');
});

test('nothing yet, figures that are not made yet, a store that was replaced: each says so', async () => {
  const nothing = await pageAt('/latency', (request) =>
    Promise.resolve({
      ok: true,
      value: {
        ...statsOf(request),
        ...{ groups: [], series: [] },
        total: { name: '', bars: { service: [], network: [], dispatch: [], took: [] } },
      },
    }),
  );
  expect(nothing.text).toContain('Nothing was read in this period.');
  expect(nothing.text).not.toContain('<figure');
  const broken = await pageAt('/latency', (request) =>
    Promise.resolve({
      ok: true,
      value: statsOf(request, {
        missing: [{ sinceMs: 0, untilMs: HOUR_MS }],
        losses: [{ atMs: HOUR_MS, why: HOSTILE }],
      }),
    }),
  );
  expect(broken.text).toMatch(/are not made yet[\s\S]*figures may be missing/);
  expect(broken.text).not.toContain('<script>alert');
});

test('a store that cannot be read is a sentence', async () => {
  const { status, text } = await pageAt('/latency', () =>
    Promise.resolve({ ok: false, message: 'the disk is gone' }),
  );
  expect(status).toBe(503);
  expect(text).toContain('the disk is gone');
});

test('what draws the charts is loaded there and nowhere else, from memory, zipped, under a name with its hash', async () => {
  const web = webOf(LOCAL);
  for (const path of [
    '/',
    '/announcements',
    '/deliveries',
    '/destinations',
    '/rules',
    '/try',
    '/config',
    '/login',
  ])
    expect(await (await web.request(path)).text(), path).not.toMatch(/uplot|charts\./);
  const text = await (await web.request('/latency')).text();
  for (const { url, plain } of Object.values(CHART_ASSETS)) {
    expect(text).toContain(`"${url}"`);
    expect(url).toMatch(/^\/assets\/[a-z]+\.[0-9a-f]{12}\.(js|css)$/);
    const answer = await web.request(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect((await (await web.request(url)).arrayBuffer()).byteLength).toBe(plain.byteLength);
  }
  expect(Buffer.from(CHART_ASSETS.library.plain).toString().slice(0, 400)).toMatch(
    /github\.com\/\w+\/uPlot \(v/,
  );
});
