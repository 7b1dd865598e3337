/**
 * Claims on their way to the database: those of one tick in one call, and while some are on their way, the rest together. A claim alone
 * waits for nothing; a thousand a second are some dozens of transactions.
 */
import type { Beginning, Shared } from './shared.ts';

/** Calls on their way: more would only wait for each other. */
const MOST_CALLS = 2;

/** Claims of one call. */
const MOST_TOGETHER = 200;

interface Waiting {
  readonly beginning: Beginning;
  readonly resolve: (isMine: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class ClaimCalls {
  readonly #shared: Pick<Shared, 'begin'>;
  #waiting: Waiting[] = [];
  #calls = 0;
  #isDue = false;

  constructor(shared: Pick<Shared, 'begin'>) {
    this.#shared = shared;
  }

  /** Whether it is this node's; rejects with `SharedError`. Of one delivery only one is made at a time. */
  begin(beginning: Beginning): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ beginning, resolve, reject });
      this.#soon();
    });
  }

  /** Behind all that is claimed in this tick. */
  #soon(): void {
    if (this.#isDue || this.#calls >= MOST_CALLS || this.#waiting.length === 0) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      void this.#call(this.#waiting.splice(0, MOST_TOGETHER));
      this.#soon();
    });
  }

  async #call(together: readonly Waiting[]): Promise<void> {
    this.#calls++;
    try {
      const mine = await this.#shared.begin(together.map(({ beginning }) => beginning));
      for (const { beginning, resolve } of together) resolve(mine.has(beginning.id));
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
    this.#calls--;
    this.#soon();
  }
}
