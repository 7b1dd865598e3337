/**
 * The budgets of all lanes: each destination's own, and those that several share by key. They take up
 * what an earlier life of the process knew (pauses, recent requests), so that a restart neither forgets a
 * `Retry-After` nor doubles a rate; nor does a reload that makes a window longer.
 */
import type { Clock } from '../platform/clock.ts';
import { Budget } from './budget.ts';
import { Openings } from './slot-order.ts';
import type { BudgetLimits } from './windows.ts';

/** When requests were written at the latest, by destination; monotonic ms. */
type Attempts = ReadonlyMap<string, readonly number[]>;

/** The used part of the windows from an earlier run; all times monotonic ms. */
export interface BudgetMemory {
  /** By budget key. */
  readonly pauses: ReadonlyMap<string, number>;
  /** Of those begun since, their ends; `undefined`: it cannot be read now. */
  attemptsSince(sinceMs: number): Attempts | undefined;
  /** Stores a new pause. `isOfMachine`: as `BudgetSpec` says. */
  keep(key: string, untilMs: number, isOfMachine: boolean): void;
}

/** Named rate limits. Lanes whose destinations name the same key share one budget. */
export interface BudgetSpec {
  readonly key: string;
  /** Who is counted, for people: `this chat`. */
  readonly what?: string;
  readonly limits: readonly BudgetLimits[];
  /** At most so many answers of the kind that gets an address banned (`LimitNews`). */
  readonly strikes?: BudgetLimits;
  /** At most so many sends under way at once. */
  readonly atOnce?: number;
  /** The receiver counts the address of this machine: a pause of it says nothing to others. */
  readonly isOfMachine?: boolean;
}

/** The limits of one destination. */
export interface DestinationBudgets {
  /** Names where it sends, without secrets. */
  readonly farEnd: string;
  /**
   * Names the broadest limit that the config alone decides, without secrets: a bot rather than its chat, and never what an address
   * of this machine shares. Of several machines only one sends to all that name the same (`cluster/partitions.ts`).
   */
  readonly broadest: string;
  readonly own: readonly BudgetLimits[];
  readonly shared: readonly BudgetSpec[];
}

export interface Claims {
  readonly own: Budget;
  /** By key. */
  readonly shared: ReadonlyMap<string, Budget>;
}

/** The store knows attempts by their beginning; what counts is when they were written, at the latest when they ended. */
const LONGEST_ATTEMPT_MS = 10 * 60_000;

const NOTHING: BudgetMemory = {
  pauses: new Map(),
  attemptsSince: () => new Map(),
  keep: () => undefined,
};

/** Under which a destination's own pauses are kept. */
export const ownBudgetKey = (destination: string, farEnd: string): string =>
  `destination:${destination}:${farEnd}`;

export class BudgetBook {
  readonly #clock: Clock;
  readonly #memory: BudgetMemory;
  readonly #openings: Openings;
  readonly #byKey = new Map<string, Budget>();
  /** The budgets that each destination claims. */
  readonly #claims = new Map<string, Set<Budget>>();
  /** Whose earlier requests are counted in a budget, and how far back. */
  readonly #recalled = new Map<
    Budget,
    { readonly destinations: Set<string>; reachMs: number; most: number }
  >();
  /** Pauses that other machines were asked for. */
  readonly #elsewhere = new Map<string, number>();
  /** Read once for all claims of a config. */
  #attempts: { readonly sinceMs: number; readonly byDestination: Attempts | undefined } | undefined;
  /** Something could not be read. */
  #isBehind = false;

  constructor(clock: Clock, memory: BudgetMemory = NOTHING) {
    this.#clock = clock;
    this.#memory = memory;
    this.#openings = new Openings(clock);
  }

