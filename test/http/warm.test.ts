/** A connection is open before it is needed: no announcement pays for one, whatever the server does with its sockets. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  isIP,
  type LookupFunction,
  type Socket,
} from 'node:net';
import { generate } from 'selfsigned';
import type { buildConnector } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpConnection } from '../../src/http/connection.ts';
import { rememberingLookup } from '../../src/http/lookup.ts';
import { MOST_SPARES } from '../../src/http/pool.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import type { HttpResult } from '../../src/http/request.ts';
import { MOST_SOCKETS } from '../../src/http/sockets.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { CrowdedListener } from '../support/crowded-listener.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { WAIT_MS } from '../support/limits.ts';
import { freePort, refusingOrigin } from '../support/refusing-origin.ts';
import { WatchedNetwork } from '../support/watched-network.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const WARM_MS = 60_000;

async function listen(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.on('connection', (socket: Socket) => socket.on('error', () => undefined));
  server.listen(port, host);
  await once(server, 'listening');
  scope.defer(() => shut(server));
  return (server.address() as AddressInfo).port;
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Answers yes; `paths` of its requests. */
function yes(paths: string[] = []): Server {
  return createServer((request, response) => {
    paths.push(request.url ?? '');
    request.resume().on('end', () => response.end());
  });
}

function destinationAt(
  origin: string,
  pools: PoolRegistry,
  { connections = 16, spares = 1, warmMs = WARM_MS as number | false } = {},
) {
  const options = { connections, spares, warmMs, clock: systemClock, pools };
  const connection = new HttpConnection(origin, options);
  scope.defer(() => connection.close());
  return (path = '/', signal = AbortSignal.timeout(WAIT_MS)): Promise<HttpResult> =>
    connection.send({ method: 'POST', path, headers: {}, body: '{}', signal, expiresAtMs: undefined });
}

function watched(clock: Clock = systemClock, options: buildConnector.BuildOptions = {}) {
  const network = new WatchedNetwork(clock, options);
  return { network, pools: new PoolRegistry(network) };
}

const unpaid = { kind: 'answer', status: 200, connected: false };

test('the first request after a start finds a connection, and nothing was asked to keep it', async () => {
  const paths: string[] = [];
  const port = await listen(yes(paths));
  const { network, pools } = watched();
  const send = destinationAt(`http://127.0.0.1:${port}`, pools);
  await network.ended(1);
  expect(await send('/news')).toMatchObject(unpaid);
  expect(paths).toEqual(['/news']);
});

