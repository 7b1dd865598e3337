/** The built program and a source of the user's own (`type: websocket`): from its frames to a webhook, and everything that goes wrong. */
import { expect, test } from 'vitest';
import { startBotServer } from '../../src/simulator/bot-server.ts';
import { type JsonFeedServer, startJsonFeedServer } from '../../src/simulator/json-feed-server.ts';
import { type Program, Workplace } from '../support/program.ts';

const SECRET = 'k3y-0f-the-s0urce-99';
const HELLO = [`login ${SECRET}`, { op: 'subscribe', topic: 'listings' }];

const config = (hello = `["login \${OWN_KEY}", { op: subscribe, topic: listings }]`) => `feeds:
  - name: own
    type: websocket
    url: "\${OWN_URL}/stream?key=\${OWN_KEY}"
    headers: { X-Api-Key: "\${OWN_KEY}" }
    hello: ${hello}
    ping: { every: 500ms }
    only: { kind: [listing, delisting] }
    map:
      publisher: { path: data.source }
      title: { path: data.title }
      tickers: { path: data.coins }
      listingType: { path: kind, values: { listing: spot_listing, delisting: spot_delisting } }
      url: { path: data.link }
      detectedAt: { path: data.time, unit: ms }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", timeout: 1m, retry: { minDelay: 50ms, maxDelay: 200ms } }
rules:
  - { name: upbit, match: { publisher: upbit, listingType: spot_listing }, send: [bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

const frameOf = (ticker: string, title = `${ticker} is listed`) => ({
  kind: 'listing',
  data: JSON.stringify({ source: 'UPBIT', title, coins: [ticker], time: Date.now() }),
});

const tickersOf = (body: unknown) => (body as { tickers: string[] }).tickers.join();

async function startWorld() {
  await using cleanup = new AsyncDisposableStack();
  const wanted = { headers: { 'x-api-key': SECRET }, query: { key: SECRET }, hello: HELLO };
  const source: JsonFeedServer = cleanup.use(await startJsonFeedServer(wanted));
  const bot = await startBotServer({});
  cleanup.defer(() => bot.close());
  const held = cleanup.move();
  const env = { OWN_URL: source.url, OWN_KEY: SECRET, BOT_URL: `${bot.url}/signal` };
  return { source, bot, env, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function answerOf(bridge: Program, path: string) {
  const { url } = await bridge.event('bridge.started');
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text() };
}

test('news arrives at a webhook, again after a cut, once over a kill, and never with the key in it', async () => {
  await using world = await startWorld();
  const { source, bot, env } = world;
  using workplace = new Workplace(config());
  {
    await using bridge = workplace.start(['run'], env);
    await bridge.event('feed.live');
    source.send({ kind: 'hello' });
    source.send(frameOf('ABC', `ABC for ${SECRET}`));
    const [first] = await bot.waitFor(1);
    expect(first?.body).toMatchObject({
      ...{ publisher: 'upbit', listingType: 'spot_listing', tickers: ['ABC'], feed: 'own' },
      title: 'ABC for <redacted>',
    });
    const ready = await answerOf(bridge, '/readyz');
    expect(ready.status, ready.text).toBe(200);
    const status = await answerOf(bridge, '/api/status');
    expect(JSON.parse(status.text).feeds).toMatchObject([
      {
        ...{ name: 'own', healthy: true, state: 'live', connects: 1, url: `${source.url}/stream` },
        frames: { other: 1, announcement: 1 },
        proofs: [
          { kind: 'open', ok: true },
          { kind: 'life', ok: true },
          { kind: 'pong', ok: true },
          { kind: 'frame', ok: true },
          { kind: 'announcement', ok: true },
        ],
      },
    ]);
    const metrics = await answerOf(bridge, '/metrics');
    expect(metrics.text).toContain('listing_bridge_feed_healthy{feed="own"} 1');
    expect(status.text + metrics.text + ready.text).not.toContain(SECRET);

    source.cut();
    expect(await bridge.event('feed.lost')).toMatchObject({ feed: 'own', reason: 'closed' });
    await source.greeted.waitFor(2);
    source.send(frameOf('DEF'));
    await bot.waitFor(2);
    bridge.kill('SIGKILL');
    await bridge.finished;
    expect(bridge.stderr + bridge.stdout).not.toContain(SECRET);
  }
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.live');
  source.send(frameOf('DEF'));
  source.send(frameOf('GHI'));
  await bot.waitFor(({ body }) => tickersOf(body) === 'GHI');
  // An answer that the kill forestalled is requested again, under the same id.
  const orders = new Map(bot.received.map(({ id, body }) => [id, tickersOf(body)]));
  expect([...orders.values()]).toEqual(['ABC', 'DEF', 'GHI']);
});

test('a wrong hello is said in words, and the feed is not healthy', async () => {
  await using world = await startWorld();
  using workplace = new Workplace(config('"login of nobody"'));
  await using bridge = workplace.start(['run'], world.env);
  expect(await bridge.event('feed.lost')).toMatchObject({
    feed: 'own',
    reason: 'closed_by_source',
    detail: 'code 1008: login failed',
    advice: expect.stringContaining('check `hello`'),
    help: 'docs/troubleshooting.md#closed_by_source',
  });
  const ready = await answerOf(bridge, '/readyz');
  expect(ready.status).toBe(503);
  expect(ready.text).toMatch(/feed own is down: .*check `hello`.*\[closed_by_source/);
});

test('a source that stops answering is left, and garbage is reported', async () => {
  await using world = await startWorld();
  const { source, bot, env } = world;
  using workplace = new Workplace(
    config().replace('{ every: 500ms }', '{ every: 100ms }\n    silenceTimeout: 2s'),
  );
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.live');
  source.sendRaw('a listing, but not in JSON');
  expect(await bridge.event('warning.unread_news')).toMatchObject({ feed: 'own', reason: 'not_json' });
  source.behaviour.answersPings = false;
  expect(await bridge.event('feed.lost')).toMatchObject({ reason: 'silent' });
  source.behaviour.answersPings = true;
  await source.greeted.waitFor(2);
  source.send(frameOf('ABC'));
  await bot.waitFor(1);
});

test('status shows a feed that has neither tiers nor self-tests', async () => {
  await using world = await startWorld();
  using workplace = new Workplace(config());
  await using bridge = workplace.start(['run'], world.env);
  await bridge.event('feed.live');
  const { url } = await bridge.event('bridge.started');
  const status = workplace.start(['status', '--url', String(url)], world.env);
  expect((await status.finished).code).toBe(0);
  expect(status.stdout).toMatch(/^own +yes +\S+ ago +- +/m);
  expect(status.stdout).toMatch(
    /^ {2}own: open \S+ ago, life \S+ ago, pong \S+ ago; not yet: frame, announcement$/m,
  );
});
