/** The last deliveries of each destination, for people who look: how many arrived, and how soon. Since this start only. */
import { askedMs } from '../delivery/events.ts';
import type { BridgeEvent } from '../events/bridge-event.ts';

export interface Figures {
  /** Since the start. */
  readonly delivered: number;
  /** Dead or expired since the start. */
  readonly failed: number;
  /** Of the last `KEPT` that ended one way or the other: 0 to 1; `undefined` without any. */
  readonly successShare: number | undefined;
  /** Received → acknowledged, in ms, of the last `KEPT` that arrived. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** As many say how it is now; of each destination, of which there may be ten thousand. */
const KEPT = 100;

class Tally {
  delivered = 0;
  failed = 0;
  /** Rings. */
  readonly #tookMs = new Float32Array(KEPT);
  readonly #arrived = new Uint8Array(KEPT);

  arrive(tookMs: number): void {
    this.#arrived[this.#ended % KEPT] = 1;
    this.#tookMs[this.delivered % KEPT] = tookMs;
    this.delivered++;
  }

  fail(): void {
    this.#arrived[this.#ended % KEPT] = 0;
    this.failed++;
  }

  get figures(): Figures {
    const ended = Math.min(this.#ended, KEPT);
    const arrived = this.#arrived.subarray(0, ended).reduce((sum, one) => sum + one, 0);
    const sorted = this.#tookMs.slice(0, Math.min(this.delivered, KEPT)).sort();
    return {
      delivered: this.delivered,
      failed: this.failed,
      successShare: ended === 0 ? undefined : arrived / ended,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
    };
  }

  get #ended(): number {
    return this.delivered + this.failed;
  }
}

export class DestinationFigures {
  readonly #tallies = new Map<string, Tally>();

  readonly listener = (event: BridgeEvent): void => {
    if (event.kind !== 'delivery.ended') return;
    const { delivery, state, endedMs } = event;
    if (state === 'skipped') return;
    let tally = this.#tallies.get(delivery.destination);
    if (tally === undefined) {
      tally = new Tally();
      this.#tallies.set(delivery.destination, tally);
    }
    if (state === 'delivered') tally.arrive(endedMs - askedMs(event));
    else tally.fail();
  };

  /** `undefined`: nothing has ended yet. */
  of(destination: string): Figures | undefined {
    return this.#tallies.get(destination)?.figures;
  }
}

/** The smallest value that at least that share of them does not exceed. */
function quantile(sorted: Float32Array, share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
