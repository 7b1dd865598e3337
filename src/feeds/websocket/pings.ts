/** Asks the source at an interval whether it lives: by a ping of the protocol, or by the message that it answers. */
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Connection } from '../connection.ts';
import type { WebsocketOptions } from './options.ts';
import { textOfMessage } from './outgoing.ts';

export class Pings {
  readonly #clock: Clock;
  readonly #options: () => WebsocketOptions;
  #next: Timer | undefined;
  #askedMs: number | undefined;
  #lastPongMs: number | undefined;
  #roundTripMs: number | undefined;

  constructor(clock: Clock, options: () => WebsocketOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Of this connection; `undefined`: the protocol is not asked. */
  get pong() {
    const { ping } = this.#options();
    if (ping === false || ping.send !== 'protocol') return undefined;
    return { lastMs: this.#lastPongMs, roundTripMs: this.#roundTripMs };
  }

  /** At once, and from then on. */
  ask(connection: Connection): void {
    this.#next?.cancel();
    const { ping } = this.#options();
    if (ping === false) return;
    if (ping.send === 'protocol') {
      this.#askedMs = this.#clock.monotonicMs();
      connection.ping();
    } else connection.send(textOfMessage(ping.send));
    this.#next = this.#clock.after(ping.every, () => this.ask(connection));
  }

  ponged(nowMs: number): void {
    this.#lastPongMs = nowMs;
    if (this.#askedMs !== undefined) this.#roundTripMs = nowMs - this.#askedMs;
    this.#askedMs = undefined;
  }

  /** The connection is over. */
  reset(): void {
    this.#next?.cancel();
    this.#askedMs = undefined;
    this.#lastPongMs = undefined;
    this.#roundTripMs = undefined;
  }
}
