/**
 * One source of the user's own: its connection (`feeds/link.ts`), proven by the first pong or frame, and its frames, read
 * as the config says. The reader does nothing but read and hand on, synchronously; nothing downstream can hold it up.
 */
import { formatDuration } from '../../platform/duration.ts';
import { Behind } from '../behind.ts';
import { Connection, type Policy } from '../connection.ts';
import { EchoGuard } from '../echo.ts';
import { Evidence } from '../evidence.ts';
import type { Expectations, Feed, FeedDeps } from '../feed.ts';
import { beginningOf, type FrameData } from '../frame-data.ts';
import type { FeedStatus } from '../health.ts';
import { Link } from '../link.ts';
import { newsFrom, tickersOf } from '../news.ts';
import { oneLine } from '../refusal-answer.ts';
import type { Loss, Verdict } from '../verdict.ts';
import { ageMs } from './age.ts';
import { clockAheadMs } from './clock-ahead.ts';
import type { WebsocketOptions } from './options.ts';
import { secretsOf, textOfMessage } from './outgoing.ts';
import { Pings } from './pings.ts';
import { proofsOf } from './proofs.ts';
import { type Announced, compileReader } from './reader.ts';
import { policyOf } from './refusal.ts';

/** A source that lets us in and throws us out at once must not be knocked at every second. */
const SETTLES_AFTER_MS = 60_000;
/** Beyond two pings: a slow line. */
const PONG_PATIENCE_MS = 5_000;

const OWN_POLICY = policyOf();

const OPEN_DOOR = { enter: () => 0, waitMs: () => 0 };

export class WebsocketFeed implements Feed<WebsocketOptions> {
  readonly #deps: FeedDeps;
  readonly #policy: Policy;
  #options: WebsocketOptions;
  #read: ReturnType<typeof compileReader>;
  readonly #link: Link;
  readonly #pings: Pings;
  readonly #evidence: Evidence;
  /** The evidence of announcements. */
  readonly #behind: Behind;
  #echo: EchoGuard;
  readonly #frames: Record<string, number> = {};
  #lastFrameMs: number | undefined;
  #lastNewsMs: number | undefined;
  /** Of the wall clock here, against the source's. */
  #aheadMs = 0;

