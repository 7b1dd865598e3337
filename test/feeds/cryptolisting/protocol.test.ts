/**
 * Every row of the protocol's description, against a server that is not the simulator: what the service
 * may say or do, and what the bridge makes of it. Time is a fake clock's; sockets are real.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LISTING_TYPES, PUBLISHERS } from '../../../src/announcement.ts';
import { LoopDelay } from '../../../src/platform/loop-delay.ts';
import {
  AwkwardFeed,
  bytesOf,
  certificate,
  frame,
  OPCODE,
  type Peer,
  WELCOME,
} from '../../support/awkward-feed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { KEY, Listener, type ListenerOptions } from './listener.ts';

const LISTING = {
  type: 'announcement',
  title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
  ticker: 'ABC',
  publisher: 'upbit',
  listingType: 'spot_listing',
};

let server: AwkwardFeed;
let scope: AsyncDisposableStack;
beforeEach(async () => {
  scope = new AsyncDisposableStack();
  server = scope.use(await AwkwardFeed.start());
});
afterEach(() => scope.disposeAsync());

/** A client that has made its first attempt. */
function listen(options: Partial<ListenerOptions> = {}): Promise<Listener> {
  return scope.use(new Listener({ url: server.url, ...options })).begin();
}

async function connected(
  options: Partial<ListenerOptions> = {},
): Promise<{ readonly bridge: Listener; readonly peer: Peer }> {
  const bridge = await listen(options);
  const peer = await server.peer();
  await bridge.welcomes.waitFor(1);
  return { bridge, peer };
}

describe('endpoints and handshake', () => {
  test('auth: the key is in X-API-Key and never in the URL', async () => {
    const { peer } = await connected({ exchanges: ['binance', 'upbit'] });
    expect(peer.headers.get('x-api-key')).toBe(KEY);
    expect(peer.path).not.toContain(KEY);
  });

  test('filter: ?cex= with its commas as they are, nothing without exchanges', async () => {
    const { peer } = await connected({ exchanges: ['binance', 'upbit'] });
    expect(peer.path).toBe('/?cex=binance,upbit');
    const all = await listen({ name: 'all', url: server.url });
    expect((await server.peer(2)).path).toBe('/');
    await all.welcomes.waitFor(1);
  });

  test('TLS: a certificate that nobody vouches for is refused; tls.ca and tls.insecure are the ways out', async () => {
    const made = await certificate();
    const secure = scope.use(await AwkwardFeed.start(made));
    const strict = await listen({ url: secure.url, name: 'strict' });
    expect((await strict.losses.waitFor(1))[0]).toMatchObject({
      reason: 'tls_untrusted',
      advice: expect.stringContaining('tls.ca'),
    });
    expect(secure.peers.all).toEqual([]);
    const vouched = await listen({ url: secure.url, ca: made.cert, name: 'vouched' });
    await vouched.welcomes.waitFor(1);
    const careless = await listen({ url: secure.url, insecure: true, name: 'careless' });
    await careless.welcomes.waitFor(1);
  });

  test('an empty intersection connects and heartbeats, and is not healthy', async () => {
    server.script = (peer) => {
      peer.accept();
      peer.binary({ ...WELCOME, allowedCex: ['bithumb'] });
      peer.binary({ type: 'heartbeat' });
    };
    const { bridge } = await connected({ exchanges: ['binance', 'upbit'] });
    expect(bridge.trouble).toMatch(/covers none/);
    expect(bridge.codes).toEqual(['exchanges_not_covered']);
    expect(bridge.warnings.all[0]?.message).toMatch(/binance, upbit.*never deliver anything/);
  });

  test('no compression, no subprotocol is offered', async () => {
    const { peer } = await connected();
    expect(peer.headers.has('sec-websocket-extensions')).toBe(false);
    expect(peer.headers.has('sec-websocket-protocol')).toBe(false);
  });
});

