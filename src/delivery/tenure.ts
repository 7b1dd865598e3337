/**
 * How long this process may send to a destination: several machines share the work, and only one of them sends to it at a time
 * (`cluster/node.ts`). Read before a send starts, and once more in the tick in which its bytes go to the socket: a process that
 * was stopped in between must not write when it goes on. Without a cluster there is none, and everything may be sent.
 */
import type { Clock } from '../platform/clock.ts';

export class Tenure {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** Monotonic ms; from then on nothing leaves. Moved on while this machine keeps it. */
  untilMs = Number.NEGATIVE_INFINITY;
  /** News that is read now is queued for it here. From when it is known what the machine before has sent. */
  takesNews = false;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Nothing may be sent now. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.untilMs;
  }
}
