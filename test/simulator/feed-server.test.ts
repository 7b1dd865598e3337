/** The feed server refuses what the real one refuses and says what it says, as a real client sees it. */
import { once } from 'node:events';
import { get } from 'node:http';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { redact, UPGRADE_NOTICE } from '../../src/simulator/feed-frames.ts';
import { type FeedServer, type FeedServerOptions, startFeedServer } from '../../src/simulator/feed-server.ts';
import { connect, KEY, OTHER_KEY, refusalOf, TestClient } from './client.ts';
import { ManualClock } from './clock.ts';

const servers: FeedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: FeedServerOptions = {}): Promise<FeedServer> {
  const server = await startFeedServer({ random: () => 0.5, ...options });
  servers.push(server);
  return server;
}

describe('the handshake', () => {
  test('wants a key in the header: 401 without, and for one in the query', async () => {
    const { url } = await start();
    expect(await refusalOf(url, {})).toMatchObject({ status: 401, body: { error: 'missing_api_key' } });
    expect(await refusalOf(`${url}?api_key=${KEY}`)).toMatchObject({ status: 401 });
  });

  test('refuses keys of another form and those listed as bad with 403', async () => {
    const { url } = await start({ badKeys: [OTHER_KEY] });
    for (const key of ['nonsense', `dsk_${'g'.repeat(64)}`, `${KEY}0`, OTHER_KEY])
      expect(await refusalOf(url, { 'X-API-Key': key }), key).toMatchObject({ status: 403 });
  });

  test('answers 426 to plain HTTP and 400 to a broken upgrade', async () => {
    const { url } = await start();
    const plain = await request(url.replace('ws:', 'http:'));
    await plain.body.dump();
    expect(plain.statusCode).toBe(426);
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'x-api-key': KEY };
    const [broken] = await once(get(url.replace('ws:', 'http:'), { headers }), 'response');
    expect(broken.resume().statusCode).toBe(400);
  });

  test('holds a reconnect of the same key back for 5 s, and says how long', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const client = await connect(server.url);
    client.socket.terminate();
    await server.closes.waitFor(1);
    await clock.advance(1500);
    expect(await refusalOf(server.url)).toEqual({
      status: 429,
      body: { error: 'connection_cooldown', retry_after_s: 4 },
    });
    await connect(server.url, OTHER_KEY);
    await clock.advance(3500);
    await connect(server.url);
    expect(server.connections.map(({ status, error }) => error ?? status)).toEqual([
      101,
      'connection_cooldown',
      101,
      101,
    ]);
  });

  test('allows 10 new connections of an IP in a minute', async () => {
    const clock = new ManualClock();
    const server = await start({ clock, cooldownMs: 0 });
    for (let count = 1; count <= 10; count += 1) {
      const client = await connect(server.url);
      client.socket.terminate();
      await server.closes.waitFor(count);
    }
    expect(await refusalOf(server.url)).toEqual({
      status: 429,
      body: { error: 'connection_rate_limit_exceeded' },
    });
    await clock.advance(60_000);
    await connect(server.url);
    expect(server.connections).toHaveLength(12);
  });

  test('allows 5 open connections of a key and IP', async () => {
    const server = await start({ cooldownMs: 0 });
    for (let count = 1; count <= 5; count += 1) await connect(server.url);
    expect(await refusalOf(server.url)).toMatchObject({ body: { error: 'per_ip_connection_limit_reached' } });
    await connect(server.url, OTHER_KEY);
    expect(server.clients).toHaveLength(6);
  });

  test('gives scripted refusals first', async () => {
    const server = await start();
    server.refuseNext(503, 'busy', { 'Retry-After': '7' });
    expect(await refusalOf(server.url)).toEqual({ status: 503, body: 'busy' });
    await connect(server.url);
    expect(server.connections.map(({ status }) => status)).toEqual([503, 101]);
  });
});