describe('frames', () => {
  test.each<[string, (peer: Peer) => void]>([
    ['binary', (peer) => peer.binary(LISTING)],
    ['text', (peer) => peer.text(LISTING)],
    ['fragmented, with pings between the pieces', (peer) => peer.fragments(LISTING, 7)],
    [
      'one byte a packet',
      (peer) => {
        peer.socket.setNoDelay(true);
        const frame = Buffer.from(JSON.stringify(LISTING));
        for (const byte of [0x82, 126, frame.length >> 8, frame.length & 0xff, ...frame])
          peer.raw(Buffer.from([byte]));
      },
    ],
    ['with a byte order mark', (peer) => peer.text(`\uFEFF${JSON.stringify(LISTING)}`)],
  ])('%s: the announcement is read', async (_name, send) => {
    const { bridge, peer } = await connected();
    send(peer);
    const [frame] = await bridge.announcements.waitFor(1);
    expect(frame).toMatchObject({ title: LISTING.title, ticker: 'ABC' });
    expect(bridge.losses.all).toEqual([]);
  });

  test('a server that answers with permessage-deflate although it was not offered gets it the next time', async () => {
    server.script = (peer) => {
      const offered = peer.headers.has('sec-websocket-extensions');
      peer.accept(['Sec-WebSocket-Extensions: permessage-deflate']);
      if (!offered) return;
      peer.compressed(WELCOME);
      peer.compressed(LISTING);
    };
    const bridge = await listen();
    expect((await bridge.losses.waitFor(1))[0]).toMatchObject({ reason: 'compressed', retryMs: 5250 });
    await bridge.pass(5300);
    expect((await bridge.announcements.waitFor(1))[0]?.title).toBe(LISTING.title);
  });

  test('a server that compresses without a word gets the offer too', async () => {
    server.script = (peer) => {
      const offered = peer.headers.has('sec-websocket-extensions');
      peer.accept(offered ? ['Sec-WebSocket-Extensions: permessage-deflate'] : []);
      peer.compressed(WELCOME);
      peer.compressed(LISTING);
    };
    const bridge = await listen();
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('compressed');
    await bridge.pass(5300);
    await bridge.announcements.waitFor(1);
  });

  test('a frame of many megabytes costs the connection at once, not half a minute', async () => {
    const { bridge, peer } = await connected();
    peer.binary(Buffer.alloc(5 * 1024 * 1024, 'x'));
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('oversized');
    await peer.closed;
  });

  test.each<[string, (peer: Peer) => void]>([
    ['a reserved opcode', (peer) => peer.raw(Buffer.from([0x83, 0]))],
    ['a continuation of nothing', (peer) => peer.raw(Buffer.from([0x80, 1, 65]))],
    ['a masked frame', (peer) => peer.raw(Buffer.from([0x82, 0x80, 1, 2, 3, 4]))],
  ])('%s breaks the protocol: the connection is given up at once', async (_name, send) => {
    const { bridge, peer } = await connected();
    send(peer);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('protocol_error');
    await peer.closed;
  });
});

