/**
 * One feed: connect, prove it alive, hand announcements on, reconnect for ever.
 *
 *   waiting ──gate──▶ connecting ──welcome──▶ live ──close, silence──▶ waiting …
 *                          └──refused: try later ▶ waiting, or never ▶ fatal (until reload or restart)
 *
 * The reader does nothing but decode and hand on, synchronously; nothing downstream can hold it up.
 */
import { backoffMs } from '../../platform/backoff.ts';
import type { Timer } from '../../platform/clock.ts';
import { AgeEstimate } from './age.ts';
import type { FeedDeps, FeedEvents } from './client-deps.ts';
import { Connection } from './connection.ts';
import { EchoGuard } from './echo.ts';
import { Evidence, type Expectations, KEY_EXPIRES_WITHIN_MS } from './evidence.ts';
import { type AnnouncementFrame, decodeFrame, type FrameData, toNews, type WelcomeFrame } from './frames.ts';
import { type FeedStatus, lossText, uncovered } from './health.ts';
import type { FeedOptions } from './options.ts';
import type { Verdict } from './refusal.ts';
import { SelfTest } from './self-test.ts';

/** feed-protocol.md: 1, 2, 4 … 300 s, reset by a welcome. */
const BACKOFF = { minMs: 1000, maxMs: 300_000 } as const;

