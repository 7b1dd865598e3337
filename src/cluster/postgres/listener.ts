/** The one connection that hears hints. It is replaced when it breaks, and tried out while nothing comes. */
import type { Client } from 'pg';
import { type BackoffRange, backoffMs } from '../../platform/backoff.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Hint } from '../shared.ts';
import { CHANNEL, hintOf } from './hints.ts';
import type { Line } from './line.ts';

const AGAIN: BackoffRange = { minMs: 50, maxMs: 2000 };

/** A connection may be dead without a word. */
const TRY_OUT_MS = 3000;

export interface ListenerDeps {
  readonly line: Line;
  readonly clock: Clock;
  readonly random: Random;
  readonly hint: (hint: Hint) => void;
  readonly lost: () => void;
  /** A channel of its own, for what it tells itself. */
  readonly echo: { readonly channel: string; readonly heard: (hint: Hint | undefined) => void };
}

export class Listener {
  readonly #deps: ListenerDeps;
  #failures = 0;
  #timer: Timer | undefined;
  #heard: Client | undefined;
  #isStopped = false;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
    void this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#deps.line.close();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      await this.#deps.line.run((client) => this.#hear(client));
      this.#failures = 0;
      this.#next(TRY_OUT_MS);
    } catch {
      // Whoever calls the database for its own sake hears why.
      this.#failures++;
      this.#next(backoffMs(this.#failures, AGAIN, this.#deps.random));
    }
  }

  #next(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(delayMs, () => void this.#look(), false);
  }

  async #hear(client: Client): Promise<void> {
    const { echo } = this.#deps;
    await Promise.all([client.query(`LISTEN ${CHANNEL}`), client.query(`LISTEN ${echo.channel}`)]);
    if (this.#heard === client || this.#isStopped) return;
    this.#heard = client;
    client.on('notification', ({ channel, payload = '' }) => {
      const hint = this.#isStopped ? undefined : hintOf(payload);
      if (channel === echo.channel) echo.heard(hint);
      else if (channel === CHANNEL && hint !== undefined) this.#deps.hint(hint);
    });
    client.on('end', () => {
      if (this.#heard === client) this.#next(0);
    });
    this.#deps.lost();
  }
}