describe('refusals', () => {
  const MINUTE = 60_000;
  /** Status, body, headers → reason and the least wait that is obeyed. */
  test.each<[string, number, object | string, string[], string, number]>([
    ['400', 400, 'bad', [], 'bad_request', 0],
    ['426', 426, '', [], 'bad_request', 0],
    [
      '429 connection_rate_limit_exceeded',
      429,
      { error: 'connection_rate_limit_exceeded' },
      [],
      'connection_rate_limit_exceeded',
      MINUTE,
    ],
    [
      '429 per_ip_concurrent_limit_reached',
      429,
      { error: 'per_ip_concurrent_limit_reached' },
      [],
      'per_ip_concurrent_limit_reached',
      0,
    ],
    [
      '429 per_ip_connection_limit_reached',
      429,
      { error: 'per_ip_connection_limit_reached' },
      [],
      'per_ip_connection_limit_reached',
      0,
    ],
    [
      '429 max_distinct_ips_reached',
      429,
      { error: 'max_distinct_ips_reached' },
      [],
      'max_distinct_ips_reached',
      0,
    ],
    [
      '429 absolute_connection_cap_reached',
      429,
      { error: 'absolute_connection_cap_reached' },
      [],
      'absolute_connection_cap_reached',
      0,
    ],
    [
      '429 connection_cooldown',
      429,
      { error: 'connection_cooldown', retry_after_s: 5 },
      [],
      'connection_cooldown',
      5000,
    ],
    [
      '429 connection_cooldown without a number',
      429,
      { error: 'connection_cooldown' },
      [],
      'connection_cooldown',
      5000,
    ],
    [
      '429 max_connections_reached',
      429,
      { error: 'max_connections_reached', limit: 1, current: 1 },
      [],
      'max_connections_reached',
      0,
    ],
    [
      '429 with a word of tomorrow',
      429,
      { error: 'moon_phase', retry_after_s: 17 },
      [],
      'too_many_requests',
      17_000,
    ],
    [
      '429 with retry_after_s beside a known word',
      429,
      { error: 'max_distinct_ips_reached', retry_after_s: 90 },
      [],
      'max_distinct_ips_reached',
      90_000,
    ],
    ['429 with only the header', 429, '', ['Retry-After: 30'], 'too_many_requests', 30_000],
    ['500', 500, 'oops', [], 'server_error', 0],
    ['503 with Retry-After', 503, '', ['Retry-After: 20'], 'server_error', 20_000],
    ['301', 301, '', ['Location: ws://127.0.0.1:1/'], 'unexpected_answer', 0],
    ['200', 200, '<html>', [], 'unexpected_answer', 0],
  ])(
    '%s is retried, not before the wait that it names',
    async (_name, status, body, headers, reason, waitMs) => {
      server.script = (peer) => peer.refuse(status, body, headers);
      const bridge = await listen();
      const [loss] = await bridge.losses.waitFor(1);
      expect(loss).toMatchObject({ reason, advice: expect.stringMatching(/\w{3}/) });
      expect(loss?.retryMs).toBeGreaterThanOrEqual(waitMs);
      expect(bridge.trouble).toContain(reason);
      const sooner = Math.max(loss?.retryMs ?? 0, 5250) - 1;
      await bridge.pass(sooner);
      expect(server.sockets.all).toHaveLength(1);
      await bridge.pass(2);
      await server.peers.waitFor(2);
    },
  );

  test.each<[number, string]>([
    [401, 'no_key'],
    [403, 'key_refused'],
  ])('%i is fatal for that feed only, and never asked again', async (status, reason) => {
    server.script = (peer) =>
      peer.path.includes('upbit') ? peer.refuse(status, { error: 'invalid_api_key' }) : welcome(peer);
    const bridge = await listen({ exchanges: ['upbit'] });
    const other = await listen({ name: 'other', clock: bridge.clock });
    expect((await bridge.fatals.waitFor(1))[0]).toMatchObject({ advice: expect.stringContaining('apiKey') });
    await other.welcomes.waitFor(1);
    await bridge.pass(3_600_000);
    expect(bridge.client.status).toMatchObject({ state: 'fatal', lastLoss: { reason } });
    expect(server.peers.all.filter(({ path }) => path.includes('upbit'))).toHaveLength(1);
  });

  test('regression: a key that is repeated by what answers is redacted before it is cut', async () => {
    server.script = (peer) => peer.refuse(403, `${'x'.repeat(150)}${KEY}`);
    const bridge = await listen();
    const [loss] = await bridge.losses.waitFor(1);
    expect(loss?.detail).toBe(`HTTP 403: ${'x'.repeat(150)}[key]`);
    expect(bridge.trouble).not.toContain(KEY.slice(0, 20));
  });

  test('a refusal whose body never ends is judged by its status', async () => {
    server.script = (peer) => peer.refuse(503, 'maint', [], true);
    const bridge = await listen();
    await server.peer();
    await expect
      .poll(async () => {
        await bridge.pass(500);
        return bridge.losses.all[0]?.reason;
      })
      .toBe('server_error');
  });
});

const welcome = (peer: Peer) => {
  peer.accept();
  peer.binary(WELCOME);
};