export class FeedClient {
  readonly #deps: FeedDeps;
  #options: FeedOptions;
  readonly #age = new AgeEstimate();
  readonly #url: string;
  readonly #host: string;
  readonly #evidence: Evidence;
  readonly #selfTest: SelfTest;
  readonly #echo: EchoGuard;
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
  #retryAtMs: number | undefined;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
    const { options, clock, events } = deps;
    this.#options = options;
    const url = new URL(options.url);
    if (options.exchanges !== undefined) url.searchParams.set('cex', options.exchanges.join(','));
    // The service reads the list with its commas as they are.
    this.#url = url.href.replaceAll('%2C', ',');
    this.#host = url.host;
    this.#echo = new EchoGuard(options.apiKey.reveal(), deps.redact);
    this.#expectations = deps.expectations;
    const current = () => this.#options;
    this.#evidence = new Evidence(current, clock, (warning) => events.warning(warning));
    this.#selfTest = new SelfTest({
      ...{ options: current, clock, selfTestGate: deps.selfTestGate },
      send: () => this.#connection?.send('{"type":"test"}'),
      result: (result) => this.#selfTested(result),
      deaf: () => this.#connection?.abandon('deaf'),
    });
  }

  get options(): FeedOptions {
    return this.#options;
  }

  get status(): FeedStatus {
    const { clock } = this.#deps;
    const options = this.#options;
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
      change: undefined,
      retryAtMs: this.#state === 'waiting' ? this.#retryAtMs : undefined,
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

  /** What needs no other connection: the name, `silenceTimeout`, `selfTest`. */
  adjust(options: FeedOptions): void {
    this.#options = options;
    this.#connection?.watchSilence();
    if (this.#state === 'live') this.#selfTest.adjust();
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
    const { connectGate, clock } = this.#deps;
    this.#retryAtMs = clock.monotonicMs() + delayMs;
    this.#reconnect = clock.after(delayMs, () => {
      const apiKey = this.#options.apiKey.reveal();
      const waitMs = connectGate.enter(this.#host, apiKey, clock.monotonicMs());
      if (waitMs > 0) this.#connectAfter(waitMs);
      else this.#connect();
    });
  }

  #connect(): void {
    const { ca, clock, connectGate, lookup, redact, ready, asked } = this.#deps;
    const options = this.#options;
    const apiKey = options.apiKey.reveal();
    this.#state = 'connecting';
    this.#age.connecting(clock.monotonicMs());
    this.#connection = new Connection({
      ...{ url: this.#url, apiKey, ca, clock, lookup, redact, ready, asked: () => asked?.() },
      compression: this.#compression,
      insecure: options.tls.insecure,
      silenceTimeoutMs: () => this.#options.silenceTimeout,
      opened: () => connectGate.connected(this.#host, apiKey, clock.monotonicMs()),
      frame: (data) => this.#read(data),
      ended: (verdict) => this.#ended(verdict),
    });
  }

  #read(data: FrameData): void {
    const { clock, events } = this.#deps;
    const options = this.#options;
    const receivedMs = clock.monotonicMs();
    const frame = decodeFrame(data);
    this.#lastFrameMs = receivedMs;
    const kind = frame.kind === 'announcement' && frame.test ? 'test' : frame.kind;
    this.#frames[kind] = (this.#frames[kind] ?? 0) + 1;
    if (frame.kind !== 'announcement' && frame.kind !== 'heartbeat') this.#age.frame(receivedMs);
    switch (frame.kind) {
      case 'announcement':
        return this.#announced(this.#echo.clean(frame), receivedMs);
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
    const { clock, events, heldUpMs } = this.#deps;
    const options = this.#options;
    const { detectedTimestampUs, dispatchTimestampUs } = frame;
    const readUs = clock.wallUs();
    const ageAtReceiptMs = this.#age.announcement({
      detectedTimestampUs,
      dispatchTimestampUs,
      receivedMonotonicMs: receivedMs,
      wallAheadMs: this.#wallAheadMs(),
    });
    // It did not wait here for longer than it was under way, as far as that is known.
    const isKnown = this.#age.clock.offsetMs !== undefined || dispatchTimestampUs === undefined;
    const wallMs = isKnown ? Number.POSITIVE_INFINITY : Math.max(0, (readUs - dispatchTimestampUs) / 1000);
    const stalledMs = Math.min(heldUpMs?.(receivedMs) ?? 0, this.#age.transitMs, wallMs);
    const receivedTimestampUs = readUs - Math.round(stalledMs * 1000);
    const receipt = { feed: options.name, receivedTimestampUs, receivedMs, ageAtReceiptMs };
    events.news(toNews(frame, stalledMs > 0 ? { ...receipt, stalledMs } : receipt));
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
    this.#evidence.clock(clock.wallOffsetMs(this.#deps.clock));
    // Its answer tells sooner than more heartbeats whether a clock was set or the line is slow.
    if (clock.isDoubtful) this.#selfTest.askAfter(0);
  }

  #wallAheadMs(): number {
    const { clock } = this.#deps;
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
    const { events } = this.#deps;
    const options = this.#options;
    events.welcome(options.name, frame, uncovered(options.exchanges, frame.allowedCex));
    // Whoever was told may have stopped it.
    if (this.#state === 'live') this.#selfTest.askAfter(0);
  }

  #examine(frame: WelcomeFrame): void {
    const expectations = this.#expectations;
    const missing = uncovered(this.#options.exchanges, frame.allowedCex);
    this.#evidence.welcome(frame, missing, expectations?.coverage);
    const withinMs = expectations?.keyExpiresWithinMs ?? KEY_EXPIRES_WITHIN_MS;
    this.#evidence.keyExpiry(this.#keyExpiresMs, withinMs);
  }

  #selfTested(result: Parameters<FeedEvents['selfTest']>[1]): void {
    this.#deps.events.selfTest(this.#options.name, result);
    this.#evidence.selfTest(result !== 'unanswered');
  }

  #ended({ reason, detail, advice, ...verdict }: Verdict): void {
    const { events, random, clock, connectGate } = this.#deps;
    const options = this.#options;
    const nowMs = clock.monotonicMs();
    this.#forget();
    const loss = { reason, detail, advice };
    this.#trouble = lossText(loss);
    this.#lastLoss = { ...loss, atMs: nowMs };
    this.#losses[reason] = (this.#losses[reason] ?? 0) + 1;
    this.#evidence.lost(reason, nowMs);
    if (verdict.kind === 'fatal') {
      this.#state = 'fatal';
      this.#evidence.stop();
      return events.fatal(options.name, loss);
    }
    this.#state = 'waiting';
    this.#failures++;
    if (reason === 'compressed') this.#compression = true;
    const waitMs = verdict.atOnce === true ? 0 : backoffMs(this.#failures, BACKOFF, random);
    // The gate has its own reasons; whoever reads of the loss wants to know how long it really takes.
    const gateMs = connectGate.waitMs(this.#host, options.apiKey.reveal(), nowMs);
    const retryMs = Math.max(verdict.afterMs ?? 0, waitMs, gateMs);
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
