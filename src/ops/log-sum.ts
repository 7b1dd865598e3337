/** Deliveries in figures, for one line of the log: those of one announcement, or those of a burst. */
import { askedMs } from '../delivery/events.ts';
import type { BridgeEventOf } from '../events/bridge-event.ts';
import type { LogFields } from '../platform/log.ts';
import { someOf } from './many.ts';

/** A delivery that has not ended by then is reported as waiting. */
export const SOON_MS = 2000;

/** Writes a line. `isGood`: everything that has ended was delivered, and nothing failed. */
export type Tell = (name: string, fields: LogFields, isGood: boolean) => void;

/** Whoever holds it decides which events belong to it. */
export class Sum {
  #total = 0;
  #ended = 0;
  readonly #states: Record<string, number> = {};
  /** Of attempts that were not taken, by reason, with their destinations. */
  readonly #failed = new Map<string, Set<string>>();
  #firstDispatchMs: number | undefined;
  #lastDispatchMs: number | undefined;

  /** So many more are to be sent. */
  add(deliveries: number): void {
    this.#total += deliveries;
  }

  /** How many have not ended. */
  get left(): number {
    return this.#total - this.#ended;
  }

  /** Everything that has ended was delivered, and nothing failed. */
  get isGood(): boolean {
    return this.#failed.size === 0 && (this.#states['delivered'] ?? 0) === this.#ended;
  }

  attempted(event: BridgeEventOf<'delivery.attempted'>): void {
    const { delivery, result, attempt } = event;
    const { outcome, writtenMs } = result;
    if (attempt === 1 && writtenMs !== undefined) {
      const dispatchMs = writtenMs - askedMs(event);
      this.#firstDispatchMs = Math.min(this.#firstDispatchMs ?? dispatchMs, dispatchMs);
      this.#lastDispatchMs = Math.max(this.#lastDispatchMs ?? dispatchMs, dispatchMs);
    }
    if (outcome.kind === 'delivered') return;
    const names = this.#failed.get(outcome.reason);
    if (names === undefined) this.#failed.set(outcome.reason, new Set([delivery.destination]));
    else names.add(delivery.destination);
  }

  ended({ state }: BridgeEventOf<'delivery.ended'>): void {
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    this.#ended++;
  }

  /** The times are those of the fastest and the slowest of all. */
  get fields(): LogFields {
    const failures = [...this.#failed].map(([reason, names]) => [reason, someOf([...names])]);
    return {
      deliveries: this.#total,
      ...this.#states,
      waiting: this.left === 0 ? undefined : this.left,
      firstDispatchMs: rounded(this.#firstDispatchMs),
      lastDispatchMs: rounded(this.#lastDispatchMs),
      failedAttempts: failures.length === 0 ? undefined : Object.fromEntries(failures),
    };
  }
}

const rounded = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 100) / 100);

/** The row that stands for tickers beyond `maxTickers` is no delivery. */
export const isForMany = ({ delivery, reason }: BridgeEventOf<'delivery.ended'>): boolean =>
  reason === 'max_tickers' && delivery.ticker === undefined;
