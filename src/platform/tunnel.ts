/**
 * A TCP connection to a host, directly or through an HTTP proxy: the proxy gets a `CONNECT` (RFC 9110 §9.3.6), resolves
 * the name, and from its yes on passes bytes.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Timer } from './clock.ts';
import { connectFirst, type Reach, type Reached } from './connect-attempts.ts';
import { formatDuration } from './duration.ts';
import { printable } from './printable.ts';
import type { HttpProxy } from './proxy.ts';

/** The `error.code` of a failure on the way through a proxy; its message names the proxy and the fault. */
export const PROXY_FAULTS = {
  unreachable: 'PROXY_UNREACHABLE',
  wantsCredentials: 'PROXY_AUTH',
  refuses: 'PROXY_REFUSED',
  isNone: 'PROXY_NOT_HTTP',
} as const;

/** More than any proxy says before the blank line. */
const LONGEST_HEAD_BYTES = 16 * 1024;

/** Of its own words. */
const LONGEST_QUOTE = 80;

const HEAD_ENDS = '\r\n\r\n';

/** As `connectFirst`, which it is without a proxy. `timeoutMs` is for the whole way. */
export function connectThrough(proxy: HttpProxy | undefined, reach: Reach, callback: Reached): () => void {
  if (proxy === undefined) return connectFirst(reach, callback);
  const tunnel = new Tunnel(proxy, reach, callback);
  return () => tunnel.cancel();
}

class Tunnel {
  readonly #proxy: HttpProxy;
  readonly #reach: Reach;
  readonly #callback: Reached;
  readonly #limit: Timer;
  readonly #cancelConnect: () => void;
  #socket: Socket | undefined;
  #head = Buffer.alloc(0);
  #isOver = false;

  constructor(proxy: HttpProxy, reach: Reach, callback: Reached) {
    this.#proxy = proxy;
    this.#reach = reach;
    this.#callback = callback;
    this.#limit = reach.clock.after(reach.timeoutMs, () => this.#tooLate(), false);
    this.#cancelConnect = connectFirst({ ...reach, host: proxy.host, port: proxy.port }, (error, socket) => {
      if (socket === null) return this.#fail('unreachable', `cannot be reached (${error?.message ?? ''})`);
      this.#encrypt(socket);
    });
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#limit.cancel();
    this.#cancelConnect();
    this.#socket?.destroy();
  }

  #encrypt(socket: Socket): void {
    const { isSecure, host } = this.#proxy;
    if (!isSecure) return this.#ask(socket);
    // It stays: a connection that is cut later must not end the process.
    socket.on('error', () => undefined);
    const secure = connectTls({ socket, host, servername: isIP(host) === 0 ? host : '' });
    this.#ask(secure);
  }

  #ask(socket: Socket): void {
    this.#socket = socket;
    const { host, port } = this.#reach;
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const { authorization } = this.#proxy;
    const login = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
    // Not `data`: after that the stream would flow, and the next reader miss its beginning.
    socket.on('readable', this.#read);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`);
  }

  readonly #failed = (error: Error): void => {
    this.#fail('unreachable', `failed (${error.message})`);
  };

  readonly #closed = (): void => {
    this.#fail('refuses', 'closed the connection without an answer');
  };

  readonly #read = (): void => {
    for (;;) {
      const chunk = this.#socket?.read() as Buffer | null | undefined;
      if (chunk == null) return;
      this.#head = Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf(HEAD_ENDS);
      if (end >= 0) return this.#answered(end + HEAD_ENDS.length);
      if (this.#head.length > LONGEST_HEAD_BYTES) return this.#answered(this.#head.length);
    }
  };

  #answered(end: number): void {
    const [first = ''] = this.#head.toString('latin1', 0, end).split('\r\n');
    const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first) ?? [];
    if (status === undefined)
      return this.#fail('isNone', `does not answer as an HTTP proxy: ${JSON.stringify(quoted(first))}`);
    if (status.startsWith('2')) return this.#open(this.#head.subarray(end));
    const words = `${status} ${quoted(reason)}`.trim();
    if (status === '407') return this.#fail('wantsCredentials', `requires a user and a password (${words})`);
    this.#fail('refuses', `refuses to connect to ${this.#reach.host}:${this.#reach.port} (${words})`);
  }

  #open(rest: Buffer): void {
    const socket = this.#socket;
    if (socket === undefined || this.#isOver) return;
    this.#isOver = true;
    this.#limit.cancel();
    socket.off('readable', this.#read);
    socket.off('close', this.#closed);
    // The server may speak first.
    if (rest.length > 0) socket.unshift(rest);
    this.#callback(null, socket);
  }

  #tooLate(): void {
    this.#fail('unreachable', `made no connection within ${formatDuration(this.#reach.timeoutMs)}`);
  }

  #fail(fault: keyof typeof PROXY_FAULTS, what: string): void {
    if (this.#isOver) return;
    this.cancel();
    const { host, port } = this.#proxy;
    const error = new Error(`the proxy ${host}:${port} ${what}`);
    this.#callback(Object.assign(error, { code: PROXY_FAULTS[fault] }), null);
  }
}

const quoted = (words: string): string => printable(words.slice(0, LONGEST_QUOTE));
