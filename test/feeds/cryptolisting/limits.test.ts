/** The service's own limits are kept whatever it does: connections per minute and key, and messages on a connection. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwkwardFeed, type Peer, WELCOME } from '../../support/awkward-feed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { KEY, Listener, newGates, OTHER_KEY } from './listener.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let server: AwkwardFeed;
let clock: FakeClock;
let scope: AsyncDisposableStack;
/** Of each request, by the clock that the bridge runs on. */
let knocks: { readonly key: string; readonly atMs: number }[];

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  server = scope.use(await AwkwardFeed.start());
  clock = new FakeClock();
  knocks = [];
  server.peers.on(({ headers }) => {
    knocks.push({ key: headers.get('x-api-key') ?? '', atMs: clock.monotonicMs() });
  });
});
afterEach(() => scope.disposeAsync());

const welcome = (peer: Peer) => {
  peer.accept();
  peer.binary(WELCOME);
};

const mostWithin = (times: readonly number[], spanMs: number) =>
  Math.max(0, ...times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + spanMs).length));

/** Time passes only while no connection is under way, as if the network took no time. */
async function livesThrough(spanMs: number, bridges: readonly Listener[]): Promise<void> {
  const endMs = clock.monotonicMs() + spanMs;
  const isUnderWay = () => bridges.some(({ client }) => ['connecting', 'live'].includes(client.status.state));
  while (clock.monotonicMs() < endMs) {
    await clock.advance(125);
    if (isUnderWay()) await Promise.race(bridges.map(({ losses }) => losses.waitFor(losses.all.length + 1)));
  }
}

