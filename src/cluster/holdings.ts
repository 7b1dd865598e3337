/**
 * The partitions that this node holds, and until when it may send for them: by its own clock, counted from before the request that
 * extended the lease was sent. It never sends for longer than the database, whose clock began later, keeps others from taking it.
 */
import type { Clock } from '../platform/clock.ts';
import { LEASE_MS, type Lease, type NodeCard, type View } from './shared.ts';
import type { Tenures } from './tenures.ts';

/**
 * Nothing is sent in the last part of a lease. As long as a sleep of the machine may be that its clock does not count (`platform/clock.ts`);
 * in it are also the way from the check to the receiver and the drift of two clocks, which are far shorter.
 */
const MARGIN_MS = 1000;

/** A node sends for so long after the renewal was sent. */
export const TENURE_MS = LEASE_MS - MARGIN_MS;

/** Of one partition, that this life has held: what was begun under an older one has long ended. */
const MOST_EPOCHS = 1000;

interface Holding {
  readonly epoch: number;
  /** Of all that were gained here: in another database the same epoch comes again. */
  readonly turn: number;
  /** It is being given back: nothing is started any more. */
  isLeaving: boolean;
  /** The database in use does not know of it. */
  isOrphan: boolean;
}

/** Of partitions. */
export interface Changes {
  readonly gained: readonly number[];
  readonly lost: readonly number[];
  /** Their time was over, and nobody has taken them meanwhile. */
  readonly back: readonly number[];
}

export class Holdings {
  readonly #tenures: Tenures;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #held = new Map<number, Holding>();
  /** When they were given back: no answer to an earlier request says that they are here. Monotonic ms. */
  readonly #leftMs = new Map<number, number>();

  readonly #epochs = new Map<number, Set<number>>();
  #turn = 0;

  constructor(tenures: Tenures, clock: Pick<Clock, 'monotonicMs'>) {
    this.#tenures = tenures;
    this.#clock = clock;
  }

