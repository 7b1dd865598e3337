/**
 * One WebSocket connection to a source: opened at once, ended exactly once, whichever side notices first (the
 * source, the line, or a deadline here). Its deadlines are absolute, so a source that sends a byte now and then
 * gains nothing.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Way } from '../platform/way.ts';
import { Dial } from './dial.ts';
import { type FaultReason, faultVerdict, onFault } from './fault.ts';
import { type FrameData, LARGEST_FRAME_BYTES } from './frame-data.ts';
import type { Headers } from './refusal-answer.ts';
import type { Verdict } from './verdict.ts';

/** From the first packet to the answer of the upgrade, name resolution and TLS included. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** A source proves itself at once; this allows for a slow link. */
const PROOF_TIMEOUT_MS = 10_000;
/** The status of a refusal is known by then; its words are not worth more waiting. */
const REFUSAL_BODY_TIMEOUT_MS = 2_000;
const LARGEST_REFUSAL_BYTES = 8 * 1024;
/** Above what we parse, so that a huge frame is counted and survived rather than costing the connection. */
const LARGEST_PAYLOAD_BYTES = LARGEST_FRAME_BYTES * 16;
/**
 * After this process was held up (a suspended machine), timers run before sockets are read: what has come
 * meanwhile must be read before the silence is believed, because it cannot be had again.
 */
const SECOND_LOOK_MS = 250;
/** Of pongs that a source does not take; RFC 6455 §5.5.3 lets us answer only the last ping. */
const MOST_UNSENT_BYTES = 64 * 1024;
/** A source that does not answer the close must not hold up our own end. */
const CLOSE_PATIENCE_MS = 250;

/** The meaning of a source's refusals. */
export interface Policy {
  /** An HTTP answer in place of the upgrade. */
  refused(status: number, headers: Headers, body: string): Verdict;
  closed(code: number, reason: string): Verdict;
  /** Open, and for 10 s without a proof. */
  readonly unproven: FaultReason;
}

export interface ConnectionDeps {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly policy: Policy;
  readonly way: Way;
  /** Offer permessage-deflate, for a service that does not do without. */
  readonly compression: boolean;
  readonly lookup: LookupFunction | undefined;
  /** The handshake is not finished sooner. */
  readonly ready: Promise<void> | undefined;
  /** Asked each time: a reload may change it. Infinity: silence means nothing. */
  readonly silenceTimeoutMs: () => number;
  readonly clock: Clock;
  /** Redacts the source's words before they are cut, because half a secret is not recognised as one. */
  readonly redact: Redactor;
  /** The request for the feed is on its way. */
  readonly asked: () => void;
  /** The headers of the answer to the handshake. */
  readonly answered?: (headers: IncomingHttpHeaders) => void;
  readonly opened: () => void;
  readonly frame: (data: FrameData) => void;
  /** Every frame of one read of the socket has been handed out. Compressed ones come later. */
  readonly readEnds: () => void;
  readonly pong?: () => void;
  /** Not called after `close`. */
  readonly ended: (verdict: Verdict) => void;
}

