/**
 * The feed side of the meter: the service's protocol as far as it costs time. Welcome at once, a heartbeat every
 * 30 s, a ping every 15 s, self-tests answered. Subjects are told apart by their key.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { announcementFrame, heartbeatFrame, selfTestFrame, WELCOME } from './frames.ts';
import type { Announce } from './subject.ts';

const HEARTBEAT_MS = 30_000;
const PING_MS = 15_000;

export class Feed implements Disposable {
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #clients = new Map<string, WebSocket>();
  readonly #connected = new Map<string, PromiseWithResolvers<number>>();
  readonly #timers: readonly NodeJS.Timeout[];

  static async open(): Promise<Feed> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    return new Feed(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket, request) => {
      const atMs = performance.now();
      const key = String(request.headers['x-api-key']);
      this.#clients.set(key, socket);
      socket.on('message', () => socket.send(selfTestFrame()));
      socket.send(WELCOME);
      this.#meeting(key).resolve(atMs);
    });
    const toAll = (say: (socket: WebSocket) => void) => () => server.clients.forEach(say);
    this.#timers = [
      setInterval(
        toAll((socket) => socket.send(heartbeatFrame())),
        HEARTBEAT_MS,
      ),
      setInterval(
        toAll((socket) => socket.ping()),
        PING_MS,
      ),
    ];
  }

  /** When the subject's connection was complete (`performance.now()`). */
  connected(key: string): Promise<number> {
    return this.#meeting(key).promise;
  }

  /** Resolves when the subject is connected, with the way to it. */
  async dialled(key: string): Promise<Announce> {
    await this.connected(key);
    return (sequence) => this.announce(key, sequence);
  }

  socketOf(key: string): WebSocket {
    const socket = this.#clients.get(key);
    if (socket === undefined) throw new Error(`${key} is not connected`);
    return socket;
  }

  /** Gives the moment just before the frame was handed to the socket. */
  announce(key: string, sequence: number): number {
    const socket = this.socketOf(key);
    const frame = announcementFrame(sequence);
    const atMs = performance.now();
    socket.send(frame);
    return atMs;
  }

  #meeting(key: string): PromiseWithResolvers<number> {
    const meeting = this.#connected.get(key) ?? Promise.withResolvers<number>();
    this.#connected.set(key, meeting);
    return meeting;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