describe('connections', () => {
  test('regression: the wait that is told is the one that it takes, the cooldown included', async () => {
    server.script = (peer) => {
      welcome(peer);
      peer.socket.end();
    };
    using bridge = await new Listener({ url: server.url, clock }).begin();
    for (let time = 1; time <= 15; time++) {
      const losses = await bridge.losses.waitFor(time);
      const retryMs = losses[time - 1]?.retryMs ?? 0;
      const lostMs = clock.monotonicMs();
      expect(bridge.client.status.retryAtMs).toBe(lostMs + retryMs);
      await clock.advance(retryMs - 1);
      expect(bridge.client.status.state).toBe('waiting');
      await clock.advance(1);
      await server.peers.waitFor(time + 1);
      expect((knocks[time]?.atMs ?? 0) - lostMs).toBe(retryMs);
    }
  });

  test('a server that accepts and drops for an hour is never asked more than 10 times a minute, nor within 5 s', async () => {
    server.script = (peer) => {
      welcome(peer);
      peer.socket.end();
    };
    using bridge = await new Listener({ url: server.url, clock }).begin();
    await livesThrough(HOUR_MS, [bridge]);
    const times = knocks.map(({ atMs }) => atMs);
    expect(times.length).toBeGreaterThan(500);
    expect(mostWithin(times, MINUTE_MS)).toBeLessThanOrEqual(10);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    expect(bridge.client.status.losses).toEqual({ closed: bridge.losses.all.length });
    expect(bridge.codes).toEqual(['connection_unstable']);
    expect(bridge.losses.all[0]?.advice).toMatch(/reconnects/);
  });

  test('two feeds of one key at one endpoint stay apart, and three of different keys share the 10', async () => {
    server.script = (peer) => peer.refuse(503);
    const gates = newGates();
    const keys = [KEY, KEY, OTHER_KEY];
    const bridges = keys.map((apiKey, index) =>
      scope.use(new Listener({ name: `f${index}`, url: server.url, clock, gates, apiKey })),
    );
    await livesThrough(600_000, bridges);
    for (const key of [KEY, OTHER_KEY]) {
      const times = knocks.filter((knock) => knock.key === key).map(({ atMs }) => atMs);
      const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    }
    expect(
      mostWithin(
        knocks.map(({ atMs }) => atMs),
        MINUTE_MS,
      ),
    ).toBeLessThanOrEqual(10);
  });

  test('limits are counted for each endpoint: one key connects to two of them at once', async () => {
    await using other = await AwkwardFeed.start();
    const gates = newGates();
    using tokyo = await new Listener({ name: 'tokyo', url: server.url, clock, gates }).begin();
    using seoul = await new Listener({ name: 'seoul', url: other.url, clock, gates }).begin();
    await tokyo.welcomes.waitFor(1);
    await seoul.welcomes.waitFor(1);
  });

  test('regression: after a handshake that took long, the pause is counted from its end', async () => {
    let answer: (() => void) | undefined;
    server.script = (peer) => {
      answer = () => {
        welcome(peer);
        peer.socket.end();
      };
    };
    using bridge = await new Listener({ url: server.url, clock }).begin();
    await server.peer();
    await clock.advance(12_000);
    server.script = welcome;
    answer?.();
    await bridge.losses.waitFor(1);
    await clock.advance(5200);
    expect(server.sockets.all).toHaveLength(1);
    await clock.advance(100);
    await server.peer(2);
  });

  test('a new key after a refused one connects at once, under the same gate; the old key waits', async () => {
    server.script = (peer) =>
      peer.headers.get('x-api-key') === KEY ? peer.refuse(403, { error: 'invalid_api_key' }) : welcome(peer);
    const gates = newGates();
    using refused = await new Listener({ url: server.url, clock, gates }).begin();
    await refused.fatals.waitFor(1);
    refused.client.stop();
    using same = await new Listener({ url: server.url, clock, gates }).begin();
    expect(same.client.status.state).toBe('waiting');
    using renewed = await new Listener({ url: server.url, clock, gates, apiKey: OTHER_KEY }).begin();
    await renewed.welcomes.waitFor(1);
    expect(knocks.map(({ key }) => key)).toEqual([KEY, OTHER_KEY]);
  });

  test('a stopped feed says goodbye, stays stopped, and leaves no timer', async () => {
    using bridge = await new Listener({ url: server.url, clock, selfTest: '1h' }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    bridge.client.stop();
    await peer.received.waitFor(({ opcode }) => opcode === 8);
    await clock.advance(HOUR_MS);
    await peer.closed;
    expect(clock.pending).toBe(0);
    expect([server.sockets.all.length, bridge.losses.all.length]).toEqual([1, 0]);
    expect(bridge.client.status).toMatchObject({ state: 'stopped', welcome: undefined });
  });

  test('a feed stopped in the middle of its handshake goes away at once', async () => {
    server.deaf = true;
    using bridge = await new Listener({ url: server.url, clock }).begin();
    const [socket] = await server.sockets.waitFor(1);
    const gone = new Promise((resolve) => socket?.once('close', resolve));
    socket?.resume();
    bridge.client.stop();
    await gone;
    expect(clock.pending).toBe(0);
  });
});

describe('self-tests', () => {
  const testsOf = (peers: readonly Peer[]) => peers.flatMap(({ messages }) => messages);
  const ANSWER = {
    type: 'test_announcement',
    title: 'Test',
    ticker: 'DUMMYTOKEN',
    publisher: 'binance',
    listingType: 'spot_listing',
  };

  test('an answer since the connect is what makes a feed healthy; it ends with the connection', async () => {
    using bridge = await new Listener({ url: server.url, clock, selfTest: '1h' }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    await clock.advance(0);
    await peer.received.waitFor(1);
    expect(peer.messages).toEqual(['{"type":"test"}']);
    expect(bridge.trouble).toMatch(/no answer to a self-test/);
    await clock.advance(120);
    peer.binary(ANSWER);
    expect(await bridge.selfTests.waitFor(1)).toEqual([120]);
    expect(bridge.trouble).toBeUndefined();
    const answeredMs = clock.monotonicMs();
    expect(bridge.client.status.selfTest).toEqual({
      state: 'answered',
      askedMs: answeredMs - 120,
      answeredMs,
      roundTripMs: 120,
      unasked: 0,
    });
    expect(bridge.announcements.all).toMatchObject([{ test: true, ticker: 'DUMMYTOKEN' }]);
    peer.socket.end();
    await bridge.losses.waitFor(1);
    expect(bridge.client.status.selfTest).toMatchObject({ state: 'unanswered', answeredMs: undefined });
  });

  test('one a minute for a key, over all feeds that share it; another key has its own', async () => {
    const gates = newGates();
    const listen = (name: string, apiKey: string) =>
      scope
        .use(
          new Listener({ name, url: server.url, clock, gates, apiKey, selfTest: '1m', silenceTimeout: '1d' }),
        )
        .begin();
    const bridges = [await listen('a', KEY), await listen('b', OTHER_KEY)];
    await clock.advance(5300);
    bridges.push(await listen('c', KEY));
    await Promise.all(bridges.map(({ welcomes }) => welcomes.waitFor(1)));
    const asked: { readonly key: string | undefined; readonly atMs: number }[] = [];
    for (const peer of server.peers.all)
      peer.received.on(() => {
        asked.push({ key: peer.headers.get('x-api-key'), atMs: clock.monotonicMs() });
        peer.binary(ANSWER);
      });
    for (let step = 0; step < 600; step++) await clock.advance(1000);
    for (const key of [KEY, OTHER_KEY]) {
      const times = asked.filter((ask) => ask.key === key).map(({ atMs }) => atMs);
      expect(times.length).toBeGreaterThanOrEqual(9);
      expect(mostWithin(times, MINUTE_MS)).toBe(1);
    }
    expect(bridges.map(({ client }) => client.status.selfTest?.state)).toEqual(Array(3).fill('answered'));
  });

  test.each([0, -5, 1, 1e12])(
    'regression: a service that refuses with retryAfterSecs %d never gets more than 3 messages a minute, and is asked again',
    async (retryAfterSecs) => {
      using bridge = await new Listener({
        url: server.url,
        clock,
        selfTest: '1h',
        silenceTimeout: '1d',
      }).begin();
      const peer = await server.peer();
      await bridge.welcomes.waitFor(1);
      const asked: number[] = [];
      peer.received.on(() => {
        asked.push(clock.monotonicMs());
        peer.binary({ type: 'error', code: 'test_rate_limited', retryAfterSecs });
      });
      for (let step = 0; step < 1300; step++) await clock.advance(1000);
      expect(asked.length).toBeGreaterThan(1);
      expect(mostWithin(asked, MINUTE_MS)).toBeLessThanOrEqual(3);
    },
  );

  test('a service that never answers is told, asked once a minute, and a late answer is an answer', async () => {
    using bridge = await new Listener({
      url: server.url,
      clock,
      selfTest: '1h',
      silenceTimeout: '1d',
    }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    await clock.advance(15_000);
    expect(await bridge.selfTests.waitFor(1)).toEqual(['unanswered']);
    expect(bridge.codes).toEqual(['self_test_unanswered']);
    await clock.advance(1000);
    peer.binary(ANSWER);
    await bridge.selfTests.waitFor(2);
    expect(bridge.client.status.selfTest).toMatchObject({
      state: 'answered',
      roundTripMs: 16_000,
      unasked: 0,
    });
    await clock.advance(600_000);
    expect(testsOf(server.peers.all)).toHaveLength(1);
  });

  test('a service that goes on without answering is told once, and again after it had answered', async () => {
    using bridge = await new Listener({
      url: server.url,
      clock,
      selfTest: '1h',
      silenceTimeout: '1d',
    }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    await clock.advance(100_000);
    expect(await bridge.selfTests.waitFor(2)).toHaveLength(2);
    expect(bridge.codes).toEqual(['self_test_unanswered']);
    peer.binary(ANSWER);
    await bridge.selfTests.waitFor((result) => result !== 'unanswered');
    await clock.advance(HOUR_MS + 16_000);
    expect(bridge.codes).toEqual(['self_test_unanswered', 'self_test_unanswered']);
  });

  test('regression: deaf and content: after three in a row it connects anew, then after twice as many', async () => {
    using bridge = await new Listener({
      url: server.url,
      clock,
      selfTest: '1h',
      silenceTimeout: '1d',
    }).begin();
    await bridge.welcomes.waitFor(1);
    await clock.advance(130_000);
    expect(bridge.selfTests.all).toHaveLength(2);
    expect(bridge.losses.all).toEqual([]);
    await clock.advance(10_000);
    expect((await bridge.losses.waitFor(1))[0]).toMatchObject({ reason: 'deaf', retryMs: 0 });
    await bridge.welcomes.waitFor(2);
    await clock.advance(350_000);
    expect(bridge.losses.all).toHaveLength(1);
    await clock.advance(20_000);
    await bridge.losses.waitFor(2);
    // An answer begins the count again.
    await bridge.welcomes.waitFor(3);
    await clock.advance(60_250);
    const peer = await server.peer(3);
    await peer.received.waitFor(1);
    peer.binary(ANSWER);
    await bridge.selfTests.waitFor((result) => result !== 'unanswered');
    await clock.advance(HOUR_MS + 100_000);
    expect(bridge.losses.all).toHaveLength(2);
    await clock.advance(100_000);
    await bridge.losses.waitFor(3);
  });

  test('a test announcement that nobody asked for is counted, told once, and proves nothing', async () => {
    using bridge = await new Listener({ url: server.url, clock, selfTest: '1h' }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    peer.binary(ANSWER);
    peer.binary(ANSWER);
    await bridge.announcements.waitFor(2);
    expect(bridge.client.status.selfTest).toMatchObject({ state: 'unanswered', unasked: 2 });
    expect(bridge.trouble).toMatch(/self-test/);
    expect(bridge.codes).toEqual(['self_test_unasked']);
  });

  test('real news with the same words is no answer', async () => {
    using bridge = await new Listener({ url: server.url, clock, selfTest: '1h' }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    await clock.advance(0);
    peer.binary({ ...ANSWER, type: 'announcement' });
    await bridge.announcements.waitFor(1);
    expect(bridge.announcements.all[0]?.test).toBe(false);
    expect(bridge.client.status.selfTest?.state).toBe('unanswered');
  });

  test('selfTest: false never writes a byte, and needs no answer to be healthy', async () => {
    using bridge = await new Listener({
      url: server.url,
      clock,
      selfTest: false,
      silenceTimeout: '1d',
    }).begin();
    const peer = await server.peer();
    await bridge.welcomes.waitFor(1);
    await clock.advance(HOUR_MS);
    expect(peer.messages).toEqual([]);
    expect(bridge.trouble).toBeUndefined();
  });
});
