/**
 * Number and age of the pending deliveries by destination, for the status. Counting is linear in them: few are counted on the spot, many on the
 * thread of the store, and the figures are a moment old then.
 */
import type { Deliveries } from '../outbox/deliveries.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Waiting } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';

/** Counted in two milliseconds. */
const FEW = 20_000;

/** Between two counts on the thread. */
const FRESH_MS = 1000;

export interface WaitingDeps {
  readonly journal: Pick<Journal, 'waiting' | 'fault'>;
  readonly deliveries: Pick<Deliveries, 'waiting'>;
  readonly clock: Clock;
}

export class WaitingCounts {
  readonly #deps: WaitingDeps;
  #known: ReadonlyMap<string, Waiting> | undefined;
  #atMs = 0;
  #isAsking = false;

  /** Looks once, at the start, when nobody waits for the loop yet. */
  constructor(deps: WaitingDeps) {
    this.#deps = deps;
    this.#learn(deps.journal.waiting());
  }

  /** As `Journal.waiting`. */
  now(): ReadonlyMap<string, Waiting> | undefined {
    const { journal, clock } = this.#deps;
    if (journal.fault !== undefined) return undefined;
    if (sumOf(this.#known) <= FEW) return this.#learn(journal.waiting());
    if (!this.#isAsking && clock.monotonicMs() - this.#atMs >= FRESH_MS) void this.#ask();
    return this.#known;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    const answer = await this.#deps.deliveries.waiting();
    this.#isAsking = false;
    this.#learn(answer.ok ? answer.value : this.#known);
  }

  #learn(waiting: ReadonlyMap<string, Waiting> | undefined): ReadonlyMap<string, Waiting> | undefined {
    this.#known = waiting;
    this.#atMs = this.#deps.clock.monotonicMs();
    return waiting;
  }
}

const sumOf = (waiting: ReadonlyMap<string, Waiting> | undefined): number =>
  waiting?.values().reduce((sum, { deliveries }) => sum + deliveries, 0) ?? 0;
