/**
 * How often a wrong token may be tried: few times from one address, and more from all of them together, because an
 * attacker has many. Nothing that is tried beyond that is even compared. Its memory is bounded by the second limit.
 */
import type { Clock } from '../../platform/clock.ts';

const WINDOW_MS = 60_000;
/** Nothing more is tried after it. */
export const MOST_OF_ONE = 5;
const MOST_OF_ALL = 50;

/** One that is worth a line in the log. */
export interface FailedLogin {
  /** Of the socket; empty where it is not known. */
  readonly address: string;
  /** Wrong tokens of its network within the last minute. */
  readonly tries: number;
  /** The next ones are not even compared, until a minute has passed since the first. */
  readonly isBlocked: boolean;
}

interface Failure {
  readonly from: string;
  readonly atMs: number;
}

export class LoginLimit {
  readonly #clock: Clock;
  /** Within the window, oldest first. */
  #failures: Failure[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In ms; 0: at once. `address`: of the socket. */
  waitMs(address: string): number {
    const nowMs = this.#clock.monotonicMs();
    this.#failures = this.#failures.filter(({ atMs }) => atMs + WINDOW_MS > nowMs);
    const own = this.#failures.filter(({ from }) => from === networkOf(address));
    const freed = [own.at(-MOST_OF_ONE), this.#failures.at(-MOST_OF_ALL)].map((failure) =>
      failure === undefined ? 0 : failure.atMs + WINDOW_MS - nowMs,
    );
    return Math.max(...freed);
  }

  /** How often its network has failed within the window, this time included. */
  failed(address: string): number {
    const from = networkOf(address);
    this.#failures.push({ from, atMs: this.#clock.monotonicMs() });
    return this.#failures.filter((failure) => failure.from === from).length;
  }
}

/** One customer of IPv6 has 2^64 addresses. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain;
}
