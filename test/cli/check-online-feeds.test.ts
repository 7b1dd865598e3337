/** `check --online` of feeds: one connection each, proven or refused, in the words that the bridge has for it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FeedServerOptions, startFeedServer } from '../../src/simulator/feed-server.ts';
import { startJsonFeedServer } from '../../src/simulator/json-feed-server.ts';
import { KEY } from '../support/stand-ins.ts';
import { checkOnline, configFile, resultsIn } from './check-online.ts';

async function feedServer(options: FeedServerOptions = {}) {
  const feed = await startFeedServer(options);
  onTestFinished(() => feed.close());
  return feed;
}

/** The only destination can be reached wherever the test needs a line of it. */
const configOf = (...feeds: readonly string[]) =>
  configFile(`feeds:
${feeds.map((feed) => `  - ${feed}`).join('\n')}
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/" }
rules:
  - { name: all, match: {}, send: [bot] }
alerts: { send: bot, keyExpiresWithin: 10d }
`);

const feedOf = (url: string, more = '') => `{ name: tokyo, url: "${url}", apiKey: "\${KEY}"${more} }`;

const check = async (file: string, key = KEY) => resultsIn(await checkOnline(file, { env: { KEY: key } }));

const withoutTimes = (line: string | undefined) => line?.replace(/\d+(\.\d+)?m?s/g, 'Nms');

test('a feed that answers: tier, exchanges, expiry of the key, how long it took; and the connection is closed', async () => {
  const feed = await feedServer({
    welcome: { tier: 'pro', allowedCex: ['binance', 'upbit'], expiresInSecs: 30 * 86_400 + 1800 },
  });
  const [line] = await check(configOf(feedOf(feed.url, ', exchanges: [binance]')));
  expect(withoutTimes(line)).toBe(
    '✓ tokyo  connected in Nms: tier pro, covers binance, upbit; key expires in 30d; self-test answered in Nms. [live]',
  );
  expect(feed.messages.all.map(({ text }) => text)).toEqual(['{"type":"test"}']);
  await expect.poll(() => feed.clients.length).toBe(0);
  expect(feed.handshakes.all).toHaveLength(1);
});

test('the end of the key and an exchange that it does not cover are reported as the alerts report them', async () => {
  const feed = await feedServer({
    welcome: { tier: 'pro', allowedCex: ['binance'], expiresInSecs: 5 * 86_400 + 1800 },
  });
  const lines = await check(configOf(feedOf(feed.url, ', exchanges: [binance, bithumb]')));
  expect(lines.slice(0, 3).map(withoutTimes)).toEqual([
    '✗ tokyo  the key of feed tokyo does not cover every exchange in `exchanges`: bithumb. No announcements of these exchanges will arrive: get a key that covers them, or correct `exchanges`. [exchanges_not_covered]',
    '! tokyo  the key of feed tokyo expires soon: in 5d. Renew the key, put the new one into the config and run `listing-bridge reload`: nothing is missed. [key_expires_soon]',
    expect.stringMatching(/^✓ tokyo {2}connected in .* \[live\]$/),
  ]);
});

describe('refused', () => {
  test('a key: the advice that the bridge gives, once', async () => {
    const feed = await feedServer({ badKeys: [KEY] });
    expect((await check(configOf(feedOf(feed.url))))[0]).toBe(
      '✗ tokyo  not connected. The key is wrong, revoked or expired: get or renew the key at cryptolisting.ws, put it into apiKey, and reload (HTTP 403: {"error":"invalid_api_key"}) [key_refused]',
    );
    expect(feed.handshakes.all).toHaveLength(1);
  });

  test('the connections of a key are all in use', async () => {
    const feed = await feedServer();
    feed.refuseNext(429, { error: 'max_connections_reached', limit: 1, current: 1 });
    expect((await check(configOf(feedOf(feed.url))))[0]).toBe(
      '✗ tokyo  not connected. This key already has all the connections that its tier allows: close other programs that use it (HTTP 429: {"error":"max_connections_reached","limit":1,"current":1}) [max_connections_reached]',
    );
  });

  test('nothing listens there', async () => {
    const feed = await feedServer();
    await feed.close();
    expect((await check(configOf(feedOf(feed.url))))[0]).toMatch(
      /^✗ tokyo {2}not connected\. Nothing answers at that address: check url.* \(connect ECONNREFUSED .*\) \[unreachable\]$/,
    );
  });

  test('a cooldown passes by itself: one more try', async () => {
    const feed = await feedServer({ cooldownMs: 0 });
    feed.refuseNext(429, { error: 'connection_cooldown', retry_after_s: 1 });
    expect((await check(configOf(feedOf(feed.url))))[0]).toMatch(/^✓ tokyo .* \[live\]$/);
    expect(feed.handshakes.all.map(({ status }) => status)).toEqual([429, 101]);
  }, 20_000);
});

test('the key was tested less than a minute ago: no fault, and said', async () => {
  const feed = await feedServer({ cooldownMs: 0, testsPerMinute: 0 });
  expect(withoutTimes((await check(configOf(feedOf(feed.url))))[0])).toBe(
    '! tokyo  connected in Nms: tier simulated, covers every exchange; not tested: the service answers one self-test a minute for a key, and another feed or program has just used it. Try again in a minute. [self_test_limited]',
  );
});

test('without a self-test in the config none is made', async () => {
  const feed = await feedServer();
  expect(withoutTimes((await check(configOf(feedOf(feed.url, ', selfTest: false'))))[0])).toBe(
    '✓ tokyo  connected in Nms: tier simulated, covers every exchange; without a self-test. [live]',
  );
  expect(feed.messages.all).toEqual([]);
});

test('two feeds with one key share its limits: the second waits for the cooldown, and is not tested', async () => {
  const feed = await feedServer();
  const lines = await check(configOf(feedOf(feed.url), feedOf(feed.url).replace('tokyo', 'again')));
  expect(lines[0]).toMatch(/^✓ tokyo .* \[live\]$/);
  expect(lines[1]).toMatch(/^! again .* \[self_test_limited\]$/);
  expect(feed.handshakes.all.map(({ status }) => status)).toEqual([101, 101]);
  expect(feed.messages.all).toHaveLength(1);
}, 20_000);

test('a source of the own', async () => {
  const source = await startJsonFeedServer();
  onTestFinished(() => source.close());
  const line = (
    await check(
      configOf(
        `{ type: websocket, name: own, url: "${source.url}?key=s3cr3t-of-mine", map: { title: { path: t }, publisher: { value: x }, listingType: { value: y } } }`,
      ),
    )
  )[0];
  expect(withoutTimes(line)).toBe('✓ own  connected in Nms; without a self-test. [live]');
});

test('a clock that is off by more than two seconds', async () => {
  const feed = await feedServer();
  feed.behaviour.clockAheadMs = -90_000;
  const lines = await check(configOf(feedOf(feed.url)));
  expect(lines.at(-1)).toMatch(
    /^! clock {2}this machine's clock is 1m30s ahead of 127\.0\.0\.1:\d+\. Set up time synchronisation\. .* \[clock_skew\]$/,
  );
});
