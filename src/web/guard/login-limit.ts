/**
 * How often a wrong token may be tried: few times from one address, whether as a login or as the bearer token of a
 * program. Nothing that is tried beyond that is even compared. Logins are limited for all addresses together as well,
 * because an attacker has many; the right token of a program is never refused for what another address has tried.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';

const WINDOW_MS = 60_000;
/** Nothing more is tried after it. */
const MOST_OF_ONE = 5;
/** Logins; and the failures within the window beyond which none is logged. */
const MOST_OF_ALL = 50;
/** Wrong tokens that are remembered: beyond that the oldest are forgotten. */
const MOST_KEPT = 1000;

/** One that is worth a line in the log. */
export interface FailedLogin {
  /** Of the socket; empty where it is not known. */
  readonly address: string;
  /** Wrong tokens of its network within the last minute. */
  readonly tries: number;
  /** The next ones are not even compared, until a minute has passed since the first. */
  readonly isBlocked: boolean;
}

/** Who tries, and how. */
export interface Try {
  /** Of a program. A wrong one that is only repeated is one guess: a forgotten program keeps nobody else out. */
  readonly bearer?: string | undefined;
  /** A proxy has passed it on: what people out there try does not count for programs beside the proxy. */
  readonly isProxied?: boolean | undefined;
}

interface Failure {
  readonly from: string;
  readonly atMs: number;
  /** Which token, if it was a program's. */
  readonly bearer: string | undefined;
}

export class LoginLimit {
  readonly #clock: Clock;
  /** Within the window, oldest first. */
  #failures: Failure[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In ms; 0: at once. `address`: of the socket. */
  waitMs(address: string, { bearer, isProxied }: Try = {}): number {
    const nowMs = this.#clock.monotonicMs();
    this.#failures = this.#failures.filter(({ atMs }) => atMs + WINDOW_MS > nowMs);
    const own = this.#own(address, isProxied);
    const untilFree = (failures: readonly Failure[], most: number): number =>
      (failures.at(-most)?.atMs ?? nowMs - WINDOW_MS) + WINDOW_MS - nowMs;
    const same = bearer === undefined ? undefined : digest(bearer);
    return Math.max(
      untilFree(guesses(own), MOST_OF_ONE),
      same === undefined
        ? untilFree(this.#failures.filter(isLogin), MOST_OF_ALL)
        : untilFree(
            own.filter((failure) => failure.bearer === same),
            MOST_OF_ONE,
          ),
    );
  }

  /** Gives it if it is worth a line in the log: the first of a network, and the last one that is tried. */
  failed(address: string, by: Try = {}): FailedLogin | undefined {
    const { bearer, isProxied } = by;
    const atMs = this.#clock.monotonicMs();
    const from = placeOf(address, isProxied);
    this.#failures.push({ from, atMs, bearer: bearer === undefined ? undefined : digest(bearer) });
    if (this.#failures.length > MOST_KEPT) this.#failures.shift();
    const tries = this.#own(address, isProxied).length;
    const isBlocked = this.waitMs(address, by) > 0;
    const isNews = tries === 1 || isBlocked;
    return isNews && this.#failures.length <= MOST_OF_ALL ? { address, tries, isBlocked } : undefined;
  }

  #own(address: string, isProxied: boolean | undefined): readonly Failure[] {
    const place = placeOf(address, isProxied);
    return this.#failures.filter(({ from }) => from === place);
  }
}

/** Of the header: whole seconds. */
export const retryAfter = (waitMs: number): string => String(Math.ceil(waitMs / 1000));

export const tooManyTries = (waitMs: number): string =>
  `Too many wrong tokens: try again in ${retryAfter(waitMs)} s.`;

const isLogin = ({ bearer }: Failure): boolean => bearer === undefined;

const digest = (token: string): string => hash('sha256', token);

/** Each login is one; of a program's token its last time. Oldest first. */
const guesses = (failures: readonly Failure[]): readonly Failure[] =>
  failures.filter(
    (failure, n) =>
      isLogin(failure) || !failures.slice(n + 1).some(({ bearer }) => bearer === failure.bearer),
  );

const placeOf = (address: string, isProxied = false): string =>
  networkOf(address) + (isProxied ? ', by a proxy' : '');

/** One customer of IPv6 has 2^64 addresses. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') ? plain.split(':').slice(0, 4).join(':') : plain;
}