describe('what it says', () => {
  test('a welcome at once, in a binary frame, with the fields asked for', async () => {
    const server = await start({ welcome: { tier: 'free', allowedCex: ['upbit'], expiresInSecs: 60 } });
    const client = await connect(server.url);
    const [first] = client.frames.all;
    expect(first?.isBinary).toBe(true);
    expect(first?.json).toMatchObject({
      type: 'welcome',
      tier: 'free',
      allowedCex: ['upbit'],
      expiresInSecs: 60,
    });
  });

  test('text frames on request', async () => {
    const server = await start({ text: true });
    const client = await connect(server.url);
    expect(client.frames.all[0]?.isBinary).toBe(false);
  });

  test('a heartbeat every 30 s with a timestamp above 2^53, exact', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const client = await connect(server.url, KEY);
    await clock.advance(29_999);
    server.sendRaw('"marker"');
    await client.frames.waitFor(2);
    expect(client.frames.all[1]?.text).toBe('"marker"');
    await clock.advance(1);
    const { text } = await client.frame('heartbeat');
    expect(text).toContain(`"timestampNs":${1_800_000_030_000}000000,`);
    expect(text).toContain('"timeUtc":"2027-01-15T08:00:30.000Z"');
    await clock.advance(30_000);
    expect(await client.framesOf('heartbeat', 2)).toHaveLength(2);
  });

  test('a ping within 5 s and then every 15 s; no pong in 30 s ends the connection', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const client = await connect(server.url, KEY, { autoPong: false });
    await clock.advance(2500);
    await client.pings.waitFor(1);
    await clock.advance(15_000);
    await client.pings.waitFor(2);
    expect(server.clients).toHaveLength(1);
    await clock.advance(15_000);
    expect((await client.closed).code).toBe(1006);
  });

  test('a client that answers pings stays', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const client = await connect(server.url);
    await clock.advance(2500);
    for (let pings = 2; pings <= 6; pings += 1) {
      // The client's own ping comes back only after its pong has been read.
      client.socket.ping();
      await client.pongs.waitFor(pings - 1);
      await clock.advance(15_000);
      await client.pings.waitFor(pings);
    }
    expect(server.clients).toHaveLength(1);
  });

  test('announcements with stamps that end now, to those whose filter lets them through', async () => {
    const clock = new ManualClock();
    const server = await start({ clock, cooldownMs: 0, welcome: { allowedCex: ['binance', 'upbit'] } });
    const all = await connect(server.url);
    const upbitOnly = await connect(`${server.url}?cex=upbit,bithumb`);
    expect(server.announce({ publisher: 'bithumb' }).clients).toBe(0);
    expect(server.announce({ publisher: 'binance' }).clients).toBe(1);
    const { frame, clients } = server.announce({ publisher: 'upbit', ticker: 'XYZ', extra: 1 });
    expect(clients).toBe(2);
    expect((await upbitOnly.frame('announcement')).json).toEqual(frame);
    expect((await all.framesOf('announcement', 2)).map(({ json }) => json?.['publisher'])).toEqual([
      'binance',
      'upbit',
    ]);
    expect(frame).toMatchObject({
      type: 'announcement',
      ticker: 'XYZ',
      extra: 1,
      dispatchTimestampUs: clock.wallUs(),
    });
    expect(frame.detectedTimestampUs).toBeLessThan(clock.wallUs());
    expect(frame.publishTimestampUs).toBeLessThan(frame.detectedTimestampUs ?? 0);
  });

  test('fields that are undefined stay out of the frame', async () => {
    const server = await start();
    const client = await connect(server.url);
    server.announce({ publishTimestampUs: undefined, ticker: undefined });
    const { json } = await client.frame('announcement');
    expect(json).not.toHaveProperty('publishTimestampUs');
    expect(json).not.toHaveProperty('ticker');
  });

  test('redacted forms for a free tier, which leaves not_listing alone', async () => {
    const server = await start();
    const { frame } = server.announce({ title: 'Ab 1' });
    expect(redact(frame)).toMatchObject({ ticker: '', title: UPGRADE_NOTICE });
    expect(redact(frame, 'masked').title).toBe('██ █');
    const maintenance = { ...frame, listingType: 'not_listing' };
    expect(redact(maintenance)).toBe(maintenance);
  });
});