  constructor(options: WebsocketOptions, deps: FeedDeps, policy = OWN_POLICY) {
    this.#policy = policy;
    this.#deps = deps;
    this.#options = options;
    this.#read = compileReader(options.map, options.only);
    const { clock, random, events } = deps;
    this.#echo = new EchoGuard(secretsOf(options), deps.redact);
    this.#evidence = new Evidence(
      () => this.#options.name,
      (warning) => events.warning(warning),
    );
    this.#behind = new Behind(clock);
    this.#pings = new Pings(clock, () => this.#options);
    this.#link = new Link({
      ...{ clock, random, gate: OPEN_DOOR, settlesAfterMs: SETTLES_AFTER_MS },
      connect: (ended, compression) => this.#connect(ended, compression),
      forget: () => this.#forget(),
      lost: (loss, retryMs) => this.#lost(loss, retryMs),
    });
  }

  get options(): WebsocketOptions {
    return this.#options;
  }

  get status(): FeedStatus {
    const { name, url } = this.#options;
    const { report } = this.#link;
    const [lastFrameMs, lastNewsMs] = [this.#lastFrameMs, this.#lastNewsMs];
    const proven = { ...report, lastFrameMs, lastNewsMs, silenceMs: this.#silenceMs() };
    return {
      name,
      url: this.#deps.redact(addressOf(url.reveal())),
      ...report,
      proofs: proofsOf({ ...proven, pong: this.#pings.pong }),
      lastFrameMs,
      frames: this.#frames,
      welcome: undefined,
      selfTest: undefined,
      keyExpiresMs: undefined,
      clockOffsetMs: this.#aheadMs === 0 ? undefined : this.#aheadMs,
      change: undefined,
    };
  }

  start(): void {
    this.#link.start();
  }

  stop(): void {
    this.#behind.run();
    this.#link.stop();
  }

  /** Nothing that a source says of itself could disappoint them. */
  expect(_expectations: Expectations): void {}

  adjust(options: WebsocketOptions): void {
    this.#options = options;
    this.#read = compileReader(options.map, options.only);
    this.#echo = new EchoGuard(secretsOf(options), this.#deps.redact);
    const { connection, state } = this.#link;
    connection?.watchSilence();
    if (state === 'live' && connection !== undefined) this.#pings.ask(connection);
  }

  /** Infinity: nothing asks for signs of life, so their absence means nothing. */
  #silenceMs(): number {
    const { ping, silenceTimeout } = this.#options;
    if (silenceTimeout !== undefined) return silenceTimeout;
    return ping === false ? Number.POSITIVE_INFINITY : 2 * ping.every + PONG_PATIENCE_MS;
  }

  #connect(ended: (verdict: Verdict) => void, compression: boolean): Connection {
    const { clock, lookup, redact, ready, asked } = this.#deps;
    const { url, headers, proxy, tls } = this.#options;
    const connection: Connection = new Connection({
      ...{ clock, lookup, redact, ready, compression, ended, policy: this.#policy },
      url: url.reveal(),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()])),
      asked: () => asked?.(),
      way: { proxy, tls },
      silenceTimeoutMs: () => this.#silenceMs(),
      answered: ({ date }) => this.#dated(date),
      opened: () => this.#opened(connection),
      frame: (data) => this.#framed(data),
      readEnds: () => this.#deps.events.readEnds(),
      pong: () => this.#ponged(),
    });
    return connection;
  }

  #dated(date: string | undefined): void {
    const aheadMs = clockAheadMs(date, this.#deps.clock.wallMs());
    this.#aheadMs = aheadMs;
    this.#evidence.hold('clock_skew', aheadMs !== 0, () => [
      `${formatDuration(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} the clock of the source`,
      { offsetMs: aheadMs },
    ]);
  }

  #opened(connection: Connection): void {
    const { hello, ping } = this.#options;
    for (const message of hello) connection.send(textOfMessage(message));
    this.#pings.ask(connection);
    // Nothing will be answered: the open connection is all there is.
    if (ping === false) this.#proven(this.#deps.clock.monotonicMs());
  }

  #ponged(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    this.#pings.ponged(nowMs);
    this.#proven(nowMs);
  }

  #proven(nowMs: number): void {
    if (!this.#link.proven(nowMs)) return;
    this.#deps.events.live(this.#options.name, { facts: {}, missing: [] });
  }

  #framed(data: FrameData): void {
    const { clock, events } = this.#deps;
    const receivedMs = clock.monotonicMs();
    const read = this.#read(data);
    const sinceFrameMs = receivedMs - (this.#lastFrameMs ?? Number.NEGATIVE_INFINITY);
    this.#lastFrameMs = receivedMs;
    this.#frames[read.kind] = (this.#frames[read.kind] ?? 0) + 1;
    this.#proven(receivedMs);
    if (read.kind === 'announcement') this.#announced(read, receivedMs, sinceFrameMs);
    else if (read.kind === 'garbage') {
      this.#behind.run();
      events.odd(this.#options.name, read);
      this.#evidence.odd(read, receivedMs, this.#wordsOf(data));
    }
  }

  /** The first words of a frame: a refused `hello` is often answered by one. Redacted before it is cut. */
  #wordsOf(data: FrameData): string {
    return oneLine(this.#deps.redact(beginningOf(data)));
  }

  /** The wall clock says how old it is, less what is known to be wrong with it; a stamp that is absent or absurd counts as nothing. */
  #announced(read: Announced, receivedMs: number, sinceFrameMs: number): void {
    const { clock, events, heldUpMs } = this.#deps;
    const reading = this.#echo.clean(read.reading);
    const readUs = clock.wallUs();
    // Frames come in order: it did not wait here for longer than since the one before it.
    const stalledMs = Math.min(heldUpMs?.(receivedMs) ?? 0, sinceFrameMs);
    const bornUs = reading.detectedTimestampUs ?? reading.publishTimestampUs;
    const receipt = {
      feed: this.#options.name,
      receivedTimestampUs: readUs - Math.round(stalledMs * 1000),
      receivedMs,
      ageAtReceiptMs: Math.max(ageMs(bornUs, readUs / 1000 - this.#aheadMs), stalledMs),
    };
    this.#lastNewsMs = receivedMs;
    const stalled = stalledMs > 0 ? { ...receipt, stalledMs } : receipt;
    events.news(newsFrom(reading, stalled, tickersOf(reading.ticker), false));
    this.#behind.add(() => this.#examine(reading, read.unread));
  }

  #examine(reading: Announced['reading'], unread: Announced['unread']): void {
    this.#evidence.announcement(reading);
    for (const { field, path, form } of unread)
      this.#evidence.once('unread_field', field, `\`${field}\` at ${path} is ${form}`, { field, path, form });
  }

  #lost(loss: Loss, retryMs: number | undefined): void {
    const { events, clock } = this.#deps;
    this.#behind.run();
    this.#evidence.lost(loss.reason, clock.monotonicMs());
    if (retryMs === undefined) events.fatal(this.#options.name, loss);
    else events.lost(this.#options.name, loss, retryMs);
  }

  #forget(): void {
    this.#pings.reset();
    this.#lastFrameMs = undefined;
    this.#lastNewsMs = undefined;
  }
}

/** Without what may hold a key. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
