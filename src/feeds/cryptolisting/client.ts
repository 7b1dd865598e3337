/**
 * One feed of the service: its connection (`link.ts`), proven by a welcome, by life on it and by answers to
 * self-tests; and its announcements, each with its age, handed on.
 *
 * The reader does nothing but decode and hand on, synchronously; nothing downstream can hold it up.
 */
import { formatDuration } from '../../platform/duration.ts';
import { redactValues } from '../../platform/redactor.ts';
import { Behind } from '../behind.ts';
import { Connection, type Policy } from '../connection.ts';
import { EchoGuard } from '../echo.ts';
import { type Expectations, type Feed, type FeedDeps, KEY_EXPIRES_WITHIN_MS } from '../feed.ts';
import type { FrameData } from '../frame-data.ts';
import type { FeedStatus, Welcome } from '../health.ts';
import { Link } from '../link.ts';
import type { Loss, Verdict } from '../verdict.ts';
import { AgeEstimate } from './age.ts';
import type { ConnectGate, SelfTestGate } from './connect-gate.ts';
import { ServiceEvidence } from './evidence.ts';
import { type AnnouncementFrame, decodeFrame, toNews, type WelcomeFrame } from './frames.ts';
import type { CryptolistingOptions } from './options.ts';
import { bringsNothing, NOTHING_COVERED, proofsOf, uncovered, uncoveredText } from './proofs.ts';
import { onClose, onRefusal } from './refusal.ts';
import { SelfTest } from './self-test.ts';

const POLICY: Policy = { refused: onRefusal, closed: onClose, unproven: 'no_welcome' };

const expiryText = (secs: number | null | undefined) =>
  typeof secs === 'number' ? formatDuration(secs * 1000) : undefined;

export interface CryptolistingDeps extends FeedDeps {
  readonly connectGate: ConnectGate;
  readonly selfTestGate: SelfTestGate;
}

export class CryptolistingFeed implements Feed<CryptolistingOptions> {
  readonly #deps: CryptolistingDeps;
  #options: CryptolistingOptions;
  readonly #age = new AgeEstimate();
  readonly #url: string;
  readonly #host: string;
  readonly #link: Link;
  readonly #evidence: ServiceEvidence;
  /** The evidence of announcements. */
  readonly #behind: Behind;
  readonly #selfTest: SelfTest;
  readonly #echo: EchoGuard;
  readonly #frames: Record<string, number> = {};
  #expectations: Expectations | undefined;
  #welcome: WelcomeFrame | undefined;
  #lastFrameMs: number | undefined;
  #keyExpiresMs: number | undefined;

