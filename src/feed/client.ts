/**
 * One feed: connect, prove it alive, hand announcements on, reconnect for ever.
 *
 *   waiting ──gate──▶ connecting ──welcome──▶ live ──close, silence──▶ waiting …
 *                          └──refused: try later ▶ waiting, or never ▶ fatal (until reload or restart)
 *
 * The reader does nothing but decode and hand on, synchronously; nothing downstream can hold it up.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { backoffMs } from '../platform/backoff.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { ServiceClock } from './age.ts';
import type { ConnectGate, SelfTestGate } from './connect-gate.ts';
import {
  type AnnouncementFrame,
  decodeFrame,
  type Frame,
  type FrameData,
  LARGEST_FRAME_BYTES,
  type Receipt,
  type WelcomeFrame,
} from './frames.ts';
import { type FeedStatus, uncovered } from './health.ts';
import type { FeedOptions } from './options.ts';
import { onClose, onRefusal, type Verdict } from './refusal.ts';
import { SelfTest } from './self-test.ts';

/** feed-protocol.md: 1, 2, 4 … 300 s, reset by a welcome. */
const BACKOFF = { minMs: 1000, maxMs: 300_000 } as const;
/** The service sends its welcome at once; this allows for a slow link. */
const WELCOME_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** Above what we parse, so that a huge frame is counted and survived rather than costing the connection. */
const LARGEST_PAYLOAD_BYTES = LARGEST_FRAME_BYTES * 16;
const LARGEST_REFUSAL_BYTES = 8 * 1024;

export interface FeedEvents {
  announcement(frame: AnnouncementFrame, receipt: Omit<Receipt, 'id'>): void;
  /** `missing`: exchanges that were asked for and that the key does not cover. */
  welcome(feed: string, frame: WelcomeFrame, missing: readonly string[]): void;
  /** Frames that are neither announcement, heartbeat nor welcome. */
  odd(feed: string, frame: Extract<Frame, { kind: 'garbage' | 'unknown' | 'error' }>): void;
  lost(feed: string, reason: string, advice: string | undefined, retryMs: number): void;
  fatal(feed: string, reason: string, advice: string): void;
  selfTest(feed: string, result: { readonly roundTripMs: number } | 'unanswered'): void;
}

export interface FeedParts {
  readonly options: FeedOptions;
  /** The text of `tls.ca`. */
  readonly ca: string | undefined;
  readonly connectGate: ConnectGate;
  readonly selfTestGate: SelfTestGate;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: FeedEvents;
}

