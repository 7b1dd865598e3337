/**
 * One connected client: its heartbeats, pings and deadlines, and the limits on what it may send.
 * Everything timed goes through the clock; everything ends with the socket.
 */
import type { RawData, WebSocket } from 'ws';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Admitted } from './feed-admission.ts';
import { heartbeatFrame } from './feed-frames.ts';
import type { FeedBehaviour, FrameForm } from './feed-records.ts';
import { SlidingWindow } from './rate-windows.ts';

/** Intervals of 0 are off. Values of the service: `SESSION_RULES`. */
export interface SessionRules {
  readonly heartbeatMs: number;
  readonly pingMs: number;
  /** A ping unanswered for this long ends the connection. */
  readonly pongTimeoutMs: number;
  readonly messagesPerMinute: number;
  readonly largestMessageBytes: number;
  /** Messages that the client's socket has not taken; more closes it as `too_slow`. */
  readonly mostBehind: number;
  /** Text frames instead of binary ones. */
  readonly text: boolean;
}

export const SESSION_RULES: SessionRules = {
  heartbeatMs: 30_000,
  pingMs: 15_000,
  pongTimeoutMs: 30_000,
  messagesPerMinute: 3,
  largestMessageBytes: 1024,
  mostBehind: 10,
  text: false,
};

/** The first ping is spread over this share of the interval: 0–5 s of 15 s. */
const FIRST_PING_SHARE = 1 / 3;
const MINUTE_MS = 60_000;

export interface SessionDeps {
  readonly id: number;
  readonly socket: WebSocket;
  readonly admitted: Admitted;
  /** The key's allow-list. */
  readonly allowedCex: '*' | readonly string[];
  readonly rules: SessionRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly isSilent: () => boolean;
  readonly behaviour: Readonly<FeedBehaviour>;
  /** A message within the limits. */
  readonly onMessage: (text: string) => void;
}

export class FeedSession {
  readonly id: number;
  readonly admitted: Admitted;
  readonly #deps: SessionDeps;
  readonly #messages: SlidingWindow;
  readonly #timers = new Map<string, Timer>();
  #behind = 0;

  constructor(deps: SessionDeps) {
    const { socket, rules, random, clock } = deps;
    this.id = deps.id;
    this.admitted = deps.admitted;
    this.#deps = deps;
    this.#messages = new SlidingWindow(rules.messagesPerMinute, MINUTE_MS);
    socket.on('message', (data) => this.#receive(data));
    // Answered by hand (`autoPong: false`), so that a silent server can stay silent.
    socket.on('ping', (data) => {
      if (!deps.isSilent()) socket.pong(data);
    });
    socket.on('pong', () => this.#cancel('pong'));
    socket.on('close', () => {
      for (const name of [...this.#timers.keys()]) this.#cancel(name);
    });
    // ws closes the socket itself after an error; without a listener it would throw.
    socket.on('error', () => {});
    const { behaviour } = deps;
    this.#repeat('heartbeat', rules.heartbeatMs, rules.heartbeatMs, () => {
      if (behaviour.sendsHeartbeats)
        this.send(heartbeatFrame(clock.wallUs() + behaviour.clockAheadMs * 1000));
    });
    const firstPingMs = random() * rules.pingMs * FIRST_PING_SHARE;
    this.#repeat('ping', firstPingMs, rules.pingMs, () => this.#ping());
  }

  /** The effective filter: the key's allow-list ∩ `cex`. */
  wants(publisher: string): boolean {
    const { allowedCex, admitted } = this.#deps;
    const allowed = allowedCex === '*' || allowedCex.includes(publisher);
    return allowed && (admitted.cex === undefined || admitted.cex.includes(publisher));
  }

  /** False when the client is gone or too far behind. */
  send(payload: string | Buffer): boolean {
    const { socket, rules, behaviour } = this.#deps;
    if (socket.readyState !== socket.OPEN) return false;
    write(socket, payload, behaviour.form ?? (rules.text ? 'text' : 'binary'));
    this.#behind = socket.bufferedAmount === 0 ? 0 : this.#behind + 1;
    if (this.#behind <= rules.mostBehind) return true;
    socket.close(1008, 'too_slow');
    return false;
  }

  close(code: number, reason: string): void {
    this.#deps.socket.close(code, reason);
  }

  terminate(): void {
    this.#deps.socket.terminate();
  }

  #receive(data: RawData): void {
    const { socket, rules, clock, onMessage } = this.#deps;
    if (socket.readyState !== socket.OPEN) return;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (bytes.length > rules.largestMessageBytes) return socket.close(1009, 'frame_too_large');
    const nowMs = clock.monotonicMs();
    if (this.#messages.waitMs(nowMs) > 0) return socket.close(1008, 'rate_limit_exceeded');
    this.#messages.take(nowMs);
    onMessage(bytes.toString('utf8'));
  }

  #ping(): void {
    const { socket, rules, clock } = this.#deps;
    if (socket.readyState !== socket.OPEN || !this.#deps.behaviour.sendsPings) return;
    socket.ping();
    if (!this.#timers.has('pong') && rules.pongTimeoutMs > 0)
      this.#timers.set(
        'pong',
        clock.after(rules.pongTimeoutMs, () => socket.terminate(), false),
      );
  }

  #repeat(name: string, firstMs: number, everyMs: number, act: () => void): void {
    if (everyMs <= 0) return;
    const arm = (delayMs: number) => {
      const tick = () => {
        if (!this.#deps.isSilent()) act();
        arm(everyMs);
      };
      this.#timers.set(name, this.#deps.clock.after(delayMs, tick, false));
    };
    arm(firstMs);
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }
}

const PIECES = 3;

function write(socket: WebSocket, payload: string | Buffer, form: FrameForm): void {
  if (form !== 'fragments') return socket.send(payload, { binary: form === 'binary' });
  const bytes = Buffer.from(payload);
  const size = Math.max(1, Math.ceil(bytes.length / PIECES));
  for (let start = 0; start === 0 || start < bytes.length; start += size)
    socket.send(bytes.subarray(start, start + size), { binary: true, fin: start + size >= bytes.length });
}
