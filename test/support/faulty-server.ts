/**
 * A scripted receiver: for each request the next behaviour of the script, then `otherwise`. A real HTTP server on
 * a free port; everything that it received can be read and waited for.
 */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** Of the event loop: many more than a write on loopback takes to be read at its other end. */
const TURNS = 50;

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A whole answer, or one of the ways to fail at giving one. */
export type Behaviour =
  | Reply
  | { readonly until: Promise<unknown>; readonly reply: Reply }
  | { readonly fault: 'stall' | 'reset' | 'close' | 'garbage' }
  /** The headers say more body than ever comes, and then: nothing, a reset, an orderly end. */
  | { readonly fault: 'stall-body' | 'reset-body' | 'truncate'; readonly reply: Reply }
  /** These bytes, whatever they are; then the connection stays open. */
  | { readonly raw: string }
  /** The body never ends. */
  | { readonly fault: 'endless'; readonly reply: Reply };

export class FaultyServer implements AsyncDisposable {
  readonly received: Received[] = [];
  /** The answer after the end of the script. */
  otherwise: Behaviour;
  connections = 0;
  /** Behaviours that were carried out, as far as they go by themselves. */
  acted = 0;
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  readonly #script: Behaviour[] = [];
  #connectionsToDrop = 0;
  #watchers: (() => void)[] = [];

  private constructor(otherwise: Behaviour) {
    this.otherwise = otherwise;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => this.#connected(socket));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async start(otherwise: Behaviour = { status: 200 }): Promise<FaultyServer> {
    const server = new FaultyServer(otherwise);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get origin(): string {
    // Listening on a port, so the address is not a pipe's name.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open.size;
  }

  script(...behaviours: readonly Behaviour[]): void {
    this.#script.push(...behaviours);
  }

  /** Accepts the next connections only to close them. */
  dropConnections(count: number): void {
    this.#connectionsToDrop = count;
  }

  /** Gives up every connection there is, now. */
  hangUp(how: 'end' | 'reset'): void {
    for (const socket of this.#open) how === 'end' ? socket.end() : socket.resetAndDestroy();
  }

  /** Resolves when so many requests have been received in all. */
  async receivedAtLeast(count: number): Promise<void> {
    while (this.received.length < count)
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
  }

  /** Resolves when so many have been answered, or not answered, as the script says, and a client in this process has had its turns to notice. */
  async actedAtLeast(count: number): Promise<void> {
    while (this.acted < count)
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  }

  /** Resolves when the other side has closed all its connections. */
  async deserted(): Promise<void> {
    for (const socket of this.#open) if (!socket.destroyed) await once(socket, 'close');
  }

  /** The last request. */
  get last(): Received {
    const received = this.received.at(-1);
    if (received === undefined) throw new Error('nothing was received');
    return received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #connected(socket: Socket): void {
    this.connections++;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (this.#connectionsToDrop === 0) return;
    this.#connectionsToDrop--;
    socket.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const behaviour = this.#script.shift() ?? this.otherwise;
    this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
    for (const watcher of this.#watchers.splice(0)) watcher();
    await behave(behaviour, request.socket, response);
    this.acted++;
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

async function behave(behaviour: Behaviour, socket: Socket, response: ServerResponse): Promise<void> {
  if ('status' in behaviour) return answer(behaviour, response);
  if ('raw' in behaviour) return new Promise((written) => socket.write(behaviour.raw, () => written()));
  if ('until' in behaviour) {
    await behaviour.until;
    return answer(behaviour.reply, response);
  }
  switch (behaviour.fault) {
    case 'stall':
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'close':
      socket.destroy();
      return;
    case 'garbage':
      socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n');
      return;
    case 'endless': {
      response.writeHead(behaviour.reply.status, behaviour.reply.headers);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      return more();
    }
    default:
      return cutShort(behaviour, socket, response);
  }
}

function answer({ status, headers, body }: Reply, response: ServerResponse): void {
  response.writeHead(status, headers).end(body);
}

/** Says 1000 bytes more than it sends. */
async function cutShort(
  { fault, reply }: { readonly fault: 'stall-body' | 'reset-body' | 'truncate'; readonly reply: Reply },
  socket: Socket,
  response: ServerResponse,
): Promise<void> {
  const part = reply.body ?? '{';
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(Buffer.byteLength(part) + 1000),
  });
  await new Promise<void>((written) => response.write(part, () => written()));
  if (fault === 'truncate') socket.end();
  // After the part has been read: a reset may overtake what it follows.
  if (fault !== 'reset-body') return;
  await setImmediate();
  socket.resetAndDestroy();
}
