/**
 * A wire of a given length: passes bytes on, half a round trip later, in both directions. Connecting costs
 * the full round trip that a SYN and its answer take, although the loopback itself connects at once: nothing
 * of a new connection passes before that.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class DelayProxy implements Disposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async open(targetPort: number, roundTripMs: number): Promise<DelayProxy> {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new DelayProxy(server, targetPort, roundTripMs);
  }

  private constructor(server: Server, targetPort: number, roundTripMs: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => {
      const openMs = performance.now() + roundTripMs;
      const far = connect(targetPort, '127.0.0.1');
      for (const socket of [near, far]) this.#watch(socket);
      carry(near, far, roundTripMs / 2, openMs);
      carry(far, near, roundTripMs / 2, openMs);
    });
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** In order: what comes later never passes sooner, however the timers round. */
function carry(from: Socket, to: Socket, delayMs: number, openMs: number): void {
  const waiting: { readonly dueMs: number; readonly pass: () => void }[] = [];
  const passDue = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) return void setTimeout(passDue, leftMs);
      waiting.shift();
      next.pass();
    }
  };
  const later = (pass: () => void) => {
    const idle = waiting.length === 0;
    waiting.push({ dueMs: Math.max(openMs, performance.now()) + delayMs, pass });
    if (idle) passDue();
  };
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('close', () => later(() => to.destroy()));
}
