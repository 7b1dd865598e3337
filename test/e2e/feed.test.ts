/**
 * The built program and a feed that is odd in each of the ways that show only in the whole: requests, log lines
 * and status.
 */
import { expect, test } from 'vitest';
import { redact } from '../../src/simulator/feed-frames.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { type Program, Workplace } from '../support/program.ts';
import { CONFIG, ORDERS, startStandIns } from '../support/stand-ins.ts';

const OTHER_KEY = `dsk_${'b2'.repeat(32)}`;
const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});

/** Without limits, as the stand-ins' own feed. */
async function anotherFeed(): Promise<{ readonly server: FeedServer } & AsyncDisposable> {
  const server = await startFeedServer({ cooldownMs: 0, connectionsPerMinute: 1000, heartbeatMs: 500 });
  return { server, [Symbol.asyncDispose]: () => server.close() };
}

const TWO_FEEDS = CONFIG.replace(
  'destinations:',
  `  - { name: two, url: "\${FEED_TWO_URL}", apiKey: "\${FEED_TWO_KEY}" }\ndestinations:`,
);

async function readiness(bridge: Program): Promise<{ readonly status: number; readonly text: string }> {
  const { url } = await bridge.event('bridge.started');
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, text: await response.text() };
}

const warningLine = (bridge: Program, code: string) => bridge.event(`warning.${code}`);

test('a refused key stops its own feed only: the other brings the news, and /readyz names the one that is out', async () => {
  await using standIns = await startStandIns();
  await using second = await anotherFeed();
  second.server.refuseAlways(403, { error: 'invalid_api_key' });
  using workplace = new Workplace(TWO_FEEDS);
  const env = { ...standIns.env, FEED_TWO_URL: second.server.url, FEED_TWO_KEY: OTHER_KEY };
  await using bridge = workplace.start(['run'], env);
  const fatal = await bridge.event('feed.fatal');
  expect(fatal).toMatchObject({ feed: 'two', advice: expect.stringContaining('apiKey') });
  await bridge.event('feed.live');
  standIns.feed.announce(listing('ABC'));
  await standIns.bot.waitFor(1);
  const ready = await readiness(bridge);
  expect(ready.status).toBe(503);
  expect(ready.text).toMatch(/feed two was refused permanently: the key is wrong.*key_refused/);
  expect(ready.text).not.toMatch(/feed one: key/);
});

test('text frames, frames in pieces and compressed ones: everything arrives', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  const { feed, bot } = standIns;
  feed.behaviour.compresses = true;
  await using bridge = workplace.start(['run'], standIns.env);
  expect((await bridge.event('feed.lost'))['reason']).toBe('compressed');
  await bridge.event('feed.live');
  for (const form of ['text', 'fragments', 'binary'] as const) {
    feed.behaviour.form = form;
    feed.announce(listing(form.toUpperCase()));
  }
  await bot.waitFor(3);
  const tickers = bot.received.map(({ body }) => (body as { tickers: string[] }).tickers[0]);
  expect(new Set(tickers)).toEqual(new Set(['TEXT', 'FRAGMENTS', 'BINARY']));
});

test('a connection that died without a word is noticed, left, and made anew', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS.replace('name: one,', 'name: one, silenceTimeout: 2s,'));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  standIns.feed.silence(true);
  expect(await bridge.event('feed.lost')).toMatchObject({
    reason: 'silent',
    help: 'docs/troubleshooting.md#silent',
  });
  standIns.feed.silence(false);
  await standIns.feed.waitForClient(2);
  standIns.feed.announce(listing('BACK'));
  await standIns.bot.waitFor(1);
});

test('a key that covers nothing of what is asked: loud in the log, not ready, never quietly healthy', async () => {
  await using standIns = await startStandIns();
  standIns.feed.behaviour.welcome = { allowedCex: ['binance'] };
  using workplace = new Workplace(
    ORDERS.replace('name: one,', 'name: one, exchanges: [upbit, bithumb],').replace(
      'rules:',
      'rules:\n  - { name: korea, match: { publisher: upbit }, send: [bot] }',
    ),
  );
  await using bridge = workplace.start(['run'], standIns.env);
  expect(await warningLine(bridge, 'exchanges_not_covered')).toMatchObject({
    level: 'error',
    feed: 'one',
    missing: ['upbit', 'bithumb'],
    help: 'docs/troubleshooting.md#exchanges_not_covered',
  });
  expect(await warningLine(bridge, 'publishers_not_covered')).toMatchObject({
    publisher: 'upbit',
    rules: ['korea'],
  });
  await bridge.event('feed.self_test_answered');
  const ready = await readiness(bridge);
  expect(ready.status).toBe(503);
  expect(ready.text).toMatch(/feed one is connected but unverified: the key covers none/);
});

