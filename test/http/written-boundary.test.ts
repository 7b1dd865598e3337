/**
 * The line between "provably not received" and "nobody knows", by experiment: a server that counts the bytes of
 * requests that reach it, and hangs up at every possible moment. `unreachable` may never be the outcome of a
 * request of which a byte arrived.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, expect, test } from 'vitest';
import { HttpConnection } from '../../src/http/connection.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import type { HttpResult } from '../../src/http/request.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { WAIT_MS } from '../support/limits.ts';
import { seededRandom } from '../support/seeded-random.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

function open(origin: string, { connections = 1, clock = systemClock as Clock } = {}) {
  const connection = new HttpConnection(origin, {
    connections,
    spares: 0,
    warmMs: false,
    clock,
    pools: new PoolRegistry({ clock }),
  });
  scope.defer(() => connection.close());
  return (expiresAtMs?: number, signal = AbortSignal.timeout(WAIT_MS)): Promise<HttpResult> =>
    connection.send({
      method: 'POST',
      path: '/signal',
      headers: { 'content-type': 'application/json' },
      body: '{"symbol":"ABCUSDT"}',
      signal,
      expiresAtMs,
    });
}

const HANG_UPS: readonly ((socket: Socket) => unknown)[] = [
  (socket) => socket.end(),
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
];

/** Hangs up in one of many ways at one of many moments; `bytes` of requests have reached it. */
async function hangingUp(server: Server, connected: 'connection' | 'secureConnection') {
  const random = seededRandom(1);
  const seen = { bytes: 0 };
  const draw = (most: number) => Math.floor(random() * most);
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    const hangUp = HANG_UPS[draw(HANG_UPS.length)] ?? (() => undefined);
    // Before anything is read, at the first byte (of the handshake, with TLS), or later.
    const moment = draw(4);
    if (moment === 0) hangUp(socket);
    else if (moment === 1 && connected === 'secureConnection') socket.once('data', () => hangUp(socket));
    else if (moment === 2) setImmediate(() => hangUp(socket));
  });
  server.on(connected, (socket: Socket) => {
    socket.on('error', () => undefined);
    const hangUpAfter = 1 + draw(100);
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
      if (seen.bytes >= hangUpAfter) socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(async () => {
    server.close();
    await once(server, 'close');
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

async function tlsServer(): Promise<Server> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, cert]);
  scope.defer(() => setDefaultCACertificates(trusted));
  return createTlsServer({ key, cert });
}

test.each([
  ['http', 'connection', async () => createServer()],
  ['https', 'secureConnection', tlsServer],
] as const)('%s: nothing has come of what is called unreachable', async (scheme, connected, create) => {
  const { seen, port } = await hangingUp(await create(), connected);
  const kinds = new Map<string, number>();
  for (let round = 0; round < 150; round++) {
    seen.bytes = 0;
    const send = open(`${scheme}://localhost:${port}`);
    const result = await send();
    const kind = seen.bytes > 0 ? `${result.kind}, bytes came` : result.kind;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect(kinds.get('unreachable, bytes came')).toBeUndefined();
  expect(kinds.get('lost, bytes came'), 'the experiment has met both sides').toBeGreaterThan(10);
  if (scheme === 'https') expect(kinds.get('unreachable')).toBeGreaterThan(10);
});

test.each([
  ['an orderly end', 'end'],
  ['a reset', 'reset'],
] as const)('a kept connection that the far end gives up just before the write: %s', async (_name, how) => {
  const server = scope.use(await FaultyServer.start());
  const send = open(server.origin, { connections: 3 });
  const before = await Promise.all([send(), send(), send()]);
  expect(before.map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer']);
  for (let round = 0; round < 20; round++) {
    const received = server.received.length;
    // In one tick: the end is in the kernel and has not been read when the three are handed over.
    server.hangUp(how);
    const results = await Promise.all([send(), send(), send()]);
    const maybe = results.filter(({ kind }) => kind !== 'unreachable').length;
    const answered = results.filter(({ kind }) => kind === 'answer').length;
    const came = server.received.length - received;
    expect(came, 'what was answered was received').toBeGreaterThanOrEqual(answered);
    expect(came, 'each at most once, and what is called unreachable never').toBeLessThanOrEqual(maybe);
  }
});

test('a kept connection whose end was noticed costs nothing', async () => {
  const server = scope.use(await FaultyServer.start());
  const send = open(server.origin);
  await send();
  server.hangUp('end');
  await server.deserted();
  expect((await send()).kind).toBe('answer');
  expect(server.connections).toBe(2);
});

test('one socket stalls, another is reset, a third answers: each request its own truth', async () => {
  const server = scope.use(await FaultyServer.start());
  server.script({ fault: 'stall' }, { fault: 'reset' }, { status: 200 });
  const send = open(server.origin, { connections: 3 });
  const deadline = new AbortController();
  void server.actedAtLeast(3).then(() => deadline.abort());
  const results = await Promise.all([1, 2, 3].map(() => send(undefined, deadline.signal)));
  const told = results.map((result) => (result.kind === 'lost' ? result.reason : result.kind));
  expect(told.toSorted()).toEqual(['answer', 'connection_lost', 'timeout']);
  expect(server.received).toHaveLength(3);
});

test('what waits for a socket until after its maxAge is never written, even if every timer is late', async () => {
  let lateMs = 0;
  const clock: Clock = {
    wallMs: () => systemClock.wallMs(),
    wallUs: () => systemClock.wallUs(),
    monotonicMs: () => systemClock.monotonicMs() + lateMs,
    after: (...timer) => systemClock.after(...timer),
  };
  const gate = Promise.withResolvers<void>();
  const server = scope.use(await FaultyServer.start());
  server.script({ until: gate.promise, reply: { status: 200 } });
  const send = open(server.origin, { clock });
  const first = send();
  await server.receivedAtLeast(1);
  const second = send(clock.monotonicMs() + 60_000);
  lateMs = 60_000;
  gate.resolve();
  expect((await first).kind).toBe('answer');
  expect(await second).toMatchObject({ kind: 'unreachable', detail: 'not sent in time' });
  expect((await send()).kind).toBe('answer');
  expect(server.received).toHaveLength(2);
});
