/**
 * One feed: connect, prove it alive, hand announcements on, reconnect for ever.
 *
 *   waiting ──gate──▶ connecting ──welcome──▶ live ──close, silence──▶ waiting …
 *                          └──refused: try later ▶ waiting, or never ▶ fatal (until reload or restart)
 *
 * The reader does nothing but decode and hand on, synchronously; nothing downstream can hold it up.
 */
import type { LookupFunction } from 'node:net';
import { backoffMs } from '../platform/backoff.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Redactor } from '../platform/secret.ts';
import { AgeEstimate } from './age.ts';
import type { ConnectGate, SelfTestGate } from './connect-gate.ts';
import { Connection } from './connection.ts';
import { Evidence, type Expectations, KEY_EXPIRES_WITHIN_MS } from './evidence.ts';
import {
  type AnnouncementFrame,
  decodeFrame,
  type Frame,
  type FrameData,
  type Receipt,
  type WelcomeFrame,
} from './frames.ts';
import { type FeedStatus, type Loss, uncovered } from './health.ts';
import type { FeedOptions } from './options.ts';
import type { Verdict } from './refusal.ts';
import { SelfTest } from './self-test.ts';
import type { Warning } from './warning.ts';

/** feed-protocol.md: 1, 2, 4 … 300 s, reset by a welcome. */
const BACKOFF = { minMs: 1000, maxMs: 300_000 } as const;

export interface FeedEvents {
  announcement(frame: AnnouncementFrame, receipt: Omit<Receipt, 'id'>): void;
  /** Once a connection. `missing`: exchanges that were asked for and that the key does not cover. */
  welcome(feed: string, frame: WelcomeFrame, missing: readonly string[]): void;
  /** Frames that are neither announcement, heartbeat nor welcome. */
  odd(feed: string, frame: Extract<Frame, { kind: 'garbage' | 'unknown' | 'error' }>): void;
  lost(feed: string, loss: Loss, retryMs: number): void;
  fatal(feed: string, reason: string, advice: string): void;
  selfTest(feed: string, result: { readonly roundTripMs: number } | 'unanswered'): void;
  warning(warning: Warning): void;
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
  /** For what a far end said of a refusal. */
  readonly redact: Redactor;
  readonly expectations?: Expectations;
  /** Name resolution; default: the system's. */
  readonly lookup?: LookupFunction;
}