  constructor(options: CryptolistingOptions, deps: CryptolistingDeps) {
    this.#deps = deps;
    const { clock, random, events, connectGate } = deps;
    this.#options = options;
    const url = new URL(options.url);
    if (options.exchanges !== undefined) url.searchParams.set('cex', options.exchanges.join(','));
    // The service reads the list with its commas as they are.
    this.#url = url.href.replaceAll('%2C', ',');
    this.#host = url.host;
    const apiKey = options.apiKey.reveal();
    this.#echo = new EchoGuard([apiKey], deps.redact);
    this.#expectations = deps.expectations;
    const current = () => this.#options;
    this.#behind = new Behind(clock);
    this.#evidence = new ServiceEvidence(current, clock, (warning) => events.warning(warning));
    this.#selfTest = new SelfTest({
      ...{ options: current, clock, selfTestGate: deps.selfTestGate },
      send: () => this.#link.connection?.send('{"type":"test"}'),
      result: (result) => this.#selfTested(result),
      deaf: () => this.#link.connection?.abandon('deaf'),
    });
    this.#link = new Link({
      ...{ clock, random, settlesAfterMs: 0 },
      gate: {
        enter: (nowMs) => connectGate.enter(this.#host, apiKey, nowMs),
        waitMs: (nowMs) => connectGate.waitMs(this.#host, apiKey, nowMs),
      },
      connect: (ended, compression) => this.#connect(ended, compression),
      forget: () => this.#forget(),
      lost: (loss, retryMs) => this.#lost(loss, retryMs),
    });
  }

  get options(): CryptolistingOptions {
    return this.#options;
  }

  get status(): FeedStatus {
    const { clock } = this.#deps;
    const options = this.#options;
    const { tier, allowedCex = '*', limits } = this.#welcome ?? {};
    const welcome =
      tier === undefined || limits === undefined ? undefined : this.#coverage({ tier, allowedCex, limits });
    const { report } = this.#link;
    const selfTest = this.#selfTest.proof;
    return {
      name: options.name,
      url: options.url,
      ...report,
      proofs: proofsOf({ ...report, options, welcome, selfTest }),
      welcome,
      lastFrameMs: this.#lastFrameMs,
      selfTest,
      keyExpiresMs: this.#keyExpiresMs,
      keyExpiresSoon: this.#evidence.isExpiringSoon(this.#keyExpiresMs),
      clockOffsetMs: this.#age.clock.wallOffsetMs(clock),
      frames: this.#frames,
      change: undefined,
    };
  }

  #coverage(granted: Omit<Welcome, 'missing'>): Welcome {
    const { exchanges } = this.#options;
    const covers = { ...granted, missing: uncovered(exchanges, granted.allowedCex) };
    return { ...covers, uncovered: uncoveredText(covers, exchanges) };
  }

  start(): void {
    this.#link.start();
  }

  expect(expectations: Expectations): void {
    this.#expectations = expectations;
    if (this.#welcome !== undefined) this.#examine(this.#welcome);
  }

  adjust(options: CryptolistingOptions): void {
    this.#options = options;
    this.#link.connection?.watchSilence();
    if (this.#link.state === 'live') this.#selfTest.adjust();
  }

  stop(): void {
    this.#behind.run();
    this.#evidence.stop();
    this.#link.stop();
  }

  #connect(ended: (verdict: Verdict) => void, compression: boolean): Connection {
    const { clock, connectGate, lookup, redact, ready, asked } = this.#deps;
    const options = this.#options;
    const apiKey = options.apiKey.reveal();
    this.#age.connecting(clock.monotonicMs());
    return new Connection({
      ...{ url: this.#url, clock, lookup, redact, ready, compression, ended, policy: POLICY },
      headers: { 'X-API-Key': apiKey },
      asked: () => asked?.(),
      way: options,
      silenceTimeoutMs: () => this.#options.silenceTimeout,
      opened: () => connectGate.connected(this.#host, apiKey, clock.monotonicMs()),
      frame: (data) => this.#read(data),
      readEnds: () => this.#deps.events.readEnds(),
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
    if (frame.kind !== 'announcement') {
      this.#behind.run();
      if (frame.kind !== 'heartbeat') this.#age.frame(receivedMs);
    }
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
        return this.#evidence.shared.odd(frame, receivedMs);
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
      wallAheadMs: this.#wallAheadMs(readUs),
    });
    // It did not wait here for longer than it was under way, as far as that is known.
    const isKnown = this.#age.clock.offsetMs !== undefined || dispatchTimestampUs === undefined;
    const wallMs = isKnown ? Number.POSITIVE_INFINITY : Math.max(0, (readUs - dispatchTimestampUs) / 1000);
    const stalledMs = Math.min(heldUpMs?.(receivedMs) ?? 0, this.#age.transitMs, wallMs);
    const receivedTimestampUs = readUs - Math.round(stalledMs * 1000);
    const receipt = { feed: options.name, receivedTimestampUs, receivedMs, ageAtReceiptMs };
    const news = toNews(frame, stalledMs > 0 ? { ...receipt, stalledMs } : receipt);
    events.news(news);
    if (frame.test) this.#tested(dispatchTimestampUs, receivedMs);
    this.#behind.add(() => this.#evidence.announcement(frame, receivedTimestampUs, news.redacted));
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

  /** `wallUs`: read just now. */
  #wallAheadMs(wallUs = this.#deps.clock.wallUs()): number {
    return wallUs / 1000 - this.#deps.clock.monotonicMs();
  }

  /** The service may say it again on the same connection, when something about the key has changed. */
  #welcomed(frame: WelcomeFrame, nowMs: number): void {
    const { tier, allowedCex, expiresInSecs, limits } = frame;
    // Their names are the service's, and whoever redacts values takes names for ours.
    const named = redactValues(limits, this.#deps.redact, this.#deps.redact) as WelcomeFrame['limits'];
    this.#welcome = { ...frame, limits: named };
    this.#keyExpiresMs = typeof expiresInSecs === 'number' ? nowMs + expiresInSecs * 1000 : undefined;
    this.#examine(frame);
    if (!this.#link.proven(nowMs)) return;
    const { exchanges, name } = this.#options;
    const missing = uncovered(exchanges, allowedCex);
    this.#deps.events.live(name, {
      facts: { tier, allowedCex, keyExpires: expiryText(expiresInSecs) },
      missing,
      emptyBecause: bringsNothing({ allowedCex, missing }, exchanges) ? NOTHING_COVERED : undefined,
    });
    // A listener may have stopped it.
    if (this.#link.state === 'live') this.#selfTest.askAfter(0);
  }

  #examine(frame: WelcomeFrame): void {
    this.#behind.run();
    const expectations = this.#expectations;
    const missing = uncovered(this.#options.exchanges, frame.allowedCex);
    this.#evidence.welcome(frame, missing, expectations?.coverage);
    const withinMs = expectations?.keyExpiresWithinMs ?? KEY_EXPIRES_WITHIN_MS;
    this.#evidence.keyExpiry(this.#keyExpiresMs, withinMs);
  }

  #selfTested(result: { readonly roundTripMs: number } | 'unanswered'): void {
    this.#deps.events.selfTest(this.#options.name, result);
    this.#evidence.selfTest(result !== 'unanswered');
  }

  #lost(loss: Loss, retryMs: number | undefined): void {
    const { events, clock } = this.#deps;
    const { name } = this.#options;
    this.#behind.run();
    this.#evidence.lost(loss.reason, clock.monotonicMs());
    if (retryMs !== undefined) return events.lost(name, loss, retryMs);
    this.#evidence.stop();
    events.fatal(name, loss);
  }

  #forget(): void {
    this.#welcome = undefined;
    this.#lastFrameMs = undefined;
    this.#selfTest.reset();
  }
}
