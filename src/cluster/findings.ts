/** All that one node finds out, or hears from a person, and that holds on all of them: pauses, learnt values, mutes, suspensions. */
import type { BridgeEvent } from '../events/bridge-event.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import { Facts } from './facts.ts';
import { type LocalMutes, MUTE, MuteRegisters } from './mute-registers.ts';
import type { NodeCard, Shared } from './shared.ts';
import { Suspensions } from './suspensions.ts';
import type { Tenures } from './tenures.ts';

export interface FindingsDeps {
  readonly shared: Pick<Shared, 'remember' | 'facts'>;
  readonly clock: Clock;
  readonly card: () => NodeCard;
  readonly pipeline: Pick<Pipeline, 'budgets' | 'memory' | 'lanes'>;
  readonly tenures: Tenures;
  readonly mutes: LocalMutes;
  readonly redact: Redactor;
  /** The holder before has died. */
  hasDied(partition: number): boolean;
}

export class Findings {
  readonly #facts: Facts;
  readonly #mutes: MuteRegisters;
  readonly #suspensions: Suspensions;

  constructor({ pipeline, shared, clock, card, tenures, redact, hasDied, ...deps }: FindingsDeps) {
    const { budgets, memory, lanes } = pipeline;
    const facts = new Facts({
      ...{ shared, clock, budgets, memory },
      heard: (all) => {
        this.#suspensions.heard(all);
        // Not waited for: a store that is slow to take a mute delays no takeover.
        void this.#mutes.heard(all);
      },
    });
    this.#facts = facts;
    this.#mutes = new MuteRegisters({
      ...{ node: card().node, clock, memory, mutes: deps.mutes },
      tell: (key, value, untilMs) => facts.tell(MUTE, key, value, untilMs),
    });
    this.#suspensions = new Suspensions({
      ...{ card, clock, lanes, tenures, redact, hasDied },
      tell: (kind, key, value, untilMs) => facts.tell(kind, key, value, untilMs),
    });
    tenures.paused = (key, untilMs) => facts.paused(key, untilMs);
    tenures.learnt = (key, value) => facts.learnt(key, value);
  }

  hear(event: BridgeEvent): void {
    switch (event.kind) {
      case 'destination.suspended':
      case 'destination.resumed':
        return this.#suspensions.look(event.destination);
      case 'delivery.attempted':
        return this.#suspensions.attempted(event.delivery.destination);
      case 'mute.started':
      case 'mute.extended':
      case 'mute.lifted':
        return this.#mutes.changed();
    }
  }

  /** After each answer of the database; `version`: of the facts. */
  seen(version: number): void {
    this.#suspensions.lookAtAll();
    this.#facts.now();
    this.#facts.seen(version);
    void this.#mutes.follow();
  }

  /** To a database that this node meets for the first time, or in an earlier state. */
  tellAgain(): void {
    this.#suspensions.tellAgain();
  }

  /** Resolves when whatever others have found holds here; rejects with `SharedError`. */
  read(): Promise<void> {
    return this.#facts.read();
  }

  /** Of these partitions this node goes on with what is known, and sends. */
  opened(partitions: ReadonlySet<number>): void {
    this.#suspensions.opened(partitions);
  }

  /** Others may know better from now on. */
  closed(partitions: Iterable<number>): void {
    this.#suspensions.closed(partitions);
  }

  /** Resolves when all that was found here is known to all; rejects with `SharedError`. */
  flush(): Promise<void> {
    this.#suspensions.lookAtAll();
    return this.#facts.flush();
  }

  stop(): void {
    this.#facts.stop();
  }
}