describe('the line', () => {
  test('nobody listens: unreachable', async () => {
    const bridge = await listen({ url: 'ws://127.0.0.1:1' });
    expect((await bridge.losses.waitFor(1))[0]).toMatchObject({ reason: 'unreachable' });
  });

  test('DNS flaps: it connects as soon as the name resolves again', async () => {
    let asked = 0;
    const bridge = await listen({
      url: `ws://feed.invalid:${server.port}`,
      lookup: (_host, _options, callback) => {
        asked++;
        if (asked > 2) return callback(null, [{ address: '127.0.0.1', family: 4 }]);
        callback(Object.assign(new Error('getaddrinfo ENOTFOUND feed.invalid'), { code: 'ENOTFOUND' }), []);
      },
    });
    await bridge.losses.waitFor(1);
    await bridge.pass(6000);
    expect((await bridge.losses.waitFor(2)).map(({ reason }) => reason)).toEqual(['dns', 'dns']);
    await bridge.pass(6000);
    await bridge.welcomes.waitFor(1);
    expect(bridge.client.status).toMatchObject({ state: 'live', losses: { dns: 2 }, connects: 1 });
  });

  test('a name server that never answers does not hold it up for ever', async () => {
    const bridge = await listen({ url: 'ws://feed.invalid', lookup: () => undefined });
    await bridge.pass(15_000);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('dns');
  });

  test('slow TLS: a handshake that stalls ends after 15 s', async () => {
    server.deaf = true;
    const bridge = await listen({ url: server.url.replace('ws:', 'wss:') });
    await server.sockets.waitFor(1);
    await bridge.pass(14_900);
    expect(bridge.losses.all).toEqual([]);
    await bridge.pass(200);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('handshake_timeout');
  });

  test('an answer that drips is no answer: the deadline is absolute', async () => {
    server.script = (peer) => peer.raw('HTTP/1.1 101 Swit');
    const bridge = await listen();
    const peer = await server.peer();
    for (let step = 0; step < 3; step++) {
      await bridge.pass(4900);
      peer.raw('c');
    }
    expect(bridge.losses.all).toEqual([]);
    await bridge.pass(400);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('handshake_timeout');
  });

  test('a proxy that speaks something else is told apart', async () => {
    server.script = (peer) => peer.raw('SSH-2.0-OpenSSH_9.9\r\n\r\n');
    const bridge = await listen();
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('protocol_error');
  });

  test('wss against a server without TLS', async () => {
    server.script = (peer) => peer.refuse(400);
    const bridge = await listen({ url: server.url.replace('ws:', 'wss:') });
    const socket = (await server.sockets.waitFor(1))[0];
    socket?.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('tls');
  });
});

