/**
 * The connection of a feed over its whole life: made, proven, lost, made again, for ever.
 *
 *   waiting ──gate──▶ connecting ──proven──▶ live ──close, silence──▶ waiting …
 *                          └──refused: try later ▶ waiting, or for good ▶ fatal (until reload or restart)
 */
import { backoffMs } from '../platform/backoff.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Connection } from './connection.ts';
import type { FeedStatus } from './health.ts';
import { type Loss, lossOf, lossText, type Verdict } from './verdict.ts';

/** 1, 2, 4 … 300 s: what the service behind `cryptolisting` asks for (docs/feed-protocol.md), and no source asks for more. */
const BACKOFF = { minMs: 1000, maxMs: 300_000 } as const;

/** When the source lets us connect. */
export interface Gate {
  /** How long to wait, in ms. 0 reserves the place. */
  enter(nowMs: number): number;
  /** The same, and reserves nothing. */
  waitMs(nowMs: number): number;
}

export interface LinkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly gate: Gate;
  /** Live for less than this, a connection does not begin the backoff again; 0: every proven one does. */
  readonly settlesAfterMs: number;
  /** `compression`: offer it, because the source does not do without. */
  readonly connect: (ended: (verdict: Verdict) => void, compression: boolean) => Connection;
  /** The proofs of a connection end with it. */
  readonly forget: () => void;
  /** `retryMs`: until it connects again; `undefined`: never, of itself. */
  readonly lost: (loss: Loss, retryMs: number | undefined) => void;
}

export class Link {
  readonly #deps: LinkDeps;
  readonly #losses: Record<string, number> = {};
  #state: FeedStatus['state'] = 'waiting';
  #trouble: string | undefined = 'not connected yet';
  #connection: Connection | undefined;
  #compression = false;
  #failures = 0;
  #connects = 0;
  #lastLoss: FeedStatus['lastLoss'];
  #connectedSinceMs: number | undefined;
  #reconnect: Timer | undefined;
  #retryAtMs: number | undefined;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  get state(): FeedStatus['state'] {
    return this.#state;
  }

  /** While there is one. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Its share of the status. */
  get report() {
    return {
      state: this.#state,
      connectedSinceMs: this.#connectedSinceMs,
      lastLifeMs: this.#connection?.lastLifeMs,
      connects: this.#connects,
      losses: this.#losses,
      lastLoss: this.#lastLoss,
      trouble: this.#trouble,
      retryAtMs: this.#state === 'waiting' ? this.#retryAtMs : undefined,
    } satisfies Partial<FeedStatus>;
  }

  start(): void {
    if (this.#state === 'waiting' && this.#reconnect === undefined) this.#connectAfter(0);
  }

  /** True for the first proof of a connection. */
  proven(nowMs: number): boolean {
    if (this.#state !== 'connecting') return false;
    this.#connection?.proven();
    this.#state = 'live';
    this.#trouble = undefined;
    this.#connects++;
    this.#connectedSinceMs = nowMs;
    return true;
  }

  stop(): void {
    this.#state = 'stopped';
    this.#trouble = 'stopped';
    this.#reconnect?.cancel();
    this.#connection?.close();
    this.#forget();
  }

  #connectAfter(delayMs: number): void {
    const { gate, clock } = this.#deps;
    this.#retryAtMs = clock.monotonicMs() + delayMs;
    this.#reconnect = clock.after(delayMs, () => {
      const waitMs = gate.enter(clock.monotonicMs());
      if (waitMs > 0) return this.#connectAfter(waitMs);
      this.#state = 'connecting';
      this.#connection = this.#deps.connect((verdict) => this.#ended(verdict), this.#compression);
    });
  }

  #ended(verdict: Verdict): void {
    const { random, clock, gate, settlesAfterMs, lost } = this.#deps;
    const nowMs = clock.monotonicMs();
    const liveMs = nowMs - (this.#connectedSinceMs ?? Number.POSITIVE_INFINITY);
    this.#forget();
    const loss = lossOf(verdict);
    this.#trouble = lossText(loss);
    this.#lastLoss = { ...loss, atMs: nowMs };
    this.#losses[loss.reason] = (this.#losses[loss.reason] ?? 0) + 1;
    if (verdict.kind === 'fatal') {
      this.#state = 'fatal';
      return lost(loss, undefined);
    }
    this.#state = 'waiting';
    this.#failures = liveMs >= settlesAfterMs ? 1 : this.#failures + 1;
    if (loss.reason === 'compressed') this.#compression = true;
    const waitMs = verdict.atOnce === true ? 0 : backoffMs(this.#failures, BACKOFF, random);
    // The gate has its own reasons; a reader of the loss wants to know how long it really takes.
    const retryMs = Math.max(verdict.afterMs ?? 0, waitMs, gate.waitMs(nowMs));
    lost(loss, retryMs);
    // A listener may have stopped it.
    if (this.#state === 'waiting') this.#connectAfter(retryMs);
  }

  #forget(): void {
    this.#connection = undefined;
    this.#connectedSinceMs = undefined;
    this.#deps.forget();
  }
}
