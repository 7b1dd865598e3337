/** Addresses at which a connection never gets so far that a request could be written. Each closes with the given scope. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { generate } from 'selfsigned';

/** Accepts, and says nothing: a TLS handshake waits for ever. */
export async function silentOrigin(scope: AsyncDisposableStack): Promise<string> {
  return `https://127.0.0.1:${await listen(scope, createServer())}`;
}

/** Resets as soon as the handshake begins. */
export async function resettingOrigin(scope: AsyncDisposableStack): Promise<string> {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  return `https://127.0.0.1:${await listen(scope, server)}`;
}

/** Speaks TLS with a certificate of its own making, valid for one day. */
export async function distrustedOrigin(scope: AsyncDisposableStack): Promise<string> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    notAfterDate: new Date(Date.now() + 86_400_000),
  });
  return `https://127.0.0.1:${await listen(scope, createHttpsServer({ key, cert }))}`;
}

/**
 * A full queue of connections that nobody accepts: the kernel no longer answers. The listener is a process
 * that stands still, because Node always accepts.
 */
export async function deafOrigin(scope: AsyncDisposableStack): Promise<string> {
  const program = `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
    process.exit();
  });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  scope.defer(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  // The kernel takes up to two more than asked for.
  for (const filler of Array.from({ length: 3 }, () => connect(port, '127.0.0.1'))) {
    filler.on('error', () => undefined);
    scope.defer(() => void filler.destroy());
    await Promise.race([once(filler, 'connect'), new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return `http://127.0.0.1:${port}`;
}

export async function listen(scope: AsyncDisposableStack, server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  // It listens on a port, so the address is not a pipe's name.
  return (server.address() as AddressInfo).port;
}
