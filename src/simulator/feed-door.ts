/**
 * The door of the feed server: takes upgrade requests, answers refusals as plain HTTP, and hands every
 * client that may come in to `onEnter` as a WebSocket. Faults of the handshake happen here.
 */
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../platform/clock.ts';
import type { Admission, Admitted, RefusedHandshake } from './feed-admission.ts';
import type { Handshake } from './feed-records.ts';
import { type ListenOptions, listen, shut } from './loopback.ts';

/** Well above the 1 KB that clients may send: the session answers 1009 with the service's own reason. */
const LARGEST_PAYLOAD_BYTES = 1024 * 1024;

const UPGRADE = {
  noServer: true,
  autoPong: false,
  clientTracking: false,
  maxPayload: LARGEST_PAYLOAD_BYTES,
} as const;

export interface DoorDeps {
  readonly admission: Pick<Admission, 'decide' | 'enter' | 'leave'>;
  readonly clock: Clock;
  /** Runs at once when there is no delay to wait for. */
  readonly later: (act: () => void) => void;
  readonly compresses: () => boolean;
  /** More lines in the answer to a handshake: `Date: …`. */
  readonly headers?: () => readonly string[];
  readonly onHandshake: (handshake: Handshake) => void;
  readonly onEnter: (socket: WebSocket, admitted: Admitted) => void;
}

export class FeedDoor {
  readonly #deps: DoorDeps;
  readonly #http = createServer((_, response) => {
    response.writeHead(426, { 'content-type': 'application/json', upgrade: 'websocket' });
    response.end('{"error":"upgrade_required"}');
  });
  readonly #upgrader = new WebSocketServer({ ...UPGRADE, perMessageDeflate: false });
  readonly #compressor = new WebSocketServer({ ...UPGRADE, perMessageDeflate: { threshold: 0 } });
  readonly #sockets = new Set<Duplex>();
  readonly #scripted: RefusedHandshake[] = [];
  readonly #standing = new Set<RefusedHandshake>();

  constructor(deps: DoorDeps) {
    this.#deps = deps;
    this.#upgrader.on('headers', (headers) => headers.push(...(deps.headers?.() ?? [])));
    // A correct server never does this: it accepts an extension that was not offered.
    this.#compressor.on('headers', (headers, { headers: asked }) => {
      if (asked['sec-websocket-extensions'] === undefined)
        headers.push('Sec-WebSocket-Extensions: permessage-deflate');
    });
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // A client may vanish while its handshake is held back.
      socket.on('error', () => socket.destroy());
      deps.later(() => this.#answer(request, socket, head));
    });
  }

  /** Resolves with `host:port`. */
  open(options: ListenOptions): Promise<string> {
    return listen(this.#http, options);
  }

  /** The next handshake gets this answer, from any client. */
  refuseNext(refusal: RefusedHandshake): void {
    this.#scripted.push(refusal);
  }

  /** Every handshake gets it, until the returned function is called. */
  refuseAlways(refusal: RefusedHandshake): () => void {
    this.#standing.add(refusal);
    return () => this.#standing.delete(refusal);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await shut(this.#http);
  }

  #answer(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { admission, clock, onEnter } = this.#deps;
    const knock = {
      url: request.url ?? '/',
      headers: request.headers,
      ip: request.socket.remoteAddress ?? '',
    };
    const [standing] = this.#standing;
    const decision = this.#scripted.shift() ?? standing ?? admission.decide(knock, clock.monotonicMs());
    if ('status' in decision) {
      const error = typeof decision.body === 'object' ? decision.body['error'] : decision.body;
      this.#log({ status: decision.status, error: String(error), cex: undefined });
      return refuse(socket, decision);
    }
    // ws itself answers 400 to a malformed upgrade; then nobody entered.
    const upgrader = this.#deps.compresses() ? this.#compressor : this.#upgrader;
    upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      admission.enter(decision, clock.monotonicMs());
      webSocket.on('close', () => admission.leave(decision));
      this.#log({ status: 101, error: undefined, cex: decision.cex });
      onEnter(webSocket, decision);
    });
  }

  #log(handshake: Omit<Handshake, 'atMs'>): void {
    this.#deps.onHandshake({ atMs: this.#deps.clock.monotonicMs(), ...handshake });
  }
}

/** The answer to an upgrade is written by hand: no HTTP response object exists any more. */
function refuse(socket: Duplex, { status, body, headers = {} }: RefusedHandshake): void {
  const isText = typeof body === 'string';
  const payload = isText ? body : JSON.stringify(body);
  const lines = Object.entries({
    'Content-Type': isText ? 'text/plain' : 'application/json',
    'Content-Length': String(Buffer.byteLength(payload)),
    Connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${payload}`);
}