export class Connection {
  readonly #deps: ConnectionDeps;
  readonly #socket: WebSocket;
  readonly #dial: Dial;
  /** The socket below the WebSocket. */
  #line: Socket | undefined;
  #isOver = false;
  /** Of the handshake, then of the first proof. */
  #deadline: Timer;
  #silence: Timer | undefined;
  #lastLifeMs: number | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    const { clock, url, headers, policy, way, compression, lookup, redact, ready, asked } = deps;
    this.#deadline = clock.after(HANDSHAKE_TIMEOUT_MS, () => this.#end(faultVerdict('handshake_timeout')));
    this.#dial = new Dial({ way, isSecure: url.startsWith('wss:'), lookup, clock, ready, asked });
    const socket = new WebSocket(url, {
      createConnection: this.#dial.createConnection,
      headers,
      perMessageDeflate: compression,
      // Answered below: ws ends the connection over 60 pings in one packet, and with it the news behind them.
      autoPong: false,
      maxPayload: LARGEST_PAYLOAD_BYTES,
      // Checked by the reader of frames, which counts it; ws would end the connection over one broken frame.
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    socket.on('upgrade', (answer) => {
      this.#line = answer.socket;
      deps.answered?.(answer.headers);
    });
    socket.on('open', () => this.#opened());
    socket.on('message', (data: FrameData) => {
      if (this.#isOver) return;
      this.#alive();
      deps.frame(data);
    });
    socket.on('pong', () => {
      this.#alive();
      if (!this.#isOver) deps.pong?.();
    });
    socket.on('ping', (payload) => {
      this.#alive();
      if (!this.#isOver && socket.bufferedAmount < MOST_UNSENT_BYTES) socket.pong(payload);
    });
    socket.on('unexpected-response', (_request, response) => void this.#refused(response));
    // Left to itself, ws waits half a minute for a source that has just broken the protocol.
    socket.on('error', (error) => this.#end(onFault(error, redact)));
    socket.on('close', (code, reason) => this.#end(policy.closed(code, redact(reason.toString()))));
  }

  /** Monotonic ms of the last frame, ping or pong, or of the handshake. */
  get lastLifeMs(): number | undefined {
    return this.#lastLifeMs;
  }

  /** By whatever the type of feed takes for a proof. */
  proven(): void {
    this.#deadline.cancel();
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /** It is of no use although nothing has failed. */
  abandon(reason: FaultReason): void {
    this.#end(faultVerdict(reason));
  }

  /** `silenceTimeoutMs` has changed. */
  watchSilence(): void {
    if (this.#lastLifeMs === undefined || this.#isOver) return;
    this.#silence?.cancel();
    this.#watchSilence(false);
  }

  /** In good form where possible, and soon in any case. */
  close(): void {
    this.#isOver = true;
    this.#cancelTimers();
    if (this.#socket.readyState !== WebSocket.OPEN) return this.#socket.terminate();
    this.#socket.close(1000);
    this.#deps.clock.after(CLOSE_PATIENCE_MS, () => this.#socket.terminate(), false);
  }

  #opened(): void {
    if (this.#isOver) return;
    const { clock, opened, policy, readEnds } = this.#deps;
    // Behind the listener of ws, which hands out all frames of the read.
    this.#line?.on('data', readEnds);
    this.#deadline.cancel();
    this.#deadline = clock.after(PROOF_TIMEOUT_MS, () => this.#end(faultVerdict(policy.unproven)));
    this.#alive();
    this.#watchSilence(false);
    opened();
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const { clock, redact, policy } = this.#deps;
    const patience = clock.after(REFUSAL_BODY_TIMEOUT_MS, () => response.destroy());
    let body = '';
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        body += String(chunk);
        if (body.length > LARGEST_REFUSAL_BYTES) break;
      }
    } catch {
      // The status alone says enough.
    }
    patience.cancel();
    const { location } = response.headers;
    const headers = location === undefined ? {} : { location: redact(location) };
    this.#end(policy.refused(response.statusCode ?? 0, { ...response.headers, ...headers }, redact(body)));
  }

  #alive(): void {
    this.#lastLifeMs = this.#deps.clock.monotonicMs();
  }

  /** One timer, set again only when it fires: a frame costs nothing. */
  #watchSilence(isSecondLook: boolean): void {
    const { clock } = this.#deps;
    const silenceTimeoutMs = this.#deps.silenceTimeoutMs();
    if (silenceTimeoutMs === Number.POSITIVE_INFINITY) return;
    const silentMs = clock.monotonicMs() - (this.#lastLifeMs ?? 0);
    if (silentMs < silenceTimeoutMs)
      this.#silence = clock.after(silenceTimeoutMs - silentMs, () => this.#watchSilence(false));
    else if (!isSecondLook) this.#silence = clock.after(SECOND_LOOK_MS, () => this.#watchSilence(true));
    else this.#end(faultVerdict('silent', `for ${Math.round(silentMs / 1000)} s`));
  }

  /** Terminates rather than closes: a dead source never answers a close frame. */
  #end(verdict: Verdict): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimers();
    this.#socket.terminate();
    this.#deps.ended(verdict);
  }

  #cancelTimers(): void {
    this.#deadline.cancel();
    this.#silence?.cancel();
    this.#dial.cancel();
  }
}