describe('what clients may say', () => {
  test('a test once a minute for each key, over all its connections', async () => {
    const clock = new ManualClock();
    const server = await start({ clock, cooldownMs: 0, pingMs: 0 });
    const first = await connect(server.url);
    const second = await connect(server.url);
    const stranger = await connect(server.url, OTHER_KEY);
    first.socket.send('{"type":"test"}');
    expect((await first.frame('test_announcement')).json).toMatchObject({ ticker: 'DUMMYTOKEN' });
    await clock.advance(20_000);
    second.socket.send('{"type":"test"}');
    expect((await second.frame('error')).json).toEqual({
      type: 'error',
      code: 'test_rate_limited',
      retryAfterSecs: 40,
    });
    stranger.socket.send('{"type":"test"}');
    await stranger.frame('test_announcement');
    await clock.advance(40_000);
    second.socket.send('{"type":"test"}');
    await second.frame('test_announcement');
    expect(first.frames.all.filter(({ json }) => json?.['type'] === 'test_announcement')).toHaveLength(1);
  });

  test('three messages a minute, then 1008 rate_limit_exceeded', async () => {
    const server = await start();
    const client = await connect(server.url);
    for (let count = 0; count < 3; count += 1) client.socket.send('hello');
    const third = await server.waitForMessage(3);
    expect(third.text).toBe('hello');
    expect(server.clients).toHaveLength(1);
    client.socket.send('hello');
    expect(await client.closed).toEqual({ code: 1008, reason: 'rate_limit_exceeded' });
  });

  test('1 KB a frame, then 1009 frame_too_large', async () => {
    const server = await start();
    const client = await connect(server.url);
    client.socket.send('x'.repeat(1024));
    await server.waitForMessage();
    client.socket.send('x'.repeat(1025));
    expect(await client.closed).toEqual({ code: 1009, reason: 'frame_too_large' });
  });

  test('a client that reads too slowly is closed as too_slow', async () => {
    const server = await start();
    const client = await connect(server.url);
    client.socket.pause();
    const large = Buffer.alloc(4 * 1024 * 1024, 0x20);
    for (let count = 0; count < 20; count += 1) server.sendRaw(large);
    client.socket.resume();
    expect(await client.closed).toEqual({ code: 1008, reason: 'too_slow' });
  });
});

describe('what can be made to go wrong', () => {
  test('drop closes with a code and a reason; terminateAll without', async () => {
    const server = await start({ cooldownMs: 0 });
    const first = await connect(server.url);
    server.drop(1012, 'restart');
    expect(await first.closed).toEqual({ code: 1012, reason: 'restart' });
    const second = await connect(server.url);
    server.terminateAll();
    expect((await second.closed).code).toBe(1006);
  });

  test('revoked keys are closed with 1000 and then refused', async () => {
    const server = await start({ cooldownMs: 0 });
    const client = await connect(server.url);
    server.revokeKeys();
    expect(await client.closed).toEqual({ code: 1000, reason: 'key_expired' });
    expect(await refusalOf(server.url)).toMatchObject({ status: 403 });
  });

  test('silence stops heartbeats, pings, pongs and test answers, and nothing else', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const client = await connect(server.url);
    server.silence(true);
    await clock.advance(90_000);
    client.socket.ping();
    client.socket.send('{"type":"test"}');
    await server.waitForMessage();
    server.announce();
    await client.frame('announcement');
    expect(client.frames.all.map(({ json }) => json?.['type'])).toEqual(['welcome', 'announcement']);
    expect([client.pings.all.length, client.pongs.all.length]).toEqual([0, 0]);
    server.silence(false);
    client.socket.ping();
    await client.pongs.waitFor(1);
    await clock.advance(30_000);
    await client.frame('heartbeat');
  });

  test('rewrites chain, and can be undone', async () => {
    const server = await start();
    const client = await connect(server.url);
    const undoDouble = server.rewrite((frame) => [frame, frame]);
    const undoMark = server.rewrite((frame) => [{ ...frame, marked: true }]);
    expect(server.announce({ ticker: 'A' }).frame).toMatchObject({ marked: true });
    await client.framesOf('announcement', 2);
    undoDouble();
    undoMark();
    expect(server.announce({ ticker: 'B' }).frame).not.toHaveProperty('marked');
    const frames = await client.framesOf('announcement', 3);
    expect(frames.map(({ json }) => json?.['ticker'])).toEqual(['A', 'A', 'B']);
  });

  test('a wait that runs out says what was there', async () => {
    const server = await start();
    await refusalOf(server.url, {});
    await expect(server.handshakes.waitFor(2, 1)).rejects.toThrow(
      /waited 1 ms for 2 handshake.*received 1.*missing_api_key/s,
    );
  });

  test('closing ends handshakes that are still held back', async () => {
    const server = await start();
    server.behaviour.handshakeDelayMs = 3_600_000;
    const client = new TestClient(server.url, { 'X-API-Key': KEY });
    const probe = await request(server.url.replace('ws:', 'http:'));
    await probe.body.dump();
    await server.close();
    expect((await client.closed).code).toBe(1006);
    expect(server.connections).toEqual([]);
  });
});
