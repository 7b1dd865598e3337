/** A real `ws` client that writes down everything it is sent. */
import { WebSocket } from 'ws';
import { Arrivals } from '../../src/simulator/arrivals.ts';

export const KEY = `dsk_${'a'.repeat(64)}`;
export const OTHER_KEY = `dsk_${'b'.repeat(64)}`;

export interface ReceivedFrame {
  readonly isBinary: boolean;
  readonly text: string;
  readonly bytes: Buffer;
  /** `undefined` when it is not JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface RefusedHandshake {
  readonly status: number;
  readonly body: unknown;
}

export class TestClient {
  readonly socket: WebSocket;
  readonly frames = new Arrivals<ReceivedFrame>('frame');
  readonly pings = new Arrivals<'ping'>('ping');
  readonly pongs = new Arrivals<'pong'>('pong');
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(url: string, headers: Readonly<Record<string, string>>, options: { autoPong?: boolean } = {}) {
    this.socket = new WebSocket(url, { headers, ...options });
    this.socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      this.frames.add({ isBinary, text: bytes.toString(), bytes, json: jsonOf(bytes.toString()) });
    });
    this.socket.on('ping', () => this.pings.add('ping'));
    this.socket.on('pong', () => this.pongs.add('pong'));
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  frame(type: string): Promise<ReceivedFrame> {
    return this.frames.waitFor(({ json }) => json?.['type'] === type);
  }

  async framesOf(type: string, count: number): Promise<readonly ReceivedFrame[]> {
    let seen: readonly ReceivedFrame[] = [];
    await this.frames.waitFor(() => {
      seen = this.frames.all.filter(({ json }) => json?.['type'] === type);
      return seen.length >= count;
    });
    return seen;
  }
}

/** Connects and waits for the first frame. */
export async function connect(
  url: string,
  key = KEY,
  options: { autoPong?: boolean } = {},
): Promise<TestClient> {
  const client = new TestClient(url, { 'X-API-Key': key }, options);
  await client.frames.waitFor(1);
  return client;
}

/** The HTTP answer of a handshake that must fail. */
export function refusalOf(
  url: string,
  headers: Readonly<Record<string, string>> = { 'X-API-Key': KEY },
): Promise<RefusedHandshake> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('was let in'));
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: jsonOf(body) ?? body }));
    });
  });
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