test('a free and a paid feed: the redacted copy, then the full one; after a full one no redacted one; no order from what is hidden', async () => {
  await using standIns = await startStandIns();
  await using free = await anotherFeed();
  free.server.rewrite((frame) => [redact(frame)]);
  using workplace = new Workplace(
    TWO_FEEDS.replace('bot: { type: webhook,', 'bot: { type: webhook, forEach: ticker,'),
  );
  const env = { ...standIns.env, FEED_TWO_URL: free.server.url, FEED_TWO_KEY: OTHER_KEY };
  await using bridge = workplace.start(['run'], env);
  const { feed, bot, telegram } = standIns;
  await bridge.log.waitFor(({ msg, feed: name }) => msg === 'feed.live' && name === 'one');
  await bridge.log.waitFor(({ msg, feed: name }) => msg === 'feed.live' && name === 'two');

  const detectedTimestampUs = Date.now() * 1000;
  free.server.announce({ ...listing('ABC'), detectedTimestampUs });
  expect(await warningLine(bridge, 'tier_redacts')).toMatchObject({ feed: 'two' });
  await telegram.waitFor(1);
  feed.announce({ ...listing('ABC'), detectedTimestampUs: detectedTimestampUs + 30_000 });
  await telegram.waitFor(2);
  // The other way round: what is known in full is not alerted again as a notice.
  feed.announce({ ...listing('XYZ'), detectedTimestampUs: detectedTimestampUs + 9_000_000 });
  await telegram.waitFor(3);
  free.server.announce({ ...listing('XYZ'), detectedTimestampUs: detectedTimestampUs + 9_200_000 });
  feed.announce({ ...listing('END'), detectedTimestampUs: detectedTimestampUs + 20_000_000 });
  await telegram.waitFor(4);
  await bot.waitFor(3);
  bridge.kill('SIGTERM');
  await bridge.finished;
  expect(telegram.received).toHaveLength(4);
  // On a socket each: which comes first is nobody's promise.
  const ordered = bot.received.map(({ body }) => (body as { tickers: string[] }).tickers.join());
  expect(ordered.toSorted()).toEqual(['ABC', 'END', 'XYZ']);
});

test('two feeds race: sent once, the lead is in the status, the metrics and the table', async () => {
  await using standIns = await startStandIns();
  await using second = await anotherFeed();
  using workplace = new Workplace(TWO_FEEDS);
  const env = { ...standIns.env, FEED_TWO_URL: second.server.url, FEED_TWO_KEY: OTHER_KEY };
  await using bridge = workplace.start(['run'], env);
  const { url } = await bridge.event('bridge.started');
  await bridge.log.waitFor(({ msg, feed }) => msg === 'feed.live' && feed === 'one');
  await bridge.log.waitFor(({ msg, feed }) => msg === 'feed.live' && feed === 'two');
  for (const ticker of ['A1', 'A2', 'A3']) {
    standIns.feed.announce(listing(ticker));
    await standIns.bot.waitFor(({ body }) => (body as { tickers: string[] }).tickers[0] === ticker);
    second.server.announce(listing(ticker));
  }
  const race = async () => ((await (await fetch(`${url}/api/status`)).json()) as { race: object[] }).race;
  await expect.poll(race).toMatchObject([
    { feed: 'one', wins: 3, losses: 0, medianLeadMs: expect.any(Number) },
    { feed: 'two', wins: 0, losses: 3, medianLagMs: expect.any(Number) },
  ]);
  const kept = async () => {
    const { groups } = (await (await fetch(`${url}/api/stats?by=feed`)).json()) as {
      groups: { name: string; news: { won: { count: number }; lost: { count: number } } }[];
    };
    return groups.map(({ name, news }) => [name, news.won.count, news.lost.count]);
  };
  await expect.poll(kept, { timeout: 5000 }).toEqual([
    ['one', 3, 0],
    ['two', 0, 3],
  ]);
  expect(standIns.bot.received).toHaveLength(3);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('listing_bridge_feed_lead_seconds_count{feed="one"} 3');
  expect(metrics).toMatch(/^listing_bridge_feed_connects_total\{feed="two"\} 1$/m);
  await using asked = workplace.start(['status', '--url', String(url)], env);
  await asked.finished;
  expect(asked.stdout).toMatch(/^one +3 +[\d.]+ ms +0 +-$/m);
});

test('self-tests go to no rule but those that ask for them', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(
    CONFIG.replace('rules:', 'rules:\n  - { name: probe, match: { test: true }, send: [group] }'),
  );
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.self_test_answered');
  await standIns.telegram.waitFor(1);
  standIns.feed.announce(listing('REAL'));
  await standIns.bot.waitFor(1);
  await standIns.discord.waitFor(1);
  bridge.kill('SIGTERM');
  await bridge.finished;
  expect(standIns.bot.received.map(({ body }) => (body as { test: boolean }).test)).toEqual([false]);
  expect(standIns.telegram.received).toHaveLength(2);
  expect(standIns.discord.received).toHaveLength(1);
});

test('another machine, news in an unknown frame, a rule that matches nothing: each is said, and counted', async () => {
  await using standIns = await startStandIns();
  const { feed } = standIns;
  using workplace = new Workplace(ORDERS.replace('match: {}', 'match: { publisher: binance }'));
  const admit = feed.refuseAlways(429, { error: 'max_distinct_ips_reached' });
  await using bridge = workplace.start(['run'], standIns.env);
  expect((await warningLine(bridge, 'key_used_elsewhere'))['says']).toMatch(/another machine/);
  admit();
  await bridge.event('feed.live');
  feed.sendRaw(JSON.stringify({ type: 'announcement_v2', headline: '에이비씨(ABC) 신규 거래지원 안내' }));
  expect(await warningLine(bridge, 'unread_news')).toMatchObject({
    level: 'error',
    text: expect.stringContaining('거래지원'),
  });
  for (let count = 0; count < 100; count++) feed.announce(listing(`T${count}`));
  expect((await warningLine(bridge, 'no_rule_matched'))['message']).toMatch(/last 100/);
  const { url } = await bridge.event('bridge.started');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('listing_bridge_warnings_total{code="unread_news"} 1');
  expect(metrics).toContain(
    'listing_bridge_feed_losses_total{feed="one",reason="max_distinct_ips_reached"} 1',
  );
});
