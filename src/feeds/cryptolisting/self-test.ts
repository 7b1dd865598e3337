/**
 * Requests a test announcement after each connect and at an interval: the only proof that announcements would also
 * arrive. Once a minute for each key, for all connections together (`SelfTestGate`). A connection on which several
 * in a row are not answered is of no use, however alive it looks (`deaf`).
 */
import type { Clock, Timer } from '../../platform/clock.ts';
import type { SelfTestProof } from '../health.ts';
import type { SelfTestGate } from './connect-gate.ts';
import type { CryptolistingOptions } from './options.ts';

/** An answer comes in well under a second; after this it is reported to the operator. */
const ANSWER_TIMEOUT_MS = 15_000;
/** In a row, until the connection counts as deaf. */
const UNANSWERED = 3;
/** A service that answers none must not make us connect again every few minutes: twice as many each time, up to this. */
const MOST_UNANSWERED = 48;

export interface SelfTestDeps {
  /** A reload may change them. */
  readonly options: () => CryptolistingOptions;
  readonly selfTestGate: SelfTestGate;
  readonly clock: Clock;
  /** Writes the request, if there is a connection. */
  readonly send: () => void;
  readonly result: (result: { readonly roundTripMs: number } | 'unanswered') => void;
  /** So many were not answered that the connection should be given up. */
  readonly deaf: () => void;
}

export class SelfTest {
  readonly #deps: SelfTestDeps;
  #isAnswered = false;
  #askedMs: number | undefined;
  #answeredMs: number | undefined;
  #roundTripMs: number | undefined;
  #unasked = 0;
  /** In a row, on this connection. */
  #unanswered = 0;
  #bearable = UNANSWERED;
  /** Asked and not answered yet: also past the timeout, since a late answer is an answer. */
  #isOpen = false;
  #next: Timer | undefined;
  #answer: Timer | undefined;

  constructor(deps: SelfTestDeps) {
    this.#deps = deps;
  }

  get proof(): SelfTestProof {
    return {
      state: this.#deps.options().selfTest === false ? 'off' : this.#isAnswered ? 'answered' : 'unanswered',
      askedMs: this.#askedMs,
      answeredMs: this.#answeredMs,
      roundTripMs: this.#roundTripMs,
      unasked: this.#unasked,
    };
  }

  askAfter(delayMs: number): void {
    const { clock, options, selfTestGate, send } = this.#deps;
    if (options().selfTest === false) return;
    this.#next?.cancel();
    this.#next = clock.after(delayMs, () => {
      const nowMs = clock.monotonicMs();
      const waitMs = selfTestGate.enter(options().apiKey.reveal(), nowMs);
      if (waitMs > 0) return this.askAfter(waitMs);
      this.#askedMs = nowMs;
      this.#isOpen = true;
      send();
      this.#answer?.cancel();
      this.#answer = clock.after(ANSWER_TIMEOUT_MS, () => this.#missed());
    });
  }

  /** `selfTest` may have changed. */
  adjust(): void {
    const { clock, options } = this.#deps;
    const intervalMs = options().selfTest;
    if (intervalMs === false) return this.reset();
    // One that waits for its answer is followed by the next in any case.
    if (!this.#isAnswered) return this.#isOpen ? undefined : this.askAfter(0);
    this.askAfter(Math.max(0, (this.#answeredMs ?? 0) + intervalMs - clock.monotonicMs()));
  }

  /** False: nobody here had asked, so that it proves nothing. */
  answered(nowMs: number): boolean {
    const { options, result } = this.#deps;
    if (!this.#isOpen || this.#askedMs === undefined) {
      this.#unasked++;
      return false;
    }
    this.#answer?.cancel();
    this.#isOpen = false;
    this.#isAnswered = true;
    this.#unanswered = 0;
    this.#bearable = UNANSWERED;
    this.#answeredMs = nowMs;
    this.#roundTripMs = nowMs - this.#askedMs;
    result({ roundTripMs: this.#roundTripMs });
    const { selfTest } = options();
    if (selfTest !== false) this.askAfter(selfTest);
    return true;
  }

  /** Somebody else with this key asked less than a minute ago. */
  refused(retryMs: number, nowMs: number): void {
    const { options, selfTestGate } = this.#deps;
    this.#answer?.cancel();
    this.#isOpen = false;
    selfTestGate.refused(options().apiKey.reveal(), retryMs, nowMs);
    this.askAfter(0);
  }

  /** The connection is over, and with it its proof. */
  reset(): void {
    this.#next?.cancel();
    this.#answer?.cancel();
    this.#isAnswered = false;
    this.#isOpen = false;
    this.#unanswered = 0;
    this.#askedMs = undefined;
    this.#answeredMs = undefined;
    this.#roundTripMs = undefined;
  }

  #missed(): void {
    this.#isAnswered = false;
    this.#unanswered++;
    this.#deps.result('unanswered');
    if (this.#unanswered < this.#bearable) return this.askAfter(0);
    this.#bearable = Math.min(this.#bearable * 2, MOST_UNANSWERED);
    this.#deps.deaf();
  }
}
