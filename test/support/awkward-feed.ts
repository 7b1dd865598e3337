/**
 * A second feed server, with nothing of the simulator's in it: it reads and writes the bytes of HTTP and
 * WebSocket by hand, so that it can do what a library would not let it (RFC 6455). For each connection the
 * test says what happens; without a word it welcomes.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { Arrivals } from '../../src/simulator/arrivals.ts';

export const WELCOME = { type: 'welcome', tier: 'awkward', allowedCex: '*', expiresInSecs: null };

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** For `localhost` and 127.0.0.1; made again, gone with the test. */
export async function certificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key, cert };
}

/** The treatment of a connection once its request was read; `undefined` = before that. */
export type Script = (peer: Peer) => void;

export const welcoming: Script = (peer) => {
  peer.accept();
  peer.binary(WELCOME);
};

export class AwkwardFeed implements AsyncDisposable {
  /** Requests that were read to their end. */
  readonly peers = new Arrivals<Peer>('request');
  /** TCP connections, whatever became of them. */
  readonly sockets = new Arrivals<Socket>('connection');
  script: Script = welcoming;
  /** Accepts and never says a word, not even for TLS. */
  deaf = false;
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
  }

  static async start(tls?: Certificate): Promise<AwkwardFeed> {
    const front = createServer();
    const feed = new AwkwardFeed(front, tls === undefined ? 'ws' : 'wss');
    const inner = tls === undefined ? undefined : createTlsServer(tls);
    inner?.on('secureConnection', (socket) => feed.#serve(socket));
    inner?.on('tlsClientError', (_error, socket) => socket.destroy());
    front.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      feed.sockets.add(socket);
      if (feed.deaf) return;
      if (inner === undefined) feed.#serve(socket);
      else inner.emit('connection', socket);
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    return feed;
  }

  get port(): number {
    // It listens on a port, so the address is not a pipe's name.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  /** The connection number `count` ever. */
  async peer(count = 1): Promise<Peer> {
    const peers = await this.peers.waitFor(count);
    return peers[count - 1] as Peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets.all) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    let head = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    const read = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      const peer = new Peer(socket, head.toString('latin1'));
      this.script(peer);
      this.peers.add(peer);
    };
    socket.on('data', read);
  }
}

export class Peer {
  readonly socket: Socket;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly received = new Arrivals<ClientFrame>('client frame');
  /** When the connection is over. */
  readonly closed: Promise<unknown>;
  #pending = Buffer.alloc(0);

  constructor(socket: Socket, head: string) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    const [first = '', ...lines] = head.split('\r\n');
    this.path = first.split(' ')[1] ?? '';
    this.headers = new Map(
      lines.flatMap((line): [string, string][] => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
      }),
    );
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Text messages that the client sent. */
  get messages(): readonly string[] {
    return this.received.all
      .filter(({ opcode }) => opcode === OPCODE.text)
      .map(({ payload }) => payload.toString());
  }

  /** An HTTP answer in place of the upgrade. `isCut`: it promises more body than it sends, and then stays. */
  refuse(status: number, body: object | string = '', headers: readonly string[] = [], isCut = false): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const length = Buffer.byteLength(text) + (isCut ? 100 : 0);
    const lines = [`HTTP/1.1 ${status} No`, `Content-Length: ${length}`, ...headers];
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`);
    if (!isCut) this.socket.end();
  }

  accept(headers: readonly string[] = []): void {
    const key = this.headers.get('sec-websocket-key') ?? '';
    const answer = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${answer}`,
      ...headers,
    ];
    this.raw(`${lines.join('\r\n')}\r\n\r\n`);
  }

  text(message: object | string): void {
    this.raw(frame(OPCODE.text, bytesOf(message)));
  }

  binary(message: object | string | Buffer): void {
    this.raw(frame(OPCODE.binary, bytesOf(message)));
  }

  /** One message in `count` frames, with a ping between them. */
  fragments(message: object | string, count: number): void {
    const bytes = bytesOf(message);
    const size = Math.ceil(bytes.length / count);
    for (let part = 0; part < count; part++) {
      const opcode = part === 0 ? OPCODE.binary : OPCODE.continuation;
      const isLast = part === count - 1;
      this.raw(frame(opcode, bytes.subarray(part * size, (part + 1) * size), { isLast }));
      if (!isLast) this.ping(`between ${part}`);
    }
  }

  /** As permessage-deflate does it (RFC 7692), whether that was agreed or not. */
  compressed(message: object | string): void {
    const deflated = deflateRawSync(bytesOf(message), { finishFlush: 2 });
    this.raw(frame(OPCODE.binary, deflated.subarray(0, -4), { isCompressed: true }));
  }

  ping(payload = ''): void {
    this.raw(frame(OPCODE.ping, Buffer.from(payload)));
  }

  close(code: number, reason = ''): void {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.raw(frame(OPCODE.close, payload));
  }

  raw(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Frames of the client are masked, and here never longer than 64 KB. */
  #read(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const bytes = this.#pending;
      if (bytes.length < 2) return;
      const short = bytes.readUInt8(1) & 0x7f;
      const start = short === 126 ? 4 : 2;
      if (bytes.length < start + 4) return;
      const length = short === 126 ? bytes.readUInt16BE(2) : short;
      const end = start + 4 + length;
      if (bytes.length < end) return;
      const mask = bytes.subarray(start, start + 4);
      const payload = Buffer.from(
        bytes.subarray(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
      );
      this.#pending = bytes.subarray(end);
      this.received.add({ opcode: bytes.readUInt8(0) & 0x0f, payload });
    }
  }
}

/** One frame as a server writes it: without a mask. */
export function frame(opcode: number, payload: Buffer, { isLast = true, isCompressed = false } = {}): Buffer {
  const first = (isLast ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  if (payload.length < 65_536) {
    const head = Buffer.from([first, 126, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
    return Buffer.concat([head, payload]);
  }
  const head = Buffer.alloc(10);
  head.writeUInt8(first, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

export function bytesOf(message: object | string | Buffer): Buffer {
  if (Buffer.isBuffer(message)) return message;
  return Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
}
