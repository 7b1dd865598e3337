/**
 * Browsers that have shown the token. They are in memory alone: a restart ends them, as does a change of the token,
 * and each ends by itself after `SESSION_MS`.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { secretBytes } from '../../platform/random.ts';
import type { Secret } from '../../platform/secret.ts';

/** A working day: whoever comes back tomorrow logs in again. */
const SESSION_MS = 12 * 3_600_000;

/** One that begins beyond that ends the oldest. */
const MOST_SESSIONS = 100;

export interface Session {
  /** Sent with every change: see `Visitor.formToken`. */
  readonly formToken: string;
}

interface Kept extends Session {
  readonly endMs: number;
  /** That it was begun with. */
  readonly token: string;
}

export class Sessions {
  readonly #clock: Clock;
  /** By a digest of the id, oldest first: how long a look-up takes tells nothing of an id. */
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Gives its id. */
  begin(token: Secret): string {
    const id = secretBytes(32).toString('base64url');
    const endMs = this.#clock.monotonicMs() + SESSION_MS;
    const formToken = secretBytes(32).toString('base64url');
    this.#kept.set(digest(id), { endMs, token: digest(token.reveal()), formToken });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_SESSIONS) break;
      this.#kept.delete(oldest);
    }
    return id;
  }

  /** `token`: of the config in force. */
  find(id: string, token: Secret): Session | undefined {
    const key = digest(id);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (kept.endMs > this.#clock.monotonicMs() && kept.token === digest(token.reveal())) return kept;
    this.#kept.delete(key);
    return undefined;
  }

  end(id: string): void {
    this.#kept.delete(digest(id));
  }
}

const digest = (text: string): string => hash('sha256', text);
