/** How the feed reaches a name: through whichever of its addresses answers, within one limit that is named. */
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwkwardFeed, certificate } from '../../support/awkward-feed.ts';
import { CrowdedListener } from '../../support/crowded-listener.ts';
import { Listener } from './listener.ts';

let scope: AsyncDisposableStack;
beforeEach(() => {
  scope = new AsyncDisposableStack();
});
afterEach(() => scope.disposeAsync());

const finding =
  (...addresses: readonly { address: string; family: number }[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(null, [...addresses]);

const HERE = { address: '127.0.0.1', family: 4 };
const NO_ROUTE = { address: '::ffff:0:0:1', family: 6 };
const ANSWER = 'HTTP/1.1 503 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy';

test.each([
  ['the far one first', [HERE, NO_ROUTE]],
  ['the dead one first', [NO_ROUTE, HERE]],
])('regression: two addresses, %s: the far one is reached', async (_order, addresses) => {
  const far = scope.use(await CrowdedListener.start(ANSWER));
  const bridge = scope.use(
    new Listener({ url: `ws://far.example:${far.port}`, lookup: finding(...addresses) }),
  );
  for (let passed = 0; passed < 9_000; passed += 300) await bridge.pass(300);
  expect(bridge.losses.all).toEqual([]);
  far.open();
  expect((await bridge.losses.waitFor(1))[0]).toMatchObject({
    reason: 'server_error',
    detail: 'HTTP 503: busy',
  });
});

test('regression: the limit that is named is the one that holds', async () => {
  const dead = scope.use(await CrowdedListener.start(ANSWER));
  const bridge = scope.use(
    new Listener({ url: `ws://dead.example:${dead.port}`, lookup: finding(HERE, NO_ROUTE) }),
  );
  for (let passed = 0; passed <= 10_000; passed += 500) await bridge.pass(500);
  const [loss] = await bridge.losses.waitFor(1);
  expect(loss).toMatchObject({ reason: 'unreachable' });
  expect(loss?.detail).toMatch(
    /^no connection within 10s: 127\.0\.0\.1 did not answer, (connect E\w+ )?::ffff/,
  );
});

test('TLS: the certificate is held to the name, whichever address answered', async () => {
  const made = await certificate();
  const secure = scope.use(await AwkwardFeed.start(made));
  const options = { ca: made.cert, lookup: finding(NO_ROUTE, HERE) };
  const good = scope.use(new Listener({ ...options, url: `wss://localhost:${secure.port}`, name: 'good' }));
  await good.begin();
  await good.welcomes.waitFor(1);
  const bad = scope.use(new Listener({ ...options, url: `wss://other.example:${secure.port}`, name: 'bad' }));
  await bad.begin();
  expect((await bad.losses.waitFor(1))[0]).toMatchObject({ reason: 'tls_untrusted' });
});

describe('a feed that is not to speak yet', () => {
  test('is dialled, and asked for news when all is ready', async () => {
    const made = await certificate();
    for (const secret of [undefined, made]) {
      const server = scope.use(await AwkwardFeed.start(secret));
      const { promise, resolve } = Promise.withResolvers<void>();
      const bridge = scope.use(new Listener({ url: server.url, ca: made.cert, ready: promise }));
      await bridge.begin();
      await server.sockets.waitFor(1);
      expect(server.peers.all).toEqual([]);
      resolve();
      await bridge.welcomes.waitFor(1);
      expect(server.sockets.all).toHaveLength(1);
    }
  });

  test('is reported like any other when the line breaks meanwhile, or TLS fails', async () => {
    const secure = scope.use(await AwkwardFeed.start(await certificate()));
    const never = new Promise<void>(() => undefined);
    const bridge = scope.use(new Listener({ url: secure.url, ready: never }));
    await bridge.begin();
    expect((await bridge.losses.waitFor(1))[0]).toMatchObject({ reason: 'tls_untrusted' });
    const plain = scope.use(await AwkwardFeed.start());
    const { promise, resolve } = Promise.withResolvers<void>();
    const other = scope.use(new Listener({ url: plain.url, ready: promise, name: 'other' }));
    await other.begin();
    const [socket] = await plain.sockets.waitFor(1);
    socket?.resetAndDestroy();
    await new Promise((done) => socket?.once('close', done));
    resolve();
    expect((await other.losses.waitFor(1))[0]).toMatchObject({ reason: 'network_error' });
  });

  test('lets go of the line when it is stopped', async () => {
    const server = scope.use(await AwkwardFeed.start());
    const bridge = new Listener({ url: server.url, ready: new Promise<void>(() => undefined) });
    await bridge.begin();
    const [socket] = await server.sockets.waitFor(1);
    const closed = new Promise((done) => socket?.once('close', done));
    bridge.client.stop();
    await closed;
  });
});
