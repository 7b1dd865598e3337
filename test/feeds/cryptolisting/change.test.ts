/** A reload changes a feed: the new connection is proven before the old one is let go, and a refused change costs nothing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FeedSet } from '../../../src/daemon/feed-set.ts';
import { cryptolistingOptions } from '../../../src/feeds/cryptolisting/options.ts';
import { feedOptions } from '../../../src/feeds/index.ts';
import { Arrivals } from '../../../src/simulator/arrivals.ts';
import { startJsonFeedServer } from '../../../src/simulator/json-feed-server.ts';
import { AwkwardFeed, type Peer, WELCOME, welcoming } from '../../support/awkward-feed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { expectations, KEY, OTHER_KEY } from './listener.ts';

const NEWS = {
  type: 'announcement',
  publisher: 'upbit',
  listingType: 'spot_listing',
  title: 'x',
  ticker: 'X',
};
const COOLDOWN_MS = 5250;
const THIRD_KEY = `dsk_${'c3'.repeat(32)}`;

let server: AwkwardFeed;
let clock: FakeClock;
let scope: AsyncDisposableStack;
/** `live tokyo`, `lost tokyo closed`, `refused tokyo key_refused`, `news tokyo X` … */
let told: Arrivals<string>;
let feeds: FeedSet;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  server = scope.use(await AwkwardFeed.start());
  clock = new FakeClock();
  told = new Arrivals('word');
  feeds = new FeedSet({
    ...{ clock, random: () => 0.5, redact: (text: string) => text },
    events: {
      news: ({ tickers, feed }) => told.add(`news ${feed} ${tickers.join()}`),
      readEnds: () => undefined,
      live: (feed) => told.add(`live ${feed}`),
      lost: (feed, { reason }) => told.add(`lost ${feed} ${reason}`),
      fatal: (feed, { reason }) => told.add(`fatal ${feed} ${reason}`),
      changeFailed: (feed, { reason }, retryMs) =>
        told.add(`${retryMs === undefined ? 'refused' : 'delayed'} ${feed} ${reason}`),
      odd: () => undefined,
      selfTest: (feed) => told.add(`self-test ${feed}`),
      warning: ({ code }) => told.add(`warning ${code}`),
    },
  });
  scope.defer(() => feeds.stop());
});
afterEach(() => scope.disposeAsync());

const options = (fields: object = {}) =>
  cryptolistingOptions.parse({ name: 'tokyo', url: server.url, apiKey: KEY, selfTest: false, ...fields });

async function reload(...all: readonly object[]) {
  const difference = feeds.apply(all.map(options), expectations({ url: server.url }));
  await clock.advance(0);
  return difference;
}

/** One feed, live. */
async function running(fields: object = {}): Promise<Peer> {
  await reload(fields);
  const peer = await server.peer();
  await told.waitFor((word) => word === 'live tokyo');
  return peer;
}

const status = () => feeds.reports[0];
const isOpen = (peer: Peer) => !peer.socket.destroyed && peer.socket.readyState === 'open';
const count = (word: string) => told.all.filter((one) => one === word).length;

/** A peer that does not answer the close is cut after a moment. */
async function closed(peer: Peer): Promise<void> {
  await clock.advance(250);
  await peer.closed;
}

async function brings(peer: Peer, ticker: string, feed = 'tokyo'): Promise<void> {
  peer.binary({ ...NEWS, ticker });
  await told.waitFor((word) => word === `news ${feed} ${ticker}`);
}