  /** All but those that are being given back. */
  get held(): readonly number[] {
    return [...this.#held].filter(([, { isLeaving }]) => !isLeaving).map(([partition]) => partition);
  }

  get leaving(): readonly number[] {
    return [...this.#held].filter(([, { isLeaving }]) => isLeaving).map(([partition]) => partition);
  }

  /** 0: it is not held. */
  epochOf(partition: number): number {
    return this.#held.get(partition)?.epoch ?? 0;
  }

  holds(partition: number): boolean {
    return this.#held.get(partition)?.isLeaving === false;
  }

  /** It is being given back. */
  isLeaving(partition: number): boolean {
    return this.#held.get(partition)?.isLeaving === true;
  }

  /** It holds it, and knows what the holder before has left. */
  sendsFor(partition: number): boolean {
    return this.holds(partition) && this.#tenures.at(partition).isOpen;
  }

  /**
   * `sentMs`: monotonic, before the renewal was sent. `notBeforeMs`: an earlier state of the database may show what another holds by now; nothing
   * is gained sooner.
   */
  see({ leases }: View, card: NodeCard, sentMs: number, notBeforeMs = Number.NEGATIVE_INFINITY): Changes {
    const isTooSoon = this.#clock.monotonicMs() < notBeforeMs;
    const [gained, lost, back]: [number[], number[], number[]] = [[], [], []];
    for (const lease of leases) {
      const { partition } = lease;
      if (isOf(lease, card)) {
        if (isTooSoon && !this.#held.has(partition)) continue;
        const what = this.#extend(partition, lease.epoch, sentMs);
        if (what === 'gained') gained.push(partition);
        if (what === 'back') back.push(partition);
      } else if (this.#isLost(lease)) {
        this.drop(partition);
        lost.push(partition);
      }
    }
    return { gained, lost, back };
  }

  /** Claimed. Gives those that are new. */
  take(epochs: ReadonlyMap<number, number>, sentMs: number): readonly number[] {
    return [...epochs].flatMap(([partition, epoch]) =>
      this.#extend(partition, epoch, sentMs) === 'gained' ? [partition] : [],
    );
  }

  /** From now on nothing is started; then `close`, and `drop` when it has been given back. */
  fence(partition: number): void {
    const holding = this.#held.get(partition);
    if (holding === undefined) return;
    holding.isLeaving = true;
    this.#tenures.at(partition).isOpen = false;
  }

  drop(partition: number): void {
    this.#held.delete(partition);
    this.#leftMs.set(partition, this.#clock.monotonicMs());
    this.close(partition);
  }

  /** Another one each time that it is gained; 0: it is not held. */
  turnOf(partition: number): number {
    return this.#held.get(partition)?.turn ?? 0;
  }

  /** Nothing is started until what the holder before has left is known. */
  shut(partition: number): void {
    this.#tenures.at(partition).isOpen = false;
  }

  /** This life held it under that epoch, or does. */
  hasHeld(partition: number, epoch: number): boolean {
    return this.#epochs.get(partition)?.has(epoch) === true;
  }

  /** Another database, or an earlier state of it: whatever is claimed there is new, and of what is not followed yet it does not know the past. */
  orphan(): void {
    for (const [partition, { isLeaving }] of this.#held)
      if (!isLeaving && !this.#tenures.at(partition).isOpen) this.drop(partition);
    this.#orphan();
  }

  #orphan(): void {
    for (const holding of this.#held.values()) holding.isOrphan = true;
  }

  /** Nobody has heard what was gained: it is gained once more by the next answer. Throws that error. */
  notFollowed(error: unknown): never {
    this.#orphan();
    throw error;
  }

  /** Nothing leaves any more. */
  close(partition: number): void {
    const tenure = this.#tenures.at(partition);
    tenure.untilMs = Number.NEGATIVE_INFINITY;
    tenure.isOpen = false;
  }

  #extend(partition: number, epoch: number, sentMs: number): 'gained' | 'back' | 'held' {
    const holding = this.#held.get(partition);
    if (sentMs <= (this.#leftMs.get(partition) ?? Number.NEGATIVE_INFINITY)) return 'held';
    const tenure = this.#tenures.at(partition);
    const wasOver = tenure.isOver;
    tenure.untilMs = Math.max(tenure.untilMs, sentMs + LEASE_MS - MARGIN_MS);
    // A request that was started may still leave.
    if (holding?.isLeaving) return 'held';
    if (holding?.epoch === epoch && !holding.isOrphan) return wasOver ? 'back' : 'held';
    // Under another epoch somebody else may have held it in between.
    tenure.isOpen = false;
    this.#held.set(partition, { epoch, turn: ++this.#turn, isLeaving: false, isOrphan: false });
    const epochs = this.#epochs.get(partition) ?? new Set();
    this.#epochs.set(partition, epochs.add(epoch));
    const [oldest] = epochs;
    if (oldest !== undefined && epochs.size > MOST_EPOCHS) epochs.delete(oldest);
    return 'gained';
  }

  /** Somebody else has it; or nobody, as far as the database knows, and its time here is over. */
  #isLost({ partition, node, restMs }: Lease): boolean {
    if (!this.#held.has(partition)) return false;
    return (node !== undefined && restMs > 0) || this.#tenures.at(partition).isOver;
  }
}

export const isOf = (lease: Lease, { node, life }: NodeCard): boolean =>
  lease.node === node && lease.life === life;

/** As the next view shows it: whoever asks meanwhile is not told that they are still here. */
export function givenBack(view: View, partitions: readonly number[], card: NodeCard): View {
  const gone = new Set(partitions);
  const isGone = (lease: Lease) => gone.has(lease.partition) && isOf(lease, card);
  const leases = view.leases.map((lease) =>
    isGone(lease) ? { ...lease, node: undefined, life: undefined } : lease,
  );
  return { ...view, leases };
}