test.each([
  ['the far one first', ['127.0.0.1', '::ffff:0:0:1']],
  ['the dead one first', ['::ffff:0:0:1', '127.0.0.1']],
])('regression: two addresses, %s: the far one is reached', async (_order, addresses) => {
  const far = scope.use(await CrowdedListener.start('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  const clock = new FakeClock();
  const lookup: LookupFunction = (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
  const pools = new PoolRegistry({ clock, lookup });
  const send = destinationAt(`http://far.example:${far.port}`, pools, { warmMs: false });
  const result = send();
  for (let passed = 0; passed < 9_000; passed += 300) await clock.advance(300);
  far.open();
  expect(await result).toMatchObject({ kind: 'answer', status: 200, bodyText: 'ok' });
});

test('over TLS the handshake is done by then', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const server = createTlsServer({ key, cert }, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  const handshaken = once(server, 'secureConnection');
  const port = await listen(server);
  const { network, pools } = watched(systemClock, { rejectUnauthorized: false });
  const send = destinationAt(`https://localhost:${port}`, pools);
  await Promise.all([network.ended(1), handshaken]);
  expect(await send()).toMatchObject(unpaid);
});

test('without it, the first request pays, and says so', async () => {
  const port = await listen(yes());
  const { network, pools } = watched();
  const send = destinationAt(`http://127.0.0.1:${port}`, pools, { warmMs: false });
  expect(network.connects).toBe(0);
  expect(await send()).toMatchObject({ ...unpaid, connected: true });
  expect(network.connects).toBe(1);
});

describe('the far end closes', () => {
  test('what has been idle for 200 ms: the next request still pays nothing', async () => {
    const server = yes();
    server.keepAliveTimeout = 200;
    server.keepAliveTimeoutBuffer = 0;
    const port = await listen(server);
    const { network, pools } = watched();
    const send = destinationAt(`http://127.0.0.1:${port}`, pools);
    await network.ended(1);
    for (let round = 1; round <= 3; round++) {
      expect(await send(), `round ${round}`).toMatchObject(unpaid);
      const used = network.sockets[round - 1];
      if (used?.destroyed === false) await once(used, 'close');
      await network.ended(round + 1);
    }
    expect(network.connects).toBe(4);
  });

  test('a spare that it says goodbye to is replaced before it is needed', async () => {
    const clock = new FakeClock();
    const server = yes();
    const accepted: Socket[] = [];
    server.on('connection', (socket) => accepted.push(socket));
    const port = await listen(server);
    const { network, pools } = watched(clock);
    const send = destinationAt(`http://127.0.0.1:${port}`, pools);
    await network.ended(1);
    if (accepted.length === 0) await once(server, 'connection');
    await clock.advance(20_000);
    accepted[0]?.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    await network.ended(2);
    expect(await send()).toMatchObject(unpaid);
  });

  test('at once, every time: it is not hammered', async () => {
    const clock = new FakeClock();
    const server = createServer();
    const port = await listen(server);
    server.on('connection', (socket) => socket.destroy());
    const { network, pools } = watched(clock);
    destinationAt(`http://127.0.0.1:${port}`, pools);
    for (let second = 0; second < 600; second++) {
      await network.ended(network.connects);
      for (const socket of network.open) await once(socket, 'close');
      await clock.advance(1000);
    }
    // 1, 2, 4, … 60 s apart.
    expect(network.connects).toBeGreaterThan(10);
    expect(network.connects).toBeLessThan(20);
  });
});

test('a far end that is down is asked seldom; as soon as it is back a connection is ready', async () => {
  const clock = new FakeClock();
  const origin = await refusingOrigin();
  const { network, pools } = watched(clock);
  const send = destinationAt(origin, pools, { spares: 4 });
  for (let second = 0; second < 600; second++) {
    await network.ended(network.connects);
    await clock.advance(1000);
  }
  expect(network.sockets).toHaveLength(0);
  expect(network.connects).toBeGreaterThan(10);
  expect(network.connects).toBeLessThan(22);

  const before = network.connects;
  await listen(yes(), await freePort(origin));
  await clock.advance(60_000);
  await network.ended(before + 4);
  expect(network.open).toHaveLength(4);
  expect(await send()).toMatchObject(unpaid);
});

test('the far end restarts: the next request pays nothing', async () => {
  const clock = new FakeClock();
  const first = yes();
  const port = await listen(first);
  const { network, pools } = watched(clock);
  const send = destinationAt(`http://127.0.0.1:${port}`, pools);
  await network.ended(1);
  expect(await send()).toMatchObject(unpaid);
  await clock.advance(5000);
  await network.ended(2);
  await clock.advance(5000);
  await shut(first);
  await network.ended(3);
  expect(network.open).toHaveLength(0);

  await listen(yes(), port);
  await clock.advance(1000);
  await network.ended(4);
  expect(await send()).toMatchObject(unpaid);
});

test('a request that had to connect shows that the far end is back: no more waiting', async () => {
  const clock = new FakeClock();
  const origin = await refusingOrigin();
  const { network, pools } = watched(clock);
  const send = destinationAt(origin, pools);
  for (let round = 0; round < 8; round++) {
    await network.ended(network.connects);
    await clock.advance(60_000);
  }
  await listen(yes(), await freePort(origin));
  const before = network.connects;
  expect(await send()).toMatchObject({ ...unpaid, connected: true });
  await clock.advance(1);
  await network.ended(before + 2);
  expect(network.open.length).toBe(2);
});

test('a spare that has lain for `warm` is replaced, the new one first', async () => {
  const clock = new FakeClock();
  const port = await listen(yes());
  const { network, pools } = watched(clock);
  destinationAt(`http://127.0.0.1:${port}`, pools);
  await network.ended(1);
  await clock.advance(WARM_MS - 1);
  expect(network.connects).toBe(1);
  let others = 0;
  network.sockets[0]?.on('close', () => {
    others = network.open.length;
  });
  await clock.advance(1);
  await network.ended(2);
  await once(network.sockets[0] as Socket, 'close');
  expect(others).toBe(1);
});

test('a name that leads elsewhere: the spare connection follows', async () => {
  const clock = new FakeClock();
  const paths: { readonly old: string[]; readonly new: string[] } = { old: [], new: [] };
  const port = await listen(yes(paths.old), 0, '127.0.0.1');
  await listen(yes(paths.new), port, '127.0.0.2');
  let address = '127.0.0.1';
  const names: LookupFunction = (_name, _options, callback) => callback(null, [{ address, family: 4 }]);
  const { network, pools } = watched(clock, { lookup: rememberingLookup(clock, names) });
  const send = destinationAt(`http://bot.test:${port}`, pools);
  await network.ended(1);
  address = '127.0.0.2';
  await clock.advance(WARM_MS);
  await network.ended(2);
  expect(await send('/news')).toMatchObject(unpaid);
  expect(paths).toEqual({ old: [], new: ['/news'] });
});

test('a resolver that is down does not matter while an address is known', async () => {
  const clock = new FakeClock();
  let asked = 0;
  let isUp = true;
  const names: LookupFunction = (_name, _options, callback) => {
    asked++;
    if (isUp) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }), '', 0);
  };
  const lookup = rememberingLookup(clock, names);
  const find = (all: boolean) =>
    new Promise((resolve) => lookup('bot.test', { all }, (error, found) => resolve(error ?? found)));
  isUp = false;
  expect(await find(true)).toMatchObject({ code: 'EAI_AGAIN' });
  isUp = true;
  expect(await find(true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  expect(await find(false)).toBe('127.0.0.1');
  expect(asked, 'not again so soon').toBe(2);
  await clock.advance(WARM_MS);
  isUp = false;
  expect(await find(false)).toBe('127.0.0.1');
  expect(asked).toBe(3);
});

test('regression: a resolver that is silent does not hold anybody up while an address is known, and is heard when it answers', async () => {
  const clock = new FakeClock();
  const questions: ((address: string) => void)[] = [];
  const names: LookupFunction = (_name, _options, callback) =>
    void questions.push((address) => callback(null, [{ address, family: 4 }]));
  const lookup = rememberingLookup(clock, names);
  const find = () =>
    new Promise((resolve) => lookup('bot.test', {}, (error, found) => resolve(error ?? found)));
  const first = find();
  questions.shift()?.('127.0.0.1');
  expect(await first).toBe('127.0.0.1');
  await clock.advance(WARM_MS);
  const all = Promise.all([find(), find()]);
  await clock.advance(250);
  expect(await all).toEqual(['127.0.0.1', '127.0.0.1']);
  const soon = find();
  expect(questions, 'one question at a time').toHaveLength(1);
  questions.shift()?.('127.0.0.2');
  expect(await soon).toBe('127.0.0.2');
});

describe('many destinations at one origin', () => {
  test('share the spare connections, and never open more than their budget', async () => {
    const gate = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      request.resume().on('end', () => void gate.promise.then(() => response.end()));
    });
    const port = await listen(server);
    const { network, pools } = watched();
    const origin = `http://127.0.0.1:${port}`;
    const all = Array.from({ length: 100 }, () => destinationAt(origin, pools, { spares: 2 }));
    await network.ended(MOST_SPARES);
    expect(network.connects).toBe(MOST_SPARES);
    const results = all.flatMap((send) => [send(), send(), send()]);
    await network.ended(MOST_SOCKETS);
    gate.resolve();
    const answers = await Promise.all(results);
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['answer']));
    // Those in use, and the spares that took the place of the first.
    expect(network.open.length).toBeLessThanOrEqual(MOST_SOCKETS + MOST_SPARES);
  });

  test('a slow one does not delay another, however many requests it has under way', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => request.url === '/fast' && response.end());
    });
    const port = await listen(server);
    const { pools } = watched();
    const origin = `http://127.0.0.1:${port}`;
    const stuck = new AbortController();
    const slow = Array.from({ length: 20 }, () => destinationAt(origin, pools));
    const fast = destinationAt(origin, pools);
    const waiting = slow.flatMap((send) => Array.from({ length: 16 }, () => send('/slow', stuck.signal)));
    expect(await fast('/fast')).toMatchObject({ kind: 'answer' });
    stuck.abort();
    expect(new Set((await Promise.all(waiting)).map(({ kind }) => kind))).toEqual(
      new Set(['lost', 'unreachable']),
    );
  });

  test('one that is closed leaves the others theirs; the last one leaves nothing', async () => {
    const port = await listen(yes());
    const { network, pools } = watched();
    const origin = `http://127.0.0.1:${port}`;
    const options = { connections: 1, spares: 1, warmMs: WARM_MS, clock: systemClock, pools };
    const [one, other] = [new HttpConnection(origin, options), new HttpConnection(origin, { ...options })];
    await network.ended(2);
    await one.close();
    await one.close();
    expect(network.open.length).toBeGreaterThan(0);
    await other.close();
    expect(network.open).toEqual([]);
  });
});

test('regression: the newest spare is used, and a server that serves one connection after the other comes to it', async () => {
  const clock = new FakeClock();
  const server = createTcpServer({ pauseOnConnect: true });
  const waiting: Socket[] = [];
  let isBusy = false;
  // As Python's `http.server`: the next connection is looked at when the one before has ended.
  const serve = () => {
    const socket = isBusy ? undefined : waiting.shift();
    if (socket === undefined) return;
    isBusy = true;
    socket.once('data', () => void socket.end('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'));
    socket.once('close', () => {
      isBusy = false;
      serve();
    });
    socket.on('end', () => socket.end());
    socket.resume();
  };
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    waiting.push(socket);
    serve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { network, pools } = watched(clock);
  const send = destinationAt(`http://127.0.0.1:${port}`, pools, { spares: 2 });
  await network.ended(1);
  await clock.advance(1000);
  await network.ended(2);
  const answer = send();
  await expect.poll(() => network.sockets[1]?.bytesWritten).toBeGreaterThan(0);
  expect(network.sockets[0]?.bytesWritten).toBe(0);
  await clock.advance(100);
  expect(await answer).toMatchObject({ kind: 'answer', status: 200 });
});
