/** The lock of bridges that are alone, and the server that has it, without a server: what `postgres/solitude.ts` promises, and how it fails. */
import type { Solitude } from '../../../src/cluster/alone.ts';
import { SharedError } from '../../../src/cluster/shared.ts';
import { type Clock, wait } from '../../../src/platform/clock.ts';

const unproven = (why: string) => new SharedError('unfit', why, 'Look at it.');

export class ModelServer {
  /** The tables of a cluster are there. */
  hasSchema = false;
  /** Session that holds the lock. */
  holder: object | undefined;

  /** Its sessions are gone; with them, the lock. */
  restart(): void {
    this.holder = undefined;
  }
}

export class ModelSolitude implements Solitude {
  readonly #server: ModelServer;
  readonly #clock: Clock;
  readonly #answer: <Result>(work: Promise<Result>) => Promise<Result>;
  #session: object | undefined;
  #number = 0;
  /** One way, in ms. */
  tripMs = 1;
  /** No answer ever comes; its session stays at the server. */
  isCut = false;

  /** `answer`: comes in as one step of the process. */
  constructor(server: ModelServer, clock: Clock, answer: <Result>(work: Promise<Result>) => Promise<Result>) {
    this.#server = server;
    this.#clock = clock;
    this.#answer = answer;
  }

  /** A question is on its way. */
  isAsked = false;

  async prove(): Promise<number> {
    this.isAsked = true;
    try {
      return await this.#answer(this.#prove());
    } finally {
      this.isAsked = false;
    }
  }

  async #prove(): Promise<number> {
    const server = this.#server;
    if (this.isCut) {
      await wait(this.#clock, 2000);
      throw unproven('no answer');
    }
    await wait(this.#clock, this.tripMs);
    if (server.hasSchema) {
      if (server.holder === this.#session) server.holder = undefined;
      this.#session = undefined;
      throw unproven('the tables are there');
    }
    if (this.#session === undefined || server.holder !== this.#session) {
      this.#session = {};
      if (server.holder !== undefined) throw unproven('another is alone');
      server.holder = this.#session;
      this.#number++;
    }
    const number = this.#number;
    await wait(this.#clock, this.tripMs);
    return number;
  }

  async close(): Promise<void> {
    if (this.#server.holder === this.#session) this.#server.holder = undefined;
  }
}
