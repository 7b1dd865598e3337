/** An address at which nobody listens. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const taken = new Map<string, Socket>();

/**
 * Connections to it are refused, also while other tests look for free ports: it is the near end of a connection of our
 * own, so nobody else is given it. `localAddress` makes the system choose a port that can be listened on later: one that it
 * chooses for a connection alone may be in TIME_WAIT. The other end never ends by itself, so that a reset leaves none either.
 */
export async function refusingOrigin(): Promise<string> {
  const server = createServer(
    { allowHalfOpen: true },
    (socket) => void socket.on('error', () => undefined).unref(),
  );
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  // It listens on a port, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  await once(socket, 'connect');
  server.close();
  const origin = `http://127.0.0.1:${socket.unref().localPort}`;
  taken.set(origin, socket);
  return origin;
}

/** Its port, for somebody to listen there. */
export async function freePort(origin: string): Promise<number> {
  const socket = taken.get(origin)?.resetAndDestroy();
  if (socket?.closed === false) await once(socket, 'close');
  return Number(new URL(origin).port);
}
