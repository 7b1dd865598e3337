/** The last reload and its result, for people who look: since this start only. */
import type { BridgeEvent } from '../events/bridge-event.ts';
import type { RoutingEffect } from '../events/process-event.ts';
import type { Clock } from '../platform/clock.ts';

export type ReloadSeen = { readonly agoMs: number } & (
  | {
      readonly ok: true;
      readonly changes: readonly string[];
      readonly needsRestart: readonly string[];
      /** Absent: it is not known yet, or the rules are as they were. */
      readonly effect?: RoutingEffect | undefined;
    }
  /** The config before it stays in force. */
  | { readonly ok: false; readonly problems: readonly string[] }
);

export class LastReload {
  readonly #clock: Clock;
  #atMs = 0;
  #result: BridgeEvent | undefined;
  #effect: RoutingEffect | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly listener = (event: BridgeEvent): void => {
    switch (event.kind) {
      case 'config.reloaded':
      case 'config.rejected':
        this.#result = event;
        this.#atMs = this.#clock.monotonicMs();
        this.#effect = undefined;
        return;
      case 'config.effect':
        this.#effect = event;
        return;
      default:
    }
  };

  /** `undefined`: there was none. */
  get report(): ReloadSeen | undefined {
    const result = this.#result;
    const agoMs = this.#clock.monotonicMs() - this.#atMs;
    if (result?.kind === 'config.rejected') return { agoMs, ok: false, problems: result.problems };
    if (result?.kind !== 'config.reloaded') return undefined;
    const { changes, needsRestart } = result;
    return { agoMs, ok: true, changes, needsRestart, effect: this.#effect };
  }
}
