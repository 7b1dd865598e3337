/**
 * Findings of one node that hold for all of them: a receiver asked for silence, a chat has a new address. Told behind the send; read when
 * partitions are taken over and when somebody has told something new. Pauses of one machine's own address are not among them.
 */
import type { BudgetBook } from '../delivery/budget-book.ts';
import type { Memory } from '../outbox/learnt.ts';
import type { Clock } from '../platform/clock.ts';
import { Batches } from './batches.ts';
import { type Fact, type Shared, SharedError } from './shared.ts';

const PAUSE = 'pause';
const LEARNT = 'learnt';

/** As for ends: a node that dies takes so much with it. */
const DELAY_MS = 25;

export interface FactsDeps {
  readonly shared: Pick<Shared, 'remember' | 'facts'>;
  readonly clock: Clock;
  readonly budgets: Pick<BudgetBook, 'pausedElsewhere'>;
  readonly memory: Pick<Memory, 'hear'>;
  /** Whoever knows more of them: all there are. */
  readonly heard: (facts: readonly Fact[]) => void;
}

interface Found {
  readonly kind: string;
  readonly key: string;
  readonly value: string | undefined;
  /** Monotonic ms; absent: for good. */
  readonly untilMs?: number;
}

export class Facts {
  readonly #deps: FactsDeps;
  readonly #batches: Batches<Found>;
  #version: number | undefined;

  constructor(deps: FactsDeps) {
    this.#deps = deps;
    this.#batches = new Batches<Found>({
      clock: deps.clock,
      delayMs: DELAY_MS,
      send: (found) => deps.shared.remember(found.map((one) => this.#factOf(one))),
    });
  }

  /** `value` absent: no longer. Monotonic ms; `untilMs` absent: for good. */
  tell(kind: string, key: string, value: string | undefined, untilMs?: number): void {
    this.#batches.add({ kind, key, value, ...(untilMs !== undefined && { untilMs }) });
  }

  paused(key: string, untilMs: number): void {
    this.tell(PAUSE, key, '', untilMs);
  }

  learnt(key: string, value: string): void {
    this.tell(LEARNT, key, value);
  }

  /** Of the last view. */
  seen(version: number): void {
    if (version !== this.#version) void this.#follow(version);
  }

  now(): void {
    this.#batches.now();
  }

  flush(): Promise<void> {
    return this.#batches.flush();
  }

  /** Resolves when whatever others have told holds here; rejects with `SharedError`. */
  async read(): Promise<void> {
    // Whatever was found here is among them.
    await this.#batches.flush();
    const { shared, clock, budgets, memory, heard } = this.#deps;
    const facts = await shared.facts();
    const nowMs = clock.monotonicMs();
    for (const { kind, key, value, restMs } of facts) {
      if (kind === PAUSE && restMs !== undefined) budgets.pausedElsewhere(key, nowMs + restMs);
      if (kind === LEARNT && value !== undefined) memory.hear(key, value);
    }
    heard(facts);
  }

  stop(): void {
    this.#batches.stop();
  }

  async #follow(version: number): Promise<void> {
    try {
      await this.read();
      this.#version = version;
    } catch (error) {
      // The next view, a second later, tries again.
      if (!(error instanceof SharedError)) throw error;
    }
  }

  #factOf({ kind, key, value, untilMs }: Found): Fact {
    if (untilMs === undefined) return { kind, key, value };
    return { kind, key, value, restMs: Math.max(0, untilMs - this.#deps.clock.monotonicMs()) };
  }
}
