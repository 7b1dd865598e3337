/**
 * How long this process may send to a destination: several machines share the work, and only one of them sends to it at a time
 * (`cluster/holdings.ts`). Read before a send starts, and once more in the tick in which its bytes go to the socket: a process that
 * was stopped in between must not write when it goes on. Without a cluster there is none, and everything may be sent.
 */
import type { Clock } from '../platform/clock.ts';
import type { Delivery } from './delivery.ts';

/** `mine`: send it. `elsewhere`: another machine has sent it, or may have. `later`: nobody knows yet; try again. */
export type Claimed = 'mine' | 'elsewhere' | 'later';

/** Of deliveries that must not leave before all machines know that they do. */
export interface Claims {
  areNeeded(options: { readonly onAmbiguous: 'resend' | 'drop' }): boolean;
  /** Never rejects. */
  claim(delivery: Delivery): Promise<Claimed>;
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
