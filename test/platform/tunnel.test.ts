import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { proxyIn } from '../../src/platform/proxy.ts';
import { connectThrough } from '../../src/platform/tunnel.ts';
import { certificate } from '../support/awkward-feed.ts';
import { type ConnectProxyOptions, startConnectProxy } from '../support/connect-proxy.ts';
import { FakeClock } from '../support/fake-clock.ts';

let scope: AsyncDisposableStack;
let clock: FakeClock;
beforeEach(() => {
  scope = new AsyncDisposableStack();
  clock = new FakeClock();
});
afterEach(() => scope.disposeAsync());

/** Greets, and says back what it gets, in capitals. */
async function farEnd(): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => socket.destroy()));
    socket.write('hello ');
    socket.on('data', (data) => socket.write(String(data).toUpperCase()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Outcome {
  readonly error: NodeJS.ErrnoException | null;
  readonly socket: Socket | null;
}

function through(proxy: string | undefined, port: number, host = '127.0.0.1') {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const way = proxy === undefined ? undefined : proxyIn(proxy);
  const cancel = connectThrough(
    way,
    { host, port, lookup: undefined, timeoutMs: 10_000, clock },
    (error, socket) => {
      if (socket !== null) scope.defer(() => void socket.destroy());
      resolve({ error, socket });
    },
  );
  return { done: promise, cancel };
}

async function proxied(options: ConnectProxyOptions = {}) {
  const proxy = await startConnectProxy(options);
  scope.use(proxy);
  return proxy;
}

/** All that comes until it is as long as that. */
async function said(socket: Socket, length: number): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.length >= length) break;
  }
  return text;
}

test('without a proxy it is a connection like any other', async () => {
  const { socket } = await through(undefined, await farEnd()).done;
  expect(await said(socket as Socket, 6)).toBe('hello ');
});

test.each([
  ['', {}],
  ['user:p%40ss@', { credentials: 'user:p@ss' }],
] as const)('bytes pass both ways, none is lost at the seam: http://%sproxy', async (login, options) => {
  const proxy = await proxied(options);
  const port = await farEnd();
  const { socket, error } = await through(`http://${login}127.0.0.1:${proxy.port}`, port).done;
  expect(error).toBeNull();
  (socket as Socket).write('abc');
  expect(await said(socket as Socket, 9)).toBe('hello ABC');
  expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
});

test('the name goes to the proxy, which resolves it', async () => {
  const proxy = await proxied({ resolve: () => '127.0.0.1' });
  const port = await farEnd();
  const { error } = await through(`http://127.0.0.1:${proxy.port}`, port, 'only.known.there').done;
  expect(error).toBeNull();
  expect(proxy.asked).toEqual([`only.known.there:${port}`]);
});

test('TLS goes through the tunnel, and the way to the proxy may be TLS too', async () => {
  const { key, cert } = await certificate();
  const server = createTlsServer({ key, cert }, (socket) => socket.on('error', () => undefined).end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => void server.close());
  const proxy = await proxied();
  const { port } = server.address() as AddressInfo;
  const { socket } = await through(`http://127.0.0.1:${proxy.port}`, port).done;
  const secure = connectTls({ socket: socket as Socket, ca: cert, host: '127.0.0.1', servername: '' });
  expect(await said(secure, 5)).toBe('hello');
  const secret = await proxied({ tls: { key, cert } });
  // Its certificate is not one that this machine trusts.
  const { error } = await through(`https://127.0.0.1:${secret.port}`, port).done;
  expect(error).toMatchObject({ code: 'PROXY_UNREACHABLE' });
  expect(error?.message).toMatch(/^the proxy 127\.0\.0\.1:\d+ failed \(.*certificate.*\)$/);
});

test.each([
  [
    'HTTP/1.1 403 Forbidden\r\n\r\n',
    'PROXY_REFUSED',
    'refuses to connect to far.example:443 (403 Forbidden)',
  ],
  [
    'HTTP/1.0 503 No\u001b[2J way\r\n\r\n',
    'PROXY_REFUSED',
    'refuses to connect to far.example:443 (503 No␛[2J way)',
  ],
  ['HTTP/1.1 407 Login\r\n\r\n', 'PROXY_AUTH', 'requires a user and a password (407 Login)'],
  [
    'SSH-2.0-OpenSSH_9.6\r\n\r\n',
    'PROXY_NOT_HTTP',
    'does not answer as an HTTP proxy: "SSH-2.0-OpenSSH_9.6"',
  ],
  [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, undefined, undefined],
  ['x'.repeat(40_000), 'PROXY_NOT_HTTP', `does not answer as an HTTP proxy: "${'x'.repeat(80)}"`],
  ['', 'PROXY_REFUSED', 'closed the connection without an answer'],
])('an answer of a proxy: %j', async (answer, code, words) => {
  const proxy = await proxied({ answer });
  const { error } = await through(`http://127.0.0.1:${proxy.port}`, 443, 'far.example').done;
  if (code === undefined) return expect(error).toBeNull();
  expect(error).toMatchObject({ code, message: `the proxy 127.0.0.1:${proxy.port} ${words}` });
});

test('a proxy that is not there, and one that says nothing', async () => {
  const nobody = await through('http://user:secret@127.0.0.1:1', 443).done;
  expect(nobody.error).toMatchObject({
    code: 'PROXY_UNREACHABLE',
    message: 'the proxy 127.0.0.1:1 cannot be reached (connect ECONNREFUSED 127.0.0.1:1)',
  });
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const silent = through(`http://127.0.0.1:${port}`, 443);
  await once(server, 'connection');
  clock.advance(10_000);
  expect((await silent.done).error).toMatchObject({
    code: 'PROXY_UNREACHABLE',
    message: `the proxy 127.0.0.1:${port} made no connection within 10s`,
  });
});

test('cancelled: the proxy is let go, and nobody is called', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const silent = through(`http://127.0.0.1:${port}`, 443);
  const [peer] = (await once(server, 'connection')) as [Socket];
  peer.on('error', () => undefined).resume();
  await once(peer, 'data').catch(() => undefined);
  silent.cancel();
  await once(peer, 'close');
  clock.advance(60_000);
  const late = await Promise.race([silent.done, Promise.resolve('nobody')]);
  expect(late).toBe('nobody');
});
