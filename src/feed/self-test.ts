/**
 * Asks the service for a test announcement after each connect and at an interval: the only proof that what
 * is announced would also arrive. Once a minute a key, whoever asks (`SelfTestGate`).
 */
import type { Clock, Timer } from '../platform/clock.ts';
import type { SelfTestGate } from './connect-gate.ts';
import type { SelfTestProof } from './health.ts';
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
  #askedMs: number | undefined;
  #answeredMs: number | undefined;
  #roundTripMs: number | undefined;
  #unasked = 0;
  /** Asked and not answered yet: also past the timeout, since a late answer is an answer. */
  #isOpen = false;
  #next: Timer | undefined;
  #answer: Timer | undefined;

  /** `send` writes the request, if there is a connection. */
  constructor(parts: SelfTestParts, send: () => void) {
    this.#parts = parts;
    this.#send = send;
  }

  get proof(): SelfTestProof {
    return {
      state: this.#parts.options.selfTest === false ? 'off' : this.#isAnswered ? 'answered' : 'unanswered',
      askedMs: this.#askedMs,
      answeredMs: this.#answeredMs,
      roundTripMs: this.#roundTripMs,
      unasked: this.#unasked,
    };
  }

  askAfter(delayMs: number): void {
    const { clock, options, selfTestGate } = this.#parts;
    if (options.selfTest === false) return;
    this.#next?.cancel();
    this.#next = clock.after(delayMs, () => {
      const nowMs = clock.monotonicMs();
      const waitMs = selfTestGate.enter(options.apiKey.reveal(), nowMs);
      if (waitMs > 0) return this.askAfter(waitMs);
      this.#askedMs = nowMs;
      this.#isOpen = true;
      this.#send();
      this.#answer?.cancel();
      this.#answer = clock.after(ANSWER_TIMEOUT_MS, () => this.#unanswered());
    });
  }

  /** False: nobody here had asked, so that it proves nothing. */
  answered(nowMs: number): boolean {
    const { options, events } = this.#parts;
    if (!this.#isOpen || this.#askedMs === undefined) {
      this.#unasked++;
      return false;
    }
    this.#answer?.cancel();
    this.#isOpen = false;
    this.#isAnswered = true;
    this.#answeredMs = nowMs;
    this.#roundTripMs = nowMs - this.#askedMs;
    events.selfTest(options.name, { roundTripMs: this.#roundTripMs });
    if (options.selfTest !== false) this.askAfter(options.selfTest);
    return true;
  }

  /** Somebody else with this key asked less than a minute ago. */
  refused(retryMs: number, nowMs: number): void {
    this.#answer?.cancel();
    this.#isOpen = false;
    this.#parts.selfTestGate.refused(this.#parts.options.apiKey.reveal(), retryMs, nowMs);
    this.askAfter(0);
  }

  /** The connection is over, and with it its proof. */
  reset(): void {
    this.#next?.cancel();
    this.#answer?.cancel();
    this.#isAnswered = false;
    this.#isOpen = false;
    this.#askedMs = undefined;
    this.#answeredMs = undefined;
    this.#roundTripMs = undefined;
  }

  #unanswered(): void {
    this.#isAnswered = false;
    this.#parts.events.selfTest(this.#parts.options.name, 'unanswered');
    this.askAfter(0);
  }
}