describe('server → client', () => {
  test('welcome: what it says is in the status, in the old form and the new', async () => {
    server.script = (peer) => {
      peer.accept();
      peer.binary({
        type: 'welcome',
        tier: 'pro',
        allowedCex: ['upbit'],
        expiresInSecs: 864_000,
        maxConnections: 2,
      });
    };
    const { bridge, peer } = await connected();
    const { status } = bridge.client;
    expect(status.welcome).toEqual({
      tier: 'pro',
      allowedCex: ['upbit'],
      limits: { maxConnections: 2 },
      missing: [],
    });
    expect(status.keyExpiresMs).toBe(bridge.clock.monotonicMs() + 864_000_000);
    expect(status.connectedSinceMs).toBe(bridge.clock.monotonicMs());
    peer.binary({
      ...WELCOME,
      tier: 'max',
      maxDistinctIps: 2,
      maxConnectionsPerIp: 5,
      absoluteMaxConnections: 20,
    });
    await expect.poll(() => bridge.client.status.welcome?.tier).toBe('max');
    expect(bridge.client.status.welcome?.limits).toEqual({
      maxDistinctIps: 2,
      maxConnectionsPerIp: 5,
      absoluteMaxConnections: 20,
    });
    expect(bridge.client.status).toMatchObject({ connects: 1, keyExpiresMs: undefined });
    expect(bridge.welcomes.all).toHaveLength(1);
  });

  test('a welcome that never comes: given up after 10 s', async () => {
    server.script = (peer) => {
      peer.accept();
      peer.binary({ type: 'heartbeat' });
    };
    const bridge = await listen();
    const peer = await server.peer();
    await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(1);
    expect(bridge.trouble).toBe('not connected yet');
    await bridge.pass(10_000);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('no_welcome');
    await peer.closed;
  });

  test('an announcement before the welcome is news all the same', async () => {
    server.script = (peer) => {
      peer.accept();
      peer.binary(LISTING);
    };
    const bridge = await listen();
    await bridge.announcements.waitFor(1);
  });

  test('heartbeat: with digits beyond 2^53, with only a time, with neither', async () => {
    const { bridge, peer } = await connected();
    const nowUs = bridge.clock.wallUs();
    peer.binary(`{"type":"heartbeat","timestampNs":${BigInt(nowUs - 8000) * 1000n},"timeUtc":"x"}`);
    await expect.poll(() => bridge.client.status.clockOffsetMs).toBeCloseTo(8, 1);
    peer.binary({ type: 'heartbeat', timeUtc: new Date(nowUs / 1000).toISOString() });
    peer.binary({ type: 'heartbeat' });
    await expect.poll(() => bridge.client.status.frames).toMatchObject({ heartbeat: 3 });
    expect(bridge.losses.all).toEqual([]);
  });

  test('regression: a heartbeat stamped a minute ahead makes nothing old, and a self-test is asked about it', async () => {
    const { bridge, peer } = await connected({ selfTest: '1h' });
    const stamped = (aheadMs: number) => bridge.clock.wallUs() + aheadMs * 1000;
    const heartbeat = async (aheadMs: number) => {
      const before = bridge.client.status.frames['heartbeat'] ?? 0;
      peer.binary(`{"type":"heartbeat","timestampNs":${BigInt(stamped(aheadMs)) * 1000n}}`);
      await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(before + 1);
    };
    const announce = async (agoMs: number) => {
      const us = stamped(-agoMs);
      const before = bridge.ages.length;
      peer.binary({ ...LISTING, detectedTimestampUs: us, dispatchTimestampUs: us });
      await bridge.announcements.waitFor(before + 1);
    };
    await bridge.pass(0);
    await peer.received.waitFor(1);
    await heartbeat(0);
    await bridge.pass(30_000);
    await heartbeat(60_000);
    await bridge.pass(8_000);
    await announce(2);
    await bridge.pass(9_000);
    await announce(7_000);
    expect(bridge.ages).toEqual([2, 7000]);
    expect(bridge.client.status.clockOffsetMs).toBeCloseTo(0, 1);
    peer.ping();
    await bridge.pass(20_000);
    await expect.poll(() => peer.messages).toHaveLength(2);
  });

  test('regression: the time in which this process was held up is no network: it is taken off, named, and in the age', async () => {
    const clock = new FakeClock();
    const loop = new LoopDelay(clock);
    loop.start();
    const { bridge, peer } = await connected({ clock, heldUpMs: (nowMs) => loop.heldUpMs(nowMs) });
    // While nothing is known of the service's clock, no more is taken off than there is.
    clock.stall(60);
    peer.binary({ ...LISTING, dispatchTimestampUs: clock.wallUs() - 15_000 });
    await bridge.announcements.waitFor(1);
    expect(bridge.receipts.pop()?.stalledMs).toBe(15);
    const heartbeat = `{"type":"heartbeat","timestampNs":${BigInt(clock.wallUs()) * 1000n}}`;
    peer.binary(heartbeat);
    await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(1);
    await clock.advance(100);
    const announce = async () => {
      const us = clock.wallUs();
      await clock.advance(30);
      return () => peer.binary({ ...LISTING, detectedTimestampUs: us, dispatchTimestampUs: us });
    };
    const onTime = await announce();
    onTime();
    await bridge.announcements.waitFor(2);
    await clock.advance(100);
    const late = await announce();
    clock.stall(400);
    late();
    await bridge.announcements.waitFor(3);
    const [first, second] = bridge.receipts;
    expect(first).toMatchObject({ ageAtReceiptMs: 30 });
    expect(first).not.toHaveProperty('stalledMs');
    expect(second?.ageAtReceiptMs).toBe(430);
    expect(second?.stalledMs).toBe(380);
    expect(second?.receivedTimestampUs).toBe(clock.wallUs() - (second?.stalledMs ?? 0) * 1000);
    loop.stop();
  });

  test.each(['changelog', 'renewal_notice', 'whatever_comes_next'])(
    '%s is counted, named once with its keys, never routed, never fatal',
    async (type) => {
      const { bridge, peer } = await connected();
      for (let time = 0; time < 3; time++) peer.binary({ type, entries: ['x'], daysLeft: 3 });
      peer.binary(LISTING);
      await bridge.announcements.waitFor(1);
      expect(bridge.client.status.frames).toMatchObject({ unknown: 3, announcement: 1 });
      expect(bridge.warnings.all).toMatchObject([
        { code: 'unknown_frame_type', details: { type, keys: ['type', 'entries', 'daysLeft'] } },
      ]);
    },
  );

  test('error test_rate_limited is not a disconnect; the next question waits as told', async () => {
    const { bridge, peer } = await connected({ selfTest: '1h' });
    await bridge.pass(0);
    await peer.received.waitFor(1);
    peer.binary({ type: 'error', code: 'test_rate_limited', retryAfterSecs: 40 });
    await bridge.odd.waitFor(1);
    peer.ping();
    await bridge.pass(40_000);
    expect(peer.messages).toHaveLength(1);
    await bridge.pass(300);
    await expect.poll(() => peer.messages).toHaveLength(2);
    expect(bridge.losses.all).toEqual([]);
  });

  test('PING is answered with PONG and the same payload', async () => {
    const { peer } = await connected();
    peer.ping('are you there');
    const pong = await peer.received.waitFor(({ opcode }) => opcode === OPCODE.pong);
    expect(pong.payload.toString()).toBe('are you there');
  });

  test('regression: a thousand pings in one packet cost neither the connection nor the news behind them', async () => {
    const { bridge, peer } = await connected();
    const pings = Array.from({ length: 1000 }, (_, count) => frame(OPCODE.ping, Buffer.from(String(count))));
    peer.raw(Buffer.concat([...pings, frame(OPCODE.binary, bytesOf(LISTING))]));
    await bridge.announcements.waitFor(1);
    await peer.received.waitFor(
      ({ opcode, payload }) => opcode === OPCODE.pong && payload.toString() === '999',
    );
    expect(bridge.losses.all).toEqual([]);
  });
});

