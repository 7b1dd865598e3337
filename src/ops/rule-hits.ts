/** How often each rule matched, for people who look: since this start only. */
import type { BridgeEvent } from '../events/bridge-event.ts';

export interface RuleHits {
  readonly count: number;
  /** On the bridge's timeline, in ms. */
  readonly lastMs: number;
}

export class RuleHitCounter {
  /** By the names of rules, so as many as configs have had. */
  readonly #hits = new Map<string, { count: number; lastMs: number }>();

  readonly listener = (event: BridgeEvent): void => {
    if (event.kind !== 'announcement.received') return;
    const lastMs = event.announcement.receivedMs;
    for (const rule of event.rules) {
      const hits = this.#hits.get(rule);
      if (hits === undefined) this.#hits.set(rule, { count: 1, lastMs });
      else {
        hits.count++;
        hits.lastMs = lastMs;
      }
    }
  };

  of(rule: string): RuleHits | undefined {
    return this.#hits.get(rule);
  }
}
