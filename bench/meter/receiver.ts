/**
 * The receiving side of the meter: HTTP on bare sockets, so that what is timed is the subject and not a web
 * framework. A request counts at the moment in which its last byte was read. Only `POST /hook…` is an arrival:
 * rehearsals and warming requests are answered and forgotten.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { sequenceIn } from './frames.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
const HEAD_END = '\r\n\r\n';

export interface ReceiverOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Closes a connection that was idle for so long, as web servers do (Node: 5 s, nginx: 75 s). */
  readonly idleCloseMs?: number;
}

interface Expected {
  left: number;
  came: number;
  firstMs: number | undefined;
  hundredthMs: number | undefined;
  readonly done: PromiseWithResolvers<Arrivals>;
}

/** `performance.now()` when a request was complete. */
export interface Arrivals {
  readonly firstMs: number;
  /** The last, where there are fewer. */
  readonly hundredthMs: number;
  readonly lastMs: number;
}

export class Receiver implements Disposable {
  /** How many connections were made to it. */
  connections = 0;
  readonly #options: ReceiverOptions;
  readonly #expected = new Map<number, Expected>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(options: ReceiverOptions = {}) {
    this.#options = options;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** One more port that leads here; gives its number. `host` `0.0.0.0`: on every address of loopback, each of which is a host of its own. */
  async listen(host = '127.0.0.1'): Promise<number> {
    const { tls } = this.#options;
    const accept = (socket: Socket) => this.#accept(socket);
    const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
    this.#servers.push(server);
    server.listen({ host, port: 0, backlog: 4096 });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Resolves with the moment (`performance.now()`) in which the last of so many requests was complete. */
  async arrival(sequence: number, requests = 1): Promise<number> {
    return (await this.arrivals(sequence, requests)).lastMs;
  }

  /** Of so many requests the first and the last. */
  arrivals(sequence: number, requests: number): Promise<Arrivals> {
    const done = Promise.withResolvers<Arrivals>();
    this.#expected.set(sequence, {
      ...{ left: requests, came: 0, firstMs: undefined, hundredthMs: undefined, done },
    });
    return done.promise;
  }

  #accept(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (this.#options.idleCloseMs !== undefined)
      socket.setTimeout(this.#options.idleCloseMs, () => socket.end());
    let unread: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
      for (;;) {
        const headEnd = unread.indexOf(HEAD_END);
        if (headEnd < 0) return;
        const head = unread.toString('latin1', 0, headEnd);
        const bodyBegin = headEnd + HEAD_END.length;
        const end = bodyBegin + contentLength(head);
        if (unread.length < end) return;
        const atMs = performance.now();
        socket.write(OK);
        if (head.startsWith('POST /hook')) this.#arrived(unread.subarray(bodyBegin, end), atMs);
        unread = unread.subarray(end);
      }
    });
  }

  #arrived(body: Buffer, atMs: number): void {
    const sequence = sequenceIn(body);
    const expected = sequence === undefined ? undefined : this.#expected.get(sequence);
    if (sequence === undefined || expected === undefined) return;
    expected.firstMs ??= atMs;
    if (++expected.came === 100) expected.hundredthMs = atMs;
    if (--expected.left > 0) return;
    this.#expected.delete(sequence);
    const { firstMs, hundredthMs = atMs } = expected;
    expected.done.resolve({ firstMs, hundredthMs, lastMs: atMs });
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }
}

function contentLength(head: string): number {
  const match = /\r\ncontent-length: *(\d+)/i.exec(head);
  return match === null ? 0 : Number(match[1]);
}
