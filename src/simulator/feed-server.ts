/**
 * A feed server that speaks the whole published protocol, strictly: what the real one refuses, this one refuses.
 * `simulate`, `demo` and the tests run it on loopback. Its owner decides what is announced and what goes wrong
 * (`drop`, `silence`, `refuseNext`, `rewrite`, `behaviour`).
 */
import type { WebSocket } from 'ws';
import { type Clock, systemClock, type Timer } from '../platform/clock.ts';
import { type Random, systemRandom } from '../platform/random.ts';
import { isRecord } from '../platform/wire-values.ts';
import { Arrivals } from './arrivals.ts';
import {
  ADMISSION_LIMITS,
  Admission,
  type AdmissionLimits,
  type Admitted,
  type RefusedHandshake,
} from './feed-admission.ts';
import { FeedDoor } from './feed-door.ts';
import {
  type AnnouncementFields,
  announcementFrame,
  type OutgoingAnnouncement,
  testAnnouncementFrame,
  testRefusedFrame,
  type WelcomeFields,
  welcomeFrame,
} from './feed-frames.ts';
import {
  type Announced,
  type ClientClose,
  type ClientMessage,
  type ConnectedClient,
  type FeedBehaviour,
  GOOD_BEHAVIOUR,
  type Handshake,
} from './feed-records.ts';
import { FeedSession, SESSION_RULES, type SessionRules } from './feed-session.ts';
import type { ListenOptions } from './loopback.ts';
import { SlidingWindow } from './rate-windows.ts';

export interface FeedServerOptions extends ListenOptions, Partial<AdmissionLimits>, Partial<SessionRules> {
  readonly welcome?: WelcomeFields;
  readonly badKeys?: Iterable<string>;
  /** Self-tests of one key in any minute, over all its connections. */
  readonly testsPerMinute?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

type Rewrite = (frame: OutgoingAnnouncement) => readonly OutgoingAnnouncement[];

const MINUTE_MS = 60_000;

export async function startFeedServer(options: FeedServerOptions = {}): Promise<FeedServer> {
  const server = new FeedServer(options);
  await server.listen();
  return server;
}

export class FeedServer {
  readonly behaviour: FeedBehaviour = { ...GOOD_BEHAVIOUR };
  /** Every handshake so far. */
  readonly handshakes = new Arrivals<Handshake>('handshake');
  /** Every client so far, once its welcome was sent. */
  readonly arrivals = new Arrivals<ConnectedClient>('client');
  readonly messages = new Arrivals<ClientMessage>('client message');
  readonly closes = new Arrivals<ClientClose>('close');
  readonly announced = new Arrivals<Announced>('announcement');
  readonly #options: FeedServerOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules: SessionRules;
  readonly #admission: Admission;
  readonly #door: FeedDoor;
  readonly #sessions = new Set<FeedSession>();
  readonly #timers = new Set<Timer>();
  readonly #tests = new Map<string, SlidingWindow>();
  readonly #rewrites = new Set<Rewrite>();
  #address = '';
  #lastId = 0;
  #silent = false;
  #closed = false;

