/**
 * How long this process may send to a destination: several machines share the work, and only one of them sends to it at a time
 * (`cluster/holdings.ts`). Read before a send starts, and once more in the tick in which its bytes go to the socket: a process that
 * was stopped in between must not write when it goes on. Without a cluster there is none, and everything may be sent.
 */
import type { Clock } from '../platform/clock.ts';
import type { PendingDelivery } from './delivery.ts';
import type { AttemptResult } from './outcome.ts';
import type { RenewalOptions } from './renewal.ts';

/** The right to send one delivery once. */
export interface Claim {
  /** It did not arrive, or has not left: whoever is to send it next may claim it. `result`: absent, nothing was sent. */
  takeBack(result?: AttemptResult): void;
}

/** A claim: send it. `elsewhere`: another machine has sent it, or may have. `later`: nobody knows yet; try again. */
export type Claimed = Claim | 'elsewhere' | 'later';

/** Of deliveries that must not leave before all machines know that they do. */
export interface Claims {
  areNeeded(options: Pick<RenewalOptions, 'onAmbiguous'>): boolean;
  /** Never rejects. */
  claim(pending: PendingDelivery, options: Pick<RenewalOptions, 'onAmbiguous'>): Promise<Claimed>;
}

export class Tenure {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** Monotonic ms; from then on nothing leaves. Moved on while this machine keeps it. */
  untilMs = Number.NEGATIVE_INFINITY;
  /** It is known what the machine before has sent: from now on news is queued here, and sent. */
  isOpen = false;
  /** Absent: nothing is claimed. */
  claims: Claims | undefined;

  constructor(clock: Pick<Clock, 'monotonicMs'>, claims?: Claims) {
    this.#clock = clock;
    this.claims = claims;
  }

  /** Nothing may leave now. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.untilMs;
  }

  /** Nothing may be started now. */
  get isShut(): boolean {
    return !this.isOpen || this.isOver;
  }
}