export class FeedClient {
  readonly #parts: FeedParts;
  readonly #age = new AgeEstimate();
  readonly #url: string;
  readonly #host: string;
  readonly #evidence: Evidence;
  readonly #selfTest: SelfTest;
  readonly #frames: Record<string, number> = {};
  readonly #losses: Record<string, number> = {};
  #expectations: Expectations | undefined;
  #state: FeedStatus['state'] = 'waiting';
  #trouble: string | undefined = 'not connected yet';
  #connection: Connection | undefined;
  #compression = false;
  #failures = 0;
  #connects = 0;
  #lastLoss: FeedStatus['lastLoss'];
  #connectedSinceMs: number | undefined;
  #welcome: WelcomeFrame | undefined;
  #lastFrameMs: number | undefined;
  #keyExpiresMs: number | undefined;
  #reconnect: Timer | undefined;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const { options, clock, events } = parts;
    const url = new URL(options.url);
    if (options.exchanges !== undefined) url.searchParams.set('cex', options.exchanges.join(','));
    // The service reads the list with its commas as they are.
    this.#url = url.href.replaceAll('%2C', ',');
    this.#host = url.host;
    this.#expectations = parts.expectations;
    this.#evidence = new Evidence(options, clock, (warning) => events.warning(warning));
    this.#selfTest = new SelfTest({ ...parts, events: { selfTest: this.#selfTested.bind(this) } }, () =>
      this.#connection?.send('{"type":"test"}'),
    );
  }

  get options(): FeedOptions {
    return this.#parts.options;
  }

  get status(): FeedStatus {
    const { options, clock } = this.#parts;
    const welcome = this.#welcome;
    return {
      name: options.name,
      state: this.#state,
      connectedSinceMs: this.#connectedSinceMs,
      welcome: welcome && {
        tier: welcome.tier,
        allowedCex: welcome.allowedCex,
        limits: welcome.limits,
        missing: uncovered(options.exchanges, welcome.allowedCex),
      },
      lastLifeMs: this.#connection?.lastLifeMs,
      lastFrameMs: this.#lastFrameMs,
      selfTest: this.#selfTest.proof,
      keyExpiresMs: this.#keyExpiresMs,
      clockOffsetMs: this.#age.clock.wallOffsetMs(clock),
      frames: this.#frames,
      connects: this.#connects,
      losses: this.#losses,
      lastLoss: this.#lastLoss,
      trouble: this.#trouble,
    };
  }

  start(): void {
    this.#connectAfter(0);
  }

  /** A reload changed what is expected, and not this feed. */
  expect(expectations: Expectations): void {
    this.#expectations = expectations;
    if (this.#welcome !== undefined) this.#examine(this.#welcome);
  }

  stop(): void {
    this.#state = 'stopped';
    this.#trouble = 'stopped';
    this.#reconnect?.cancel();
    this.#evidence.stop();
    this.#connection?.close();
    this.#forget();
  }

  #connectAfter(delayMs: number): void {
    this.#reconnect = this.#parts.clock.after(delayMs, () => {
      const { connectGate, clock, options } = this.#parts;
      const waitMs = connectGate.enter(this.#host, options.apiKey.reveal(), clock.monotonicMs());
      if (waitMs > 0) this.#connectAfter(waitMs);
      else this.#connect();
    });
  }

  #connect(): void {
    const { options, ca, clock, connectGate, lookup, redact } = this.#parts;
    const apiKey = options.apiKey.reveal();
    this.#state = 'connecting';
    this.#age.connecting(clock.monotonicMs());
    this.#connection = new Connection({
      ...{ url: this.#url, apiKey, ca, clock, lookup, redact },
      compression: this.#compression,
      insecure: options.tls.insecure,
      silenceTimeoutMs: options.silenceTimeout,
      opened: () => connectGate.connected(this.#host, apiKey, clock.monotonicMs()),
      frame: (data) => this.#read(data),
      ended: (verdict) => this.#ended(verdict),
    });
  }

  #read(data: FrameData): void {
    const { clock, events, options } = this.#parts;
    const receivedMs = clock.monotonicMs();
    const frame = decodeFrame(data);
    this.#lastFrameMs = receivedMs;
    this.#frames[frame.kind] = (this.#frames[frame.kind] ?? 0) + 1;
    if (frame.kind !== 'announcement' && frame.kind !== 'heartbeat') this.#age.frame(receivedMs);
    switch (frame.kind) {
      case 'announcement':
        return this.#announced(frame, receivedMs);
      case 'heartbeat':
        return this.#heartbeat(frame.timestampUs, receivedMs);
      case 'welcome':
        return this.#welcomed(frame, receivedMs);
      case 'error':
        if (frame.code === 'test_rate_limited')
          this.#selfTest.refused((frame.retryAfterSecs ?? 60) * 1000, receivedMs);
        return events.odd(options.name, frame);
      default:
        events.odd(options.name, frame);
        return this.#evidence.odd(frame, receivedMs);
    }
  }

  #announced(frame: AnnouncementFrame, receivedMs: number): void {
    const { clock, events, options } = this.#parts;
    const { detectedTimestampUs, dispatchTimestampUs } = frame;
    const receivedTimestampUs = clock.wallUs();
    const ageAtReceiptMs = this.#age.announcement({
      detectedTimestampUs,
      dispatchTimestampUs,
      receivedMonotonicMs: receivedMs,
    });
    events.announcement(frame, { feed: options.name, receivedTimestampUs, receivedMs, ageAtReceiptMs });
    if (frame.test) this.#tested(dispatchTimestampUs, receivedMs);
    this.#evidence.announcement(frame, receivedTimestampUs);
  }

  #tested(dispatchTimestampUs: number | undefined, receivedMs: number): void {
    if (!this.#selfTest.answered(receivedMs)) return this.#evidence.selfTestUnasked();
    const roundTripMs = this.#selfTest.proof.roundTripMs ?? 0;
    this.#age.clock.answered(dispatchTimestampUs, receivedMs, roundTripMs, this.#wallAheadMs());
  }

  #heartbeat(timestampUs: number | undefined, receivedMs: number): void {
    const { clock } = this.#age;
    this.#age.heartbeat(timestampUs, receivedMs, this.#wallAheadMs());
    this.#evidence.clock(clock.wallOffsetMs(this.#parts.clock));
    // Its answer tells sooner than more heartbeats whether a clock was set or the line is slow.
    if (clock.isDoubtful) this.#selfTest.askAfter(0);
  }

  #wallAheadMs(): number {
    const { clock } = this.#parts;
    return clock.wallUs() / 1000 - clock.monotonicMs();
  }

  /** The service may say it again on the same connection, when something about the key has changed. */
  #welcomed(frame: WelcomeFrame, nowMs: number): void {
    const { expiresInSecs } = frame;
    this.#welcome = frame;
    this.#keyExpiresMs = typeof expiresInSecs === 'number' ? nowMs + expiresInSecs * 1000 : undefined;
    this.#examine(frame);
    if (this.#state === 'live') return;
    this.#connection?.welcomed();
    this.#state = 'live';
    this.#trouble = undefined;
    this.#failures = 0;
    this.#connects++;
    this.#connectedSinceMs = nowMs;
    const { events, options } = this.#parts;
    events.welcome(options.name, frame, uncovered(options.exchanges, frame.allowedCex));
    this.#selfTest.askAfter(0);
  }

  #examine(frame: WelcomeFrame): void {
    const expectations = this.#expectations;
    const missing = uncovered(this.#parts.options.exchanges, frame.allowedCex);
    this.#evidence.welcome(frame, missing, expectations?.coverage);
    const withinMs = expectations?.keyExpiresWithinMs ?? KEY_EXPIRES_WITHIN_MS;
    this.#evidence.keyExpiry(this.#keyExpiresMs, withinMs);
  }

  #selfTested(feed: string, result: Parameters<FeedEvents['selfTest']>[1]): void {
    this.#parts.events.selfTest(feed, result);
    this.#evidence.selfTest(result !== 'unanswered');
  }

  #ended({ reason, detail, advice, ...verdict }: Verdict): void {
    const { options, events, random, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#forget();
    const loss = { reason, detail, advice };
    const told = detail === undefined ? reason : `${reason} (${detail})`;
    this.#trouble = advice === undefined ? told : `${told}: ${advice}`;
    this.#lastLoss = { ...loss, atMs: nowMs };
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
    this.#evidence.lost(reason, nowMs);
    if (verdict.kind === 'fatal') {
      this.#state = 'fatal';
      this.#evidence.stop();
      return events.fatal(options.name, told, advice ?? '');
    }
    this.#state = 'waiting';
    this.#failures++;
    if (reason === 'compressed') this.#compression = true;
    const waitMs = verdict.atOnce === true ? 0 : backoffMs(this.#failures, BACKOFF, random);
    const retryMs = Math.max(verdict.afterMs ?? 0, waitMs);
    events.lost(options.name, loss, retryMs);
    this.#connectAfter(retryMs);
  }

  /** What was proven on a connection ends with it. */
  #forget(): void {
    this.#connection = undefined;
    this.#welcome = undefined;
    this.#connectedSinceMs = undefined;
    this.#lastFrameMs = undefined;
    this.#selfTest.reset();
  }
}