export class FeedClient {
  readonly #parts: FeedParts;
  readonly #serviceClock = new ServiceClock();
  readonly #url: string;
  readonly #host: string;
  readonly #frames: Record<string, number> = {};
  #state: FeedStatus['state'] = 'waiting';
  #trouble: string | undefined = 'not connected yet';
  #socket: WebSocket | undefined;
  #failures = 0;
  #lastLifeMs: number | undefined;
  #keyExpiresMs: number | undefined;
  readonly #selfTest: SelfTest;
  readonly #timers: Record<'connect' | 'welcome' | 'silence', Timer | undefined> = {
    connect: undefined,
    welcome: undefined,
    silence: undefined,
  };

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const url = new URL(parts.options.url);
    if (parts.options.exchanges !== undefined) url.searchParams.set('cex', parts.options.exchanges.join(','));
    // The service reads the list with its commas as they are.
    this.#url = url.href.replaceAll('%2C', ',');
    this.#host = url.host;
    this.#selfTest = new SelfTest(parts, () => this.#socket?.send('{"type":"test"}'));
  }

  get options(): FeedOptions {
    return this.#parts.options;
  }

  get status(): FeedStatus {
    return {
      name: this.#parts.options.name,
      state: this.#state,
      lastLifeMs: this.#lastLifeMs,
      selfTest: this.#selfTest.state,
      keyExpiresMs: this.#keyExpiresMs,
      trouble: this.#trouble,
      frames: this.#frames,
    };
  }

  start(): void {
    this.#connectAfter(0);
  }

  stop(): void {
    this.#state = 'stopped';
    this.#trouble = 'stopped';
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket?.readyState === WebSocket.OPEN) socket.close(1000);
    this.#timers.connect = undefined;
    // A far end that does not answer the close must not hold up our own end.
    if (socket !== undefined) this.#parts.clock.after(250, () => socket.terminate(), false);
  }

  #connectAfter(delayMs: number): void {
    this.#timers.connect = this.#parts.clock.after(delayMs, () => {
      const { connectGate, clock, options } = this.#parts;
      const waitMs = connectGate.enter(this.#host, options.apiKey.reveal(), clock.monotonicMs());
      if (waitMs > 0) this.#connectAfter(waitMs);
      else this.#connect();
    });
  }

  #connect(): void {
    const { options, ca } = this.#parts;
    this.#state = 'connecting';
    this.#serviceClock.reset();
    const socket = new WebSocket(this.#url, {
      headers: { 'X-API-Key': options.apiKey.reveal() },
      perMessageDeflate: false,
      maxPayload: LARGEST_PAYLOAD_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      // Checked by decodeFrame, which counts it; ws would end the connection over one broken frame.
      skipUTF8Validation: true,
      rejectUnauthorized: !options.tls.insecure,
      ...(ca === undefined ? {} : { ca }),
    });
    this.#socket = socket;
    let fault: string | undefined;
    const current = () => this.#socket === socket;
    socket.on('open', () => current() && this.#opened(socket));
    socket.on('message', (data: FrameData) => current() && this.#read(data));
    socket.on('ping', () => current() && this.#life());
    socket.on('error', (error) => {
      fault ??= error.message;
    });
    socket.on('unexpected-response', (_request, response) => void this.#refused(socket, response));
    socket.on('close', (code, reason) => {
      if (!current()) return;
      // 1006 is ws's own word for "no close frame": the error says more, if there was one.
      if (code === 1006 && fault !== undefined) this.#ended({ kind: 'retry', reason: fault });
      else this.#ended(onClose(code, reason.toString()));
    });
  }

  #opened(socket: WebSocket): void {
    this.#life();
    this.#timers.welcome = this.#parts.clock.after(WELCOME_TIMEOUT_MS, () => {
      socket.terminate();
      this.#ended({ kind: 'retry', reason: 'connected, but no welcome came' });
    });
    this.#watchSilence(socket);
  }

  async #refused(socket: WebSocket, response: IncomingMessage): Promise<void> {
    let body = '';
    try {
      for await (const chunk of response) {
        body += String(chunk);
        if (body.length > LARGEST_REFUSAL_BYTES) break;
      }
    } catch {
      // The status alone says enough.
    }
    if (this.#socket !== socket) return;
    const verdict = onRefusal(response.statusCode ?? 0, response.headers, body);
    this.#ended(verdict);
    socket.terminate();
  }

  #read(data: FrameData): void {
    const { clock, events, options } = this.#parts;
    const receivedMs = clock.monotonicMs();
    const frame = decodeFrame(data);
    this.#lastLifeMs = receivedMs;
    this.#frames[frame.kind] = (this.#frames[frame.kind] ?? 0) + 1;
    switch (frame.kind) {
      case 'announcement': {
        const { detectedTimestampUs, dispatchTimestampUs } = frame;
        const ageAtReceiptMs = this.#serviceClock.ageAtReceiptMs({
          detectedTimestampUs,
          dispatchTimestampUs,
          receivedMonotonicMs: receivedMs,
        });
        events.announcement(frame, {
          feed: options.name,
          receivedTimestampUs: clock.wallUs(),
          receivedMs,
          ageAtReceiptMs,
        });
        if (frame.test) this.#selfTest.answered(receivedMs);
        return;
      }
      case 'heartbeat':
        return this.#serviceClock.heartbeat(frame.timestampUs, receivedMs);
      case 'welcome':
        return this.#welcomed(frame, receivedMs);
      case 'error':
        if (frame.code === 'test_rate_limited')
          this.#selfTest.refused((frame.retryAfterSecs ?? 60) * 1000, receivedMs);
        return events.odd(options.name, frame);
      default:
        return events.odd(options.name, frame);
    }
  }

  #welcomed(frame: WelcomeFrame, nowMs: number): void {
    this.#timers.welcome?.cancel();
    this.#state = 'live';
    this.#trouble = undefined;
    this.#failures = 0;
    const { expiresInSecs } = frame;
    this.#keyExpiresMs = typeof expiresInSecs === 'number' ? nowMs + expiresInSecs * 1000 : undefined;
    const { events, options } = this.#parts;
    events.welcome(options.name, frame, uncovered(options.exchanges, frame.allowedCex));
    this.#selfTest.askAfter(0);
  }

  #life(): void {
    this.#lastLifeMs = this.#parts.clock.monotonicMs();
  }

  /** One timer, set anew only when it fires: a frame costs nothing. */
  #watchSilence(socket: WebSocket): void {
    const { clock, options } = this.#parts;
    const silentMs = clock.monotonicMs() - (this.#lastLifeMs ?? 0);
    if (silentMs >= options.silenceTimeout) {
      // Not close(): a dead peer never answers a close frame.
      socket.terminate();
      return this.#ended({ kind: 'retry', reason: `nothing was heard for ${Math.round(silentMs / 1000)} s` });
    }
    this.#timers.silence = clock.after(options.silenceTimeout - silentMs, () => this.#watchSilence(socket));
  }

  /** The connection is over; called once for each, whoever notices first. */
  #ended(verdict: Verdict): void {
    const { options, events, random } = this.#parts;
    this.#socket = undefined;
    this.#cancelTimers();
    this.#lastLifeMs = undefined;
    const { reason, detail, advice } = verdict;
    const told = { reason: detail === undefined ? reason : `${reason} (${detail})`, advice };
    this.#trouble = advice === undefined ? told.reason : `${told.reason}: ${advice}`;
    if (verdict.kind === 'fatal') {
      this.#state = 'fatal';
      return events.fatal(options.name, told.reason, verdict.advice);
    }
    this.#state = 'waiting';
    this.#failures++;
    const retryMs = Math.max(
      verdict.afterMs ?? 0,
      verdict.atOnce === true ? 0 : backoffMs(this.#failures, BACKOFF, random),
    );
    events.lost(options.name, told.reason, told.advice, retryMs);
    this.#connectAfter(retryMs);
  }

  #cancelTimers(): void {
    for (const timer of Object.values(this.#timers)) timer?.cancel();
    this.#selfTest.reset();
  }
}