  constructor(options: FeedServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#rules = definedOver(SESSION_RULES, options);
    this.#admission = new Admission(definedOver(ADMISSION_LIMITS, options));
    for (const key of options.badKeys ?? []) this.#admission.badKeys.add(key);
    this.#door = new FeedDoor({
      admission: this.#admission,
      clock: this.#clock,
      later: (act) => this.#later(this.behaviour.handshakeDelayMs, act),
      compresses: () => this.behaviour.compresses,
      onHandshake: (handshake) => this.handshakes.add(handshake),
      onEnter: (socket, admitted) => this.#enter(socket, admitted),
    });
  }

  async listen(): Promise<void> {
    this.#address = await this.#door.open(this.#options);
  }

  get url(): string {
    return `ws://${this.#address}`;
  }

  /** Every handshake so far, refused ones too. */
  get connections(): readonly Handshake[] {
    return this.handshakes.all;
  }

  /** Those connected now. */
  get clients(): readonly ConnectedClient[] {
    const open = new Set([...this.#sessions].map(({ id }) => id));
    return this.arrivals.all.filter(({ id }) => open.has(id));
  }

  /** Resolves with client number `count` ever, once welcomed; one that is already here counts. */
  async waitForClient(count = 1, timeoutMs?: number): Promise<ConnectedClient> {
    return lastOf(await this.arrivals.waitFor(count, timeoutMs), count);
  }

  /** Resolves with client message number `count` ever. */
  async waitForMessage(count = 1, timeoutMs?: number): Promise<ClientMessage> {
    return lastOf(await this.messages.waitFor(count, timeoutMs), count);
  }

  /** Sends one to every client whose filter lets it through. */
  announce(fields: AnnouncementFields = {}): Announced {
    const stampUs = this.#clock.wallUs() + this.behaviour.clockAheadMs * 1000;
    const whole = announcementFrame(fields, stampUs, this.#random);
    let frames: readonly OutgoingAnnouncement[] = [whole];
    for (const rewrite of this.#rewrites) frames = frames.flatMap((frame) => rewrite(frame));
    const got = new Set<FeedSession>();
    for (const frame of frames) {
      const payload = Buffer.from(JSON.stringify(frame));
      for (const session of this.#sessions)
        if (session.wants(frame.publisher) && session.send(payload)) got.add(session);
    }
    const announced = { frame: frames[0] ?? whole, clients: got.size };
    this.announced.add(announced);
    return announced;
  }

  /** Anything at all, to everyone. */
  sendRaw(payload: string | Buffer): void {
    for (const session of this.#sessions) session.send(payload);
  }

  /** Closes every connection in good form. */
  drop(code = 1001, reason = ''): void {
    for (const session of this.#sessions) session.close(code, reason);
  }

  /** Sends a test announcement to everyone, asked for or not. */
  announceTest(): void {
    this.sendRaw(JSON.stringify(testAnnouncementFrame(this.#clock.wallUs(), this.#random)));
  }

  /** Every key in use ends: closed with `reason`, then refused with 403. */
  revokeKeys(reason = 'key_expired'): void {
    for (const { admitted } of this.#sessions) this.#admission.badKeys.add(admitted.key);
    this.drop(1000, reason);
  }

  /** Cuts every connection without a word: the client sees 1006. */
  terminateAll(): void {
    for (const session of this.#sessions) session.terminate();
  }

  /** While on: no heartbeats, no pings, no pongs; sockets stay open, `announce` still sends. */
  silence(on: boolean): void {
    this.#silent = on;
  }

  /** The next handshake gets this answer, from any client; call again for more. */
  refuseNext(
    status: number,
    body: RefusedHandshake['body'] = '',
    headers: Readonly<Record<string, string>> = {},
  ): void {
    this.#door.refuseNext({ status, body, headers });
  }

  /** Every handshake gets this answer, until the returned function is called. */
  refuseAlways(status: number, body: RefusedHandshake['body']): () => void {
    return this.#door.refuseAlways({ status, body });
  }

  /** Each announcement becomes what `change` makes of it (none, one, several); the answer undoes that. */
  rewrite(change: Rewrite): () => void {
    this.#rewrites.add(change);
    return () => this.#rewrites.delete(change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.terminateAll();
    await this.#door.close();
  }

  #enter(socket: WebSocket, admitted: Admitted): void {
    const id = ++this.#lastId;
    const welcome = { ...this.#options.welcome, ...this.behaviour.welcome };
    const session: FeedSession = new FeedSession({
      id,
      socket,
      admitted,
      allowedCex: welcome.allowedCex ?? '*',
      behaviour: this.behaviour,
      rules: this.#rules,
      clock: this.#clock,
      random: this.#random,
      isSilent: () => this.#silent,
      onMessage: (text) => this.#receive(session, text),
    });
    this.#sessions.add(session);
    socket.on('close', (code, reason) => {
      this.#sessions.delete(session);
      this.closes.add({ client: id, atMs: this.#clock.monotonicMs(), code, reason: reason.toString() });
    });
    this.#later(this.behaviour.welcomeDelayMs, () => {
      if (this.behaviour.sendsWelcome) session.send(welcomeFrame(welcome));
      this.arrivals.add({ id, atMs: this.#clock.monotonicMs(), cex: admitted.cex });
    });
  }

  #receive(session: FeedSession, text: string): void {
    const nowMs = this.#clock.monotonicMs();
    if (asksForTest(text) && !this.#silent && this.behaviour.answersTests) {
      const { key } = session.admitted;
      const limit = this.#tests.get(key) ?? new SlidingWindow(this.#options.testsPerMinute ?? 1, MINUTE_MS);
      this.#tests.set(key, limit);
      const waitMs = limit.waitMs(nowMs);
      if (waitMs > 0) session.send(testRefusedFrame(Math.ceil(waitMs / 1000)));
      else {
        limit.take(nowMs);
        const stampUs = this.#clock.wallUs() + this.behaviour.clockAheadMs * 1000;
        session.send(JSON.stringify(testAnnouncementFrame(stampUs, this.#random)));
      }
    }
    this.messages.add({ client: session.id, atMs: nowMs, text });
  }

  /** At once when there is nothing to wait for, so that the welcome is the very first frame. */
  #later(delayMs: number, act: () => void): void {
    if (delayMs <= 0) return act();
    const timer = this.#clock.after(
      delayMs,
      () => {
        this.#timers.delete(timer);
        if (!this.#closed) act();
      },
      false,
    );
    this.#timers.add(timer);
  }
}

function asksForTest(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return isRecord(message) && message['type'] === 'test';
  } catch {
    return false;
  }
}

/** The defaults, with those of the same names that `options` really sets. */
function definedOver<T extends object>(defaults: T, options: Partial<T>): T {
  const set = (Object.keys(defaults) as (keyof T)[]).filter((name) => options[name] !== undefined);
  return { ...defaults, ...Object.fromEntries(set.map((name) => [name, options[name]])) };
}

function lastOf<T>(items: readonly T[], count: number): T {
  return items[count - 1] as T;
}
