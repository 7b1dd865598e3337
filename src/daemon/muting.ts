/**
 * Keeps the mutes of the running bridge as the store has them (docs/decisions/mutes.md): whoever makes or lifts one writes it there. Each
 * change and each end is reported.
 */
import type { Bus } from '../events/bus.ts';
import { type Mute, mutedText } from '../mutes/mute.ts';
import type { Mutes } from '../mutes/mutes.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Clock, Timer } from '../platform/clock.ts';

export interface MutingDeps {
  readonly pipeline: {
    readonly mutes: Pick<Mutes, 'take'>;
    readonly journal: Pick<Journal, 'mutes'>;
  };
  readonly deliveries: Pick<Deliveries, 'mute'>;
  readonly clock: Clock;
  readonly bus: Pick<Bus, 'publish' | 'listen'>;
}

export class Muting implements Disposable {
  readonly #deps: MutingDeps;
  /** The store could not be read: it has to follow again. */
  isBehind = false;
  #mutes: ReadonlyMap<number, Mute> = new Map();
  #end: Timer | undefined;

  /** Those of the store are in force when it returns. */
  constructor(deps: MutingDeps) {
    this.#deps = deps;
    deps.bus.listen(({ kind }) => {
      if (kind === 'store.replaced') void this.#restore();
    });
    this.follow();
  }

  /** The store may have others now. While it is broken, those that are known stay. True: some are new, and what waits has to be looked at. */
  follow(): boolean {
    const { pipeline, clock, bus } = this.#deps;
    const stored = pipeline.journal.mutes();
    this.isBehind = stored === undefined;
    if (stored === undefined) return false;
    this.#endThoseThatAreOver();
    const nowMs = clock.monotonicMs();
    const before = this.#mutes;
    const mutes = new Map(stored.filter(({ untilMs }) => nowMs < untilMs).map((mute) => [mute.id, mute]));
    for (const [id, mute] of before)
      if (!mutes.has(id)) bus.publish({ kind: 'mute.lifted', ...factsOf(mute) });
    for (const [id, mute] of mutes) {
      const known = before.get(id);
      if (known?.untilMs === mute.untilMs) continue;
      const kind = known === undefined ? 'mute.started' : 'mute.extended';
      bus.publish({ kind, ...factsOf(mute), leftMs: mute.untilMs - nowMs });
    }
    this.#take(mutes);
    return [...mutes.keys()].some((id) => !before.has(id));
  }

  /** Those that could not be read in the old file hold all the same, also in the next life. */
  async #restore(): Promise<void> {
    const { deliveries, clock } = this.#deps;
    if (this.#mutes.size === 0) return;
    const wishes = Array.from(this.#mutes.values(), ({ kind, name, untilMs, reason }) => ({
      ...{ kind, name, untilMs, reason },
    }));
    const kept = await deliveries.mute(wishes, clock.monotonicMs());
    if (kept.ok) this.follow();
  }

  [Symbol.dispose](): void {
    this.#end?.cancel();
  }

  #endThoseThatAreOver(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const over = [...this.#mutes.values()].filter(({ untilMs }) => untilMs <= nowMs);
    if (over.length === 0) return;
    for (const mute of over) this.#deps.bus.publish({ kind: 'mute.ended', ...factsOf(mute) });
    this.#take(new Map([...this.#mutes].filter(([, { untilMs }]) => nowMs < untilMs)));
  }

  #take(mutes: ReadonlyMap<number, Mute>): void {
    const { clock, pipeline } = this.#deps;
    this.#mutes = mutes;
    pipeline.mutes.take([...mutes.values()]);
    this.#end?.cancel();
    this.#end = undefined;
    if (mutes.size === 0) return;
    const nextMs = Math.min(...Array.from(mutes.values(), ({ untilMs }) => untilMs));
    const waitMs = Math.max(0, Math.ceil(nextMs - clock.monotonicMs()));
    this.#end = clock.after(
      waitMs,
      () => {
        this.#endThoseThatAreOver();
        // A timer may be a little early.
        if (this.#mutes === mutes) this.#take(mutes);
      },
      false,
    );
  }
}

const factsOf = (mute: Mute) => ({ mute: mute.id, muted: mutedText(mute), reason: mute.reason });
