/** Nobody holds a connection that does not use it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { type ServerLimits, startServer } from '../../src/web/server.ts';
import { LOCAL, LOCAL_WITH_TOKEN, webOf } from '../support/web.ts';

/** None is reached in a test, but for the one that it sets. */
const LONG: ServerLimits = {
  ...{ headersMs: 600_000, requestMs: 600_000, silenceMs: 600_000, checkMs: 10, connections: 10 },
};

/** Those that are logged as bugs of ours. */
const failures: unknown[] = [];
const failed = (error: unknown) => void failures.push(error);
afterEach(() => expect(failures.splice(0)).toEqual([]));

async function opened(limits: Partial<ServerLimits>, ...texts: readonly string[]): Promise<Socket[]> {
  const server = await startServer(LOCAL, webOf(LOCAL_WITH_TOKEN, { failed }), { ...LONG, ...limits });
  onTestFinished(() => server.close());
  const sockets: Socket[] = [];
  for (const text of texts) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    sockets.push(socket);
  }
  return sockets;
}

const answered = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
};

test('who never ends the headers is dropped', async () => {
  const [socket] = await opened(
    { headersMs: 30, requestMs: 30 },
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ',
  );
  expect(await answered(socket as Socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test('who never ends the body is dropped', async () => {
  const [socket] = await opened(
    { headersMs: 30, requestMs: 30 },
    'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntoken=',
  );
  expect(await answered(socket as Socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test('who neither asks nor reads is dropped', async () => {
  const [socket] = await opened({ silenceMs: 30 }, '');
  expect(await answered(socket as Socket)).toBe('');
});

test('beyond the bound nobody gets in, and those who are in are answered', async () => {
  const [first, second] = await opened(
    { connections: 1 },
    '',
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );
  expect(await answered(second as Socket)).toBe('');
  first?.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(await answered(first as Socket)).toContain('\r\n\r\nok\n');
});
