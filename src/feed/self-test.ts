/**
 * Asks the service for a test announcement after each connect and at an interval: the only proof that what
 * is announced would also arrive. Once a minute a key, whoever asks (`SelfTestGate`).
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { SelfTestGate } from './connect-gate.ts';
import type { FeedStatus } from './health.ts';
import type { FeedOptions } from './options.ts';

/** An answer comes in well under a second; after this the operator is told. */
const ANSWER_TIMEOUT_MS = 15_000;

export interface SelfTestParts {
  readonly options: FeedOptions;
  readonly selfTestGate: SelfTestGate;
  readonly clock: Clock;
  readonly events: { selfTest(feed: string, result: { readonly roundTripMs: number } | 'unanswered'): void };
}

export class SelfTest {
  readonly #parts: SelfTestParts;
  readonly #send: () => void;
  #isAnswered = false;
  #sentMs: number | undefined;
  #next: Timer | undefined;
  #answer: Timer | undefined;

  /** `send` writes the request, if there is a connection. */
  constructor(parts: SelfTestParts, send: () => void) {
    this.#parts = parts;
    this.#send = send;
  }

  /** Since the last connect. */
  get state(): FeedStatus['selfTest'] {
    if (this.#parts.options.selfTest === false) return 'off';
    return this.#isAnswered ? 'answered' : 'unanswered';
  }

  askAfter(delayMs: number): void {
    const { clock, options, selfTestGate } = this.#parts;
    if (options.selfTest === false) return;
    this.#next?.cancel();
    this.#next = clock.after(delayMs, () => {
      const nowMs = clock.monotonicMs();
      const waitMs = selfTestGate.enter(options.apiKey.reveal(), nowMs);
      if (waitMs > 0) return this.askAfter(waitMs);
      this.#sentMs = nowMs;
      this.#send();
      this.#answer = clock.after(ANSWER_TIMEOUT_MS, () => this.#unanswered());
    });
  }

  answered(nowMs: number): void {
    const { options, events } = this.#parts;
    this.#answer?.cancel();
    this.#isAnswered = true;
    if (this.#sentMs !== undefined) events.selfTest(options.name, { roundTripMs: nowMs - this.#sentMs });
    this.#sentMs = undefined;
    if (options.selfTest !== false) this.askAfter(options.selfTest);
  }

  /** Somebody else with this key asked less than a minute ago. */
  refused(retryMs: number, nowMs: number): void {
    this.#answer?.cancel();
    this.#sentMs = undefined;
    this.#parts.selfTestGate.refused(this.#parts.options.apiKey.reveal(), retryMs, nowMs);
    this.askAfter(retryMs);
  }

  /** The connection is over, and with it its proof. */
  reset(): void {
    this.#next?.cancel();
    this.#answer?.cancel();
    this.#isAnswered = false;
    this.#sentMs = undefined;
  }

  #unanswered(): void {
    this.#isAnswered = false;
    this.#sentMs = undefined;
    this.#parts.events.selfTest(this.#parts.options.name, 'unanswered');
    this.askAfter(0);
  }
}
