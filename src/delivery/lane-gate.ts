/** The gate of one lane, which most lanes do not have, and the deliveries that wait at it. They can expire meanwhile. */
import type { Timer } from '../platform/clock.ts';
import { type AttemptRecord, type Delivery, unattempted } from './delivery.ts';
import type { Head, Held } from './head.ts';
import type { Refused } from './held-back.ts';
import type { LaneDeps } from './lane-deps.ts';
import type { Sweep } from './sweep.ts';

type Deps = Pick<LaneDeps, 'gate' | 'journal' | 'clock'>;

export class LaneGate {
  readonly #head: Head;
  readonly #sweep: Sweep;
  readonly #deps: () => Deps;
  readonly #place: (held: Held) => void;
  readonly #end: (held: Held, refused: Refused) => void;
  readonly #behind = new Set<Held>();
  #soon: Timer | undefined;
  #isStopped = false;

  /** `place`: it may be its turn now. */
  constructor(
    head: Head,
    sweep: Sweep,
    deps: () => Deps,
    place: (held: Held) => void,
    end: (held: Held, refused: Refused) => void,
  ) {
    this.#head = head;
    this.#sweep = sweep;
    this.#deps = deps;
    this.#place = place;
    this.#end = end;
  }

  /** It is not in memory: those that come later are behind it all the same. */
  announce(delivery: Delivery, nowMs: number): void {
    this.#deps().gate?.standing(unattempted(delivery), nowMs);
  }

  /** False: it has ended, or waits. */
  letsPass(held: Held, nowMs: number): boolean {
    const { gate } = this.#deps();
    if (gate === undefined) return true;
    const standing = gate.standing(held, nowMs);
    if (standing === 'free') return true;
    if (standing === 'behind') this.#wait(held);
    else this.#end(held, standing);
    return false;
  }

  /** Written down; those behind it may have their turn. */
  settle(held: Held, record: AttemptRecord): void {
    const { journal, gate } = this.#deps();
    journal.settle(record);
    if (gate === undefined) return;
    gate.settled(held, record.state);
    this.release();
  }

  /** The fate of others may be known: in a moment all that wait are placed again. */
  release(): void {
    if (this.#behind.size === 0 || this.#isStopped) return;
    const { clock, journal } = this.#deps();
    this.#soon ??= clock.after(0, () => {
      const waiting = [...this.#behind].filter(({ place }) => place === 'waiting');
      this.forget();
      // If the process dies when the next has left, its next life must know that the one before it never arrived.
      journal.flush();
      for (const held of waiting) this.#place(held);
    });
  }

  /** The caller places all of them again. */
  forget(): void {
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#behind.clear();
  }

  stop(): void {
    this.#isStopped = true;
    this.forget();
  }

  #wait(held: Held): void {
    // Nothing but the fate of the other releases it.
    held.dueMs = Number.POSITIVE_INFINITY;
    this.#head.wait(held, NEVER);
    this.#behind.add(held);
    this.#sweep.arm();
  }
}

const NEVER: Timer = { cancel: () => undefined };