describe('regression: a hole made by ourselves', () => {
  test.each<[string, object, number]>([
    ['another key', { apiKey: OTHER_KEY }, 0],
    ['other exchanges under the same key, after its cooldown', { exchanges: ['upbit'] }, COOLDOWN_MS],
    ['another address', { url: 'OTHER' }, 0],
  ])('%s: the new connection is welcomed before the old one is let go', async (_name, change, afterMs) => {
    const before = await running();
    const other = scope.use(await AwkwardFeed.start());
    const target = 'url' in change ? other : server;
    const seen = target.peers.all.length;
    let hold: Peer | undefined;
    target.script = (peer) => {
      peer.accept();
      hold = peer;
    };
    const to = 'url' in change ? { url: other.url } : change;
    expect(await reload(to)).toEqual({ added: [], changed: ['tokyo'], removed: [] });
    await clock.advance(afterMs);
    await target.peers.waitFor(seen + 1);
    await brings(before, 'MEANWHILE');
    expect(status()).toMatchObject({ state: 'live', change: expect.stringMatching(/not in force yet/) });
    hold?.binary(WELCOME);
    await told.waitFor(() => count('live tokyo') === 2);
    await closed(before);
    expect(status()).toMatchObject({ state: 'live', change: undefined });
    await brings(hold as Peer, 'AFTER');
    expect(told.all.filter((word) => word.startsWith('lost'))).toEqual([]);
  });

  test.each<[string, (peer: Peer) => void, string]>([
    ['a mistyped key', (peer) => peer.refuse(403, { error: 'invalid_api_key' }), 'key_refused'],
    [
      'exchanges that the key does not cover',
      (peer) => {
        peer.accept();
        peer.binary({ ...WELCOME, allowedCex: ['binance'] });
      },
      'exchanges_not_covered',
    ],
  ])(
    '%s: the old connection stays, and it is told until a reload mends it',
    async (_name, script, reason) => {
      const before = await running();
      server.script = script;
      const wrong = { apiKey: OTHER_KEY, exchanges: ['upbit'] };
      await reload(wrong);
      await told.waitFor((word) => word === `refused tokyo ${reason}`);
      await brings(before, 'STILL');
      expect(status()).toMatchObject({ state: 'live', change: expect.stringContaining(reason) });
      // The same file once more is another try.
      expect(await reload(wrong)).toMatchObject({ changed: ['tokyo'] });
      await clock.advance(COOLDOWN_MS);
      await told.waitFor(() => count(`refused tokyo ${reason}`) === 2);
      await reload({});
      expect(status()?.change).toBeUndefined();
      await clock.advance(COOLDOWN_MS);
      expect(server.peers.all).toHaveLength(3);
      expect(isOpen(before)).toBe(true);
      expect(count('live tokyo')).toBe(1);
    },
  );

  test('an outage or something in between: the old one stays until the new one is welcomed', async () => {
    const before = await running();
    server.script = (peer) => peer.refuse(403, '<html>Blocked</html>');
    await reload({ apiKey: OTHER_KEY });
    await told.waitFor((word) => word === 'delayed tokyo unexpected_answer');
    await brings(before, 'STILL');
    server.script = welcoming;
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live tokyo') === 2);
    await closed(before);
    expect(status()?.change).toBeUndefined();
  });

  const oneAtATime = (after: (peer: Peer) => void) => (peer: Peer) => {
    const others = server.peers.all.filter((other) => other !== peer && isOpen(other));
    if (others.length > 0) peer.refuse(429, { error: 'max_connections_reached' });
    else after(peer);
  };

  test('no room for two connections: the old one is let go first', async () => {
    const before = await running();
    server.script = oneAtATime(welcoming);
    await reload({ exchanges: ['upbit'] });
    await clock.advance(COOLDOWN_MS);
    await told.waitFor((word) => word === 'delayed tokyo max_connections_reached');
    await closed(before);
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live tokyo') === 2);
    expect((await server.peer(3)).path).toBe('/?cex=upbit');
    expect(status()?.change).toBeUndefined();
  });

  test('no room, and then refused for good: the old options are in force again', async () => {
    const before = await running();
    server.script = oneAtATime((peer) =>
      peer.headers.get('x-api-key') === KEY
        ? welcoming(peer)
        : peer.refuse(403, { error: 'invalid_api_key' }),
    );
    await reload({ apiKey: OTHER_KEY });
    await told.waitFor((word) => word === 'delayed tokyo max_connections_reached');
    await closed(before);
    await clock.advance(COOLDOWN_MS);
    await told.waitFor((word) => word === 'refused tokyo key_refused');
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live tokyo') === 2);
    expect(status()).toMatchObject({ state: 'live', change: expect.stringContaining('key_refused') });
  });

  test('options that need no other connection make none', async () => {
    const before = await running({ selfTest: false });
    expect(await reload({ selfTest: '1h', silenceTimeout: '20s' })).toMatchObject({ changed: ['tokyo'] });
    await before.received.waitFor(1);
    expect(before.messages).toEqual(['{"type":"test"}']);
    expect(await reload({ selfTest: '1h', silenceTimeout: '20s' })).toMatchObject({ changed: [] });
    expect(server.peers.all).toHaveLength(1);
    await clock.advance(20_250);
    await told.waitFor((word) => word === 'lost tokyo silent');
  });

  test('a longer silence is granted to the connection that there is', async () => {
    const before = await running({ silenceTimeout: '20s' });
    await clock.advance(19_000);
    await reload({ silenceTimeout: '60s' });
    await clock.advance(40_000);
    expect(isOpen(before)).toBe(true);
  });

  test('another name alone keeps the connection, and its news comes under the new name', async () => {
    const before = await running();
    expect(await reload({ name: 'seoul' })).toEqual({ added: ['seoul'], changed: [], removed: ['tokyo'] });
    await brings(before, 'RENAMED', 'seoul');
    await clock.advance(COOLDOWN_MS);
    expect(server.peers.all).toHaveLength(1);
    expect(status()?.name).toBe('seoul');
  });

  test.each<[string, (to: AwkwardFeed) => object]>([
    ['address', (to) => ({ url: to.url })],
    ['exchanges', () => ({ exchanges: ['upbit'] })],
    ['key', () => ({ apiKey: OTHER_KEY })],
  ])(
    'another name and another %s at once (the name may be the host’s): the old one is let go when the new one is welcomed',
    async (_name, change) => {
      const before = await running();
      const other = scope.use(await AwkwardFeed.start());
      let hold: Peer | undefined;
      const script = (peer: Peer) => {
        peer.accept();
        hold = peer;
      };
      server.script = script;
      other.script = script;
      expect(await reload({ name: 'seoul', ...change(other) })).toEqual({
        ...{ added: ['seoul'], changed: [], removed: ['tokyo'] },
      });
      await clock.advance(COOLDOWN_MS);
      await expect.poll(() => hold).toBeDefined();
      await brings(before, 'MEANWHILE', 'seoul');
      expect(status()).toMatchObject({ name: 'seoul', change: expect.stringMatching(/not in force yet/) });
      hold?.binary(WELCOME);
      await told.waitFor((word) => word === 'live seoul');
      await closed(before);
      expect(status()).toMatchObject({ name: 'seoul', state: 'live', change: undefined });
    },
  );

  test('two feeds that swap their names, and a third that takes the place of none: nobody is deaf meanwhile', async () => {
    const other = scope.use(await AwkwardFeed.start());
    const [one, two] = [{ name: 'one' }, { name: 'two', url: other.url, apiKey: OTHER_KEY }];
    await reload(one, two);
    const [first, second] = [await server.peer(), await other.peer()];
    await told.waitFor(() => count('live one') + count('live two') === 2);
    await reload({ ...one, name: 'two' }, { ...two, name: 'one' });
    expect([first, second].every(isOpen)).toBe(true);
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live one') + count('live two') === 4);
    await closed(first);
    await closed(second);
  });

  test('a feed that is removed while its change is under way closes both', async () => {
    const before = await running();
    server.script = (peer) => peer.accept();
    await reload({ apiKey: OTHER_KEY });
    const next = await server.peer(2);
    await reload({ name: 'other', url: 'ws://127.0.0.1:9', apiKey: THIRD_KEY });
    await closed(before);
    await closed(next);
    expect(feeds.reports.map(({ name }) => name)).toEqual(['other']);
  });

  test('a change on top of a change: only the last one is connected', async () => {
    const before = await running();
    server.script = (peer) => peer.accept();
    await reload({ apiKey: OTHER_KEY });
    const next = await server.peer(2);
    server.script = welcoming;
    await reload({ apiKey: OTHER_KEY, exchanges: ['upbit'] });
    await closed(next);
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live tokyo') === 2);
    await closed(before);
    expect((await server.peer(3)).path).toBe('/?cex=upbit');
  });

  test('a feed becomes one of another type: the old one is heard until the new one is proven, and back', async () => {
    const before = await running();
    const source = scope.use(await startJsonFeedServer());
    source.behaviour.answersPings = false;
    const map = {
      publisher: { value: 'upbit' },
      title: { path: 't' },
      listingType: { value: 'spot_listing' },
    };
    const own = feedOptions.parse({ type: 'websocket', name: 'tokyo', url: source.url, map });
    feeds.apply([own], expectations({ url: source.url }));
    await clock.advance(0);
    await source.pings.waitFor(1);
    await brings(before, 'MEANWHILE');
    expect(status()?.change).toMatch(/not in force yet/);
    source.send({ t: 'the first frame proves it' });
    await told.waitFor(() => count('live tokyo') === 2);
    await closed(before);
    expect(status()).toMatchObject({ state: 'live', change: undefined, url: source.url });
    // The cooldown of the key has outlived the feed that it was counted for.
    await reload({});
    await clock.advance(COOLDOWN_MS);
    await told.waitFor(() => count('live tokyo') === 3);
    await source.closes.waitFor(1);
  });

  test('a feed that was refused for good begins anew at once', async () => {
    server.script = (peer) => peer.refuse(403, { error: 'invalid_api_key' });
    await reload({});
    await told.waitFor((word) => word === 'fatal tokyo key_refused');
    server.script = welcoming;
    await reload({ apiKey: OTHER_KEY });
    await told.waitFor((word) => word === 'live tokyo');
    expect(status()?.change).toBeUndefined();
  });
});