describe('announcements', () => {
  test.each(['ABC,DEF,GHI', 'D', 'M', '1INCH', '1000SATS', '2Z', '恶俗企鹅', 'BNB Card', ''])(
    'the ticker %j is read as it is',
    async (ticker) => {
      const { bridge, peer } = await connected();
      peer.binary({ ...LISTING, ticker });
      expect((await bridge.announcements.waitFor(1))[0]?.ticker).toBe(ticker);
    },
  );

  test('every documented publisher and listing type is known: no warning', async () => {
    const { bridge, peer } = await connected();
    const pairs = PUBLISHERS.flatMap((publisher) =>
      LISTING_TYPES.map((listingType) => ({ publisher, listingType })),
    );
    for (const pair of pairs) peer.binary({ ...LISTING, ...pair });
    await bridge.announcements.waitFor(pairs.length);
    expect(bridge.announcements.all).toMatchObject(pairs);
    expect(bridge.codes).toEqual([]);
  });

  test('every optional field may be absent, and unknown ones are kept', async () => {
    const { bridge, peer } = await connected();
    peer.binary({ type: 'announcement', title: 'only words', market: { pair: 'KRW' } });
    expect((await bridge.announcements.waitFor(1))[0]).toMatchObject({
      title: 'only words',
      ticker: '',
      publishTimestampUs: undefined,
      detectedTimestampUs: undefined,
      dispatchTimestampUs: undefined,
      abnormal: false,
      extra: { market: { pair: 'KRW' } },
    });
  });

  test('a tier that delays by 240 ms shows as age, not as a warning', async () => {
    const { bridge, peer } = await connected();
    const nowUs = bridge.clock.wallUs();
    peer.binary({ ...LISTING, detectedTimestampUs: nowUs - 241_000, dispatchTimestampUs: nowUs - 1000 });
    await bridge.announcements.waitFor(1);
    expect(bridge.ages).toEqual([240]);
    expect(bridge.codes).toEqual([]);
  });
});

