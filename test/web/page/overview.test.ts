/** The page as text: what it says, what it does with hostile words, and how large it is. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RecentAnnouncement } from '../../../src/ops/recent-announcements.ts';
import type { Status } from '../../../src/ops/status.ts';
import { ASSETS } from '../../../src/web/page/assets.ts';
import { layout } from '../../../src/web/page/layout.ts';
import { overview } from '../../../src/web/page/overview.ts';
import type { Visitor } from '../../../src/web/visitor.ts';
import { NO_STATUS } from '../../support/status.ts';

const NEWS: RecentAnnouncement = {
  id: '01m8a05k524gv09h',
  receivedMs: Date.UTC(2026, 10, 26, 9, 30),
  ...{
    feed: 'tokyo',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: ['ABC'],
    title: '에이비씨(ABC)',
  },
  ...{
    redacted: false,
    test: false,
    update: false,
    serviceMs: 1.7,
    networkMs: 0.9,
    stalledMs: 0,
    rules: ['r'],
  },
  deliveries: [
    {
      ...{
        id: 'd1',
        destination: 'bot',
        ticker: 'ABC',
        state: 'delivered',
        reason: undefined,
        advice: undefined,
      },
      ...{ attempts: 2, dispatchMs: 0.8, tookMs: 8.1 },
    },
    {
      ...{
        id: 'd2',
        destination: 'team',
        ticker: undefined,
        state: 'dead',
        reason: 'gone',
        advice: 'It is gone.',
      },
      ...{ attempts: 1, dispatchMs: 0.9, tookMs: 3 },
    },
  ],
};

const VISITOR: Visitor = {
  who: 'reader',
  ...{ mayChange: false, isReadOnly: false, canLogIn: false, formToken: undefined },
};

const NOW_MS = Date.UTC(2026, 10, 26, 9, 31);

const pageOf = async (status: Partial<Status>): Promise<string> => {
  const body = overview(
    { ...NO_STATUS, ...status },
    { figures: () => undefined, budgets: () => [], nowMs: NOW_MS },
  );
  return String(await layout({ title: 'Overview', path: '/', visitor: VISITOR, body, isLive: true }));
};

test('the first lines hold the answer: ready, or not and why', async () => {
  expect(await pageOf({})).toMatch(
    /<main[^>]*>\s*<h1>Overview<\/h1>\s*<section id="verdict" class="verdict is-good"/,
  );
  const bad = await pageOf({
    ready: false,
    conditions: [
      {
        ...{ code: 'feed_down', subject: 'tokyo', severity: 'critical', summary: 'feed tokyo is down' },
        ...{
          detail: 'connection refused',
          advice: 'Check `url`.',
          help: 'docs',
          forMs: 61_000,
          count: undefined,
        },
      },
    ],
  });
  expect(bad).toContain('Not ready');
  expect(bad).toMatch(
    /feed tokyo is down<\/strong> <span class="small faint"><time datetime="2026-11-26T09:29:59.000Z" [^>]*>for 1m1s<\/time>/,
  );
  expect(bad).toContain('Check <code>url</code>.');
});

test('an announcement: each part of its way as a bar and in words, each delivery with its state', async () => {
  const text = await pageOf({ announcements: [NEWS] });
  expect(text).toContain('aria-label="service 1.7 ms, network 0.9 ms, bridge 0.8 ms, receiver 7.3 ms"');
  expect(text).toMatch(/bot ABC<\/span><\/span>\s*<span class="faint">8.1 ms, 2 attempts/);
  expect(text).toMatch(/<span class="bad">team<\/span><\/span>\s*<span class="faint">dead: gone/);
  expect(text).toContain('<a class="tickers" href="/announcements/01m8a05k524gv09h">ABC</a>');
});

test('hostile titles and names stay words', async () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror='x'>\u202E`;
  const text = await pageOf({
    announcements: [{ ...NEWS, title: hostile, publisher: hostile, tickers: [hostile], id: hostile }],
  });
  expect(text).not.toMatch(/<script>|<img|onerror='/);
  expect(text).toContain('&lt;script&gt;');
});

test('no style or script stands in the page, and nothing comes from elsewhere', async () => {
  const text = await pageOf({ announcements: [NEWS] });
  expect(text).not.toMatch(
    /\sstyle=|<style|\son[a-z]+=|<script(?! defer src="\/assets\/page\.[0-9a-f]{12}\.js"><\/script>)/,
  );
  for (const [, address = ''] of text.matchAll(/(?:src|href|action)="([^"]*)"/g))
    expect(address).toMatch(/^[/#]/);
});

test('a full page with everything that it loads is small', async () => {
  const many = Array.from({ length: 20 }, (_, at) => ({
    ...NEWS,
    id: `${NEWS.id}${at}`,
    title: `${NEWS.title} ${at}`,
  }));
  const page = gzipSync(await pageOf({ announcements: many })).length;
  const assets = Object.values(ASSETS).reduce((sum, { gzipped }) => sum + gzipped.length, 0);
  expect(page + assets).toBeLessThan(60 * 1024);
});

test('assets: the same zipped, under a name that is of their content', () => {
  for (const { url, plain, gzipped } of Object.values(ASSETS)) {
    expect(gunzipSync(gzipped)).toEqual(Buffer.from(plain));
    expect(url).toMatch(/^\/assets\/[a-z]+\.[0-9a-f]{12}\.[a-z]+$/);
  }
});
