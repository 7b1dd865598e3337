/**
 * The budgets of all lanes: each destination's own, and those that several share by key. They take up
 * what an earlier life of the process knew (pauses, recent requests), so that a restart neither forgets a
 * `Retry-After` nor doubles a rate.
 */
import type { Clock } from '../platform/clock.ts';
import { Budget, type BudgetLimits } from './budget.ts';

/** What is left of an earlier life; all times monotonic ms. */
export interface BudgetMemory {
  /** By budget key. */
  readonly pauses: ReadonlyMap<string, number>;
  /** By destination. */
  readonly attempts: ReadonlyMap<string, readonly number[]>;
  /** Stores a new pause. */
  keep(key: string, untilMs: number): void;
}

/** No window of any platform is longer, and a user's longer one is rare enough to start anew. */
export const REMEMBERED_MS = 10 * 60_000;

const NOTHING: BudgetMemory = { pauses: new Map(), attempts: new Map(), keep: () => undefined };

/** Under which a destination's own pauses are kept. */
export const ownBudgetKey = (destination: string, farEnd: string): string =>
  `destination:${destination}:${farEnd}`;

export class Budgets {
  readonly #clock: Clock;
  readonly #memory: BudgetMemory;
  readonly #byKey = new Map<string, Budget>();
  /** `key destination`: its earlier requests are counted there. */
  readonly #remembered = new Set<string>();

  constructor(clock: Clock, memory: BudgetMemory = NOTHING) {
    this.#clock = clock;
    this.#memory = memory;
  }

  /**
   * Asked again (a reload), the same one with the new limits. `farEnd` says where it sends, without secrets:
   * another address starts without the pauses of the one before.
   */
  own(destination: string, farEnd: string, limits: readonly BudgetLimits[]): Budget {
    return this.#budget(ownBudgetKey(destination, farEnd), limits, destination);
  }

  /** The same one for every destination that names the key. */
  shared(key: string, limits: readonly BudgetLimits[], destination: string, strikes?: BudgetLimits): Budget {
    return this.#budget(key, limits, destination, strikes);
  }

  #budget(key: string, limits: readonly BudgetLimits[], destination: string, strikes?: BudgetLimits): Budget {
    const { pauses, attempts, keep } = this.#memory;
    let budget = this.#byKey.get(key);
    if (budget === undefined) {
      budget = new Budget(limits, this.#clock, (untilMs) => keep(key, untilMs), strikes);
      const untilMs = pauses.get(key);
      if (untilMs !== undefined) budget.restore(untilMs);
      this.#byKey.set(key, budget);
    } else budget.reshape(limits);
    const memory = `${key} ${destination}`;
    if (!this.#remembered.has(memory)) budget.remember(attempts.get(destination) ?? []);
    this.#remembered.add(memory);
    return budget;
  }
}