  /** The longest window of all, in ms, and an attempt: what was begun within it must not be forgotten. */
  get reachMs(): number {
    let reachMs = 0;
    for (const { windows } of this.#byKey.values()) reachMs = Math.max(reachMs, windows.reachMs);
    return reachMs + LONGEST_ATTEMPT_MS;
  }

  /** The limits of a whole config replace those claimed before: they come into force together. */
  claim(
    destinations: Iterable<{ readonly name: string; readonly limits: DestinationBudgets }>,
  ): ReadonlyMap<string, Claims> {
    for (const [destination, budgets] of this.#claims)
      for (const budget of budgets) budget.release(destination);
    this.#claims.clear();
    const claims = new Map<string, Claims>();
    for (const { name, limits } of destinations)
      claims.set(name, {
        own: this.own(name, limits.farEnd, limits.own),
        shared: new Map(limits.shared.map((spec) => [spec.key, this.shared(spec, name)])),
      });
    this.#attempts = undefined;
    return claims;
  }

  /**
   * Asked again, the same one with the new limits. `farEnd` says where it sends, without secrets: another
   * address starts without the pauses of the one before.
   */
  own(destination: string, farEnd: string, limits: readonly BudgetLimits[]): Budget {
    const what = 'this destination';
    return this.shared({ key: ownBudgetKey(destination, farEnd), what, limits }, destination);
  }

  /** The same one for every destination that names the key; the limits of all of them hold. */
  shared(spec: BudgetSpec, destination: string): Budget {
    const budget = this.#byKey.get(spec.key) ?? this.#create(spec);
    budget.claim(destination, spec.limits);
    const claimed = this.#claims.get(destination) ?? new Set();
    this.#claims.set(destination, claimed.add(budget));
    this.#recall(budget, destination);
    return budget;
  }

  /** Another machine was asked for silence until then; monotonic ms. */
  pausedElsewhere(key: string, untilMs: number): void {
    this.#elsewhere.set(key, untilMs);
    this.#byKey.get(key)?.pauseElsewhere(untilMs);
  }

  /** Requests that another machine has made, monotonic ms: its receiver counts them together with those of this one. */
  remember(destination: string, writtenMs: readonly number[]): void {
    for (const budget of this.#claims.get(destination) ?? []) budget.remember(writtenMs);
  }

  /** The store can be read again: counts what could not be read when it was claimed. */
  takeUp(): void {
    if (!this.#isBehind) return;
    this.#isBehind = false;
    for (const [destination, budgets] of this.#claims)
      for (const budget of budgets) this.#recall(budget, destination);
    this.#attempts = undefined;
  }

  #create({ key, what, strikes, atOnce, isOfMachine = false }: BudgetSpec): Budget {
    const keep = (untilMs: number) => this.#memory.keep(key, untilMs, isOfMachine);
    const budget = new Budget(this.#clock, { what, strikes, atOnce, keep, openings: this.#openings });
    const untilMs = this.#memory.pauses.get(key) ?? this.#elsewhere.get(key);
    if (untilMs !== undefined) budget.restore(untilMs);
    this.#byKey.set(key, budget);
    return budget;
  }

  /** Counts what was sent before and is not counted yet: by an earlier life, or before a window became longer. */
  #recall(budget: Budget, destination: string): void {
    const { reachMs, most } = budget.windows;
    if (reachMs === 0) return;
    const sinceMs = this.#clock.monotonicMs() - reachMs;
    const recalled = this.#recalled.get(budget) ?? { destinations: new Set(), reachMs, most };
    const isLonger = reachMs > recalled.reachMs || most > recalled.most;
    if (!isLonger && recalled.destinations.has(destination)) return;
    const attempts = this.#attemptsSince(sinceMs);
    if (attempts === undefined) {
      this.#isBehind = true;
      return;
    }
    this.#recalled.set(budget, recalled);
    if (isLonger) {
      const all = [...recalled.destinations].flatMap((name) => attempts.get(name) ?? []);
      // The budget knows the newest of them.
      const unknown = Math.max(0, all.length - budget.windows.countSince(sinceMs));
      budget.remember(all.sort((a, b) => a - b).slice(0, unknown));
    }
    if (!recalled.destinations.has(destination)) budget.remember(attempts.get(destination) ?? []);
    recalled.destinations.add(destination);
    recalled.reachMs = Math.max(recalled.reachMs, reachMs);
    recalled.most = Math.max(recalled.most, most);
  }

  #attemptsSince(sinceMs: number): Attempts | undefined {
    if (this.#attempts === undefined || this.#attempts.sinceMs > sinceMs) {
      const byDestination = this.#memory.attemptsSince(sinceMs - LONGEST_ATTEMPT_MS);
      this.#attempts = { sinceMs, byDestination };
    }
    return this.#attempts.byDestination;
  }
}