describe('closes', () => {
  test.each<[number, string, string]>([
    [1000, 'key_expired', 'key_expired'],
    [1000, 'key_invalidated', 'key_invalidated'],
    [1000, 'key_revoked', 'key_revoked'],
  ])('%i %s stops this feed and never hammers', async (code, word, reason) => {
    const { bridge, peer } = await connected();
    peer.close(code, word);
    expect((await bridge.fatals.waitFor(1))[0]?.reason).toBe(reason);
    await bridge.pass(3_600_000);
    expect(server.peers.all).toHaveLength(1);
    expect(bridge.client.status).toMatchObject({ state: 'fatal', losses: { [reason]: 1 } });
  });

  /** Code, reason → reason, and when the next connection may be made, counted from the last one. */
  test.each<[number, string, string, number]>([
    [1008, 'too_slow', 'too_slow', 5250],
    [1008, 'rate_limit_exceeded', 'rate_limit_exceeded', 60_000],
    [1009, 'frame_too_large', 'frame_too_large', 5250],
    [1009, '', 'frame_too_large', 5250],
    [1001, 'going away', 'closed', 5250],
    [1000, '', 'closed', 5250],
    [1011, 'boom', 'closed', 5250],
    [4321, 'word of tomorrow', 'closed', 5250],
  ])('%i %s: connects again, after the pause', async (code, word, reason, notBeforeMs) => {
    const { bridge, peer } = await connected();
    peer.close(code, word);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe(reason);
    await bridge.pass(notBeforeMs - 1);
    expect(server.sockets.all).toHaveLength(1);
    await bridge.pass(2);
    await server.peers.waitFor(2);
    await bridge.welcomes.waitFor(2);
  });

  test.each<[string, (peer: Peer) => void]>([
    ['1006: the line is cut', (peer) => peer.socket.destroy()],
    ['a reset', (peer) => peer.socket.resetAndDestroy()],
    ['FIN without a close frame', (peer) => peer.socket.end()],
  ])('%s: connects again', async (_name, cut) => {
    const { bridge, peer } = await connected();
    cut(peer);
    await bridge.losses.waitFor(1);
    await bridge.pass(5300);
    await bridge.welcomes.waitFor(2);
  });

  test('what came before the close is read', async () => {
    const { bridge, peer } = await connected();
    for (let count = 0; count < 50; count++) peer.binary({ ...LISTING, ticker: `T${count}` });
    peer.close(1008, 'too_slow');
    peer.socket.end();
    await bridge.losses.waitFor(1);
    expect(bridge.announcements.all).toHaveLength(50);
  });

  test('backoff 1, 2, 4 … 300 s (half of it with this chance), for ever; a welcome resets it', async () => {
    server.script = (peer) => peer.refuse(503);
    const bridge = await listen();
    for (let count = 1; count <= 12; count++) {
      const losses = await bridge.losses.waitFor(count);
      await bridge.pass(Math.max(losses[count - 1]?.retryMs ?? 0, 5250) + 1);
      await server.sockets.waitFor(count + 1);
    }
    const waits = (await bridge.losses.waitFor(13)).slice(0, 12).map(({ retryMs }) => retryMs);
    expect(waits).toEqual([
      ...[5250, 5249, 5248, 5247],
      8000,
      16_000,
      32_000,
      64_000,
      128_000,
      150_000,
      150_000,
      150_000,
    ]);
    server.script = welcome;
    await bridge.pass(150_001);
    await bridge.welcomes.waitFor(1);
    (await server.peer(server.peers.all.length)).close(1001);
    expect((await bridge.losses.waitFor(14)).at(-1)?.retryMs).toBe(5250);
  });
});

describe('silence', () => {
  test('PING without heartbeats is life', async () => {
    const { bridge, peer } = await connected();
    for (let time = 1; time <= 20; time++) {
      peer.ping(String(time));
      await peer.received.waitFor(({ payload }) => payload.toString() === String(time));
      await bridge.pass(15_000);
    }
    expect(bridge.losses.all).toEqual([]);
    expect(bridge.trouble).toBeUndefined();
    expect(bridge.client.status.lastFrameMs).toBeLessThan(bridge.client.status.lastLifeMs ?? 0);
  });

  test('heartbeats without PING are life', async () => {
    const { bridge, peer } = await connected();
    for (let time = 1; time <= 10; time++) {
      peer.binary({ type: 'heartbeat' });
      await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(time);
      await bridge.pass(30_000);
    }
    expect(bridge.losses.all).toEqual([]);
  });

  test('half-open: a server that vanished without FIN is noticed after silenceTimeout, and left', async () => {
    const { bridge, peer } = await connected({ silenceTimeout: '45s' });
    peer.socket.pause();
    await bridge.pass(44_900);
    expect(bridge.trouble).toBeUndefined();
    await bridge.pass(400);
    expect((await bridge.losses.waitFor(1))[0]?.reason).toBe('silent');
    await bridge.pass(1000);
    await bridge.welcomes.waitFor(2);
  });

  test('regression: after this machine stood still, what came meanwhile is read before it is called silence', async () => {
    const { bridge, peer } = await connected();
    bridge.clock.stall(120_000);
    peer.binary(LISTING);
    await new Promise((resolve) => peer.socket.write('', resolve));
    await bridge.pass(0);
    await bridge.announcements.waitFor(1);
    await bridge.pass(1000);
    expect(bridge.losses.all).toEqual([]);
  });
});
