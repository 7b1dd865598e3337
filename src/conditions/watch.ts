/**
 * All conditions that hold now: those that are read from the state, and those that recent events reported. The
 * status and the alerts read it.
 */
import type { BridgeEvent } from '../events/bridge-event.ts';
import type { Clock } from '../platform/clock.ts';
import { EventMemory } from './event-memory.ts';
import { type BridgeState, seenInState } from './from-state.ts';
import type { Thresholds } from './kind.ts';
import { conditionOf, type Named, type Sighting } from './registry.ts';

export class ConditionWatch {
  readonly #clock: Clock;
  readonly #memory = new EventMemory();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly listener = (event: BridgeEvent): void => {
    this.#memory.learn(event, this.#clock.monotonicMs());
  };

  /** Each condition at most once, also what is early or lingers. */
  seen(state: BridgeState, thresholds: Thresholds): Sighting[] {
    const nowMs = this.#clock.monotonicMs();
    this.forget(isUnknownIn(state));
    const { failing } = this.#memory;
    return [...seenInState({ ...state, failing, thresholds, nowMs }), ...this.#memory.seen(nowMs)];
  }

  /** Of what has left the config: if it comes back, it is another one. */
  forget(isForgotten: (named: Named) => boolean): void {
    this.#memory.forget(isForgotten);
  }
}

/** It is about a feed, destination or table that the config no longer has. */
export function isUnknownIn({ feeds, destinations, tables }: BridgeState): (named: Named) => boolean {
  // Built only when there is something to distinguish: mostly there is nothing, and there may be thousands.
  let known: Readonly<Record<'feed' | 'destination' | 'table', ReadonlySet<string>>> | undefined;
  return ({ code, subject }) => {
    const { about } = conditionOf(code);
    if (about === 'rule' || about === 'bridge') return false;
    known ??= {
      feed: new Set(feeds.map(({ name }) => name)),
      destination: new Set(destinations.map(({ name }) => name)),
      table: new Set(tables.map(({ name }) => name)),
    };
    return !known[about].has(subject);
  };
}
