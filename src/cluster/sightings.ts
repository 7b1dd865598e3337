/**
 * When the lease of another node can be taken, by this machine's own clock. The database decides who gets it, and by its clock; this is
 * the second lock: while it has not waited here for as long as the holder may still send, a node does not even try. So neither a jump of
 * the database's clock, nor a database that was replaced or set back, makes two holders.
 */
import { KEPT_MS, LEASE_MS, type Lease, type NodeCard, RENEW_MS, type View } from './shared.ts';

interface Sighting {
  readonly epoch: number;
  readonly life: string | undefined;
  /** Monotonic ms. */
  readonly endsMs: number;
  /** As the database said, and when. */
  readonly restMs: number;
  readonly seenMs: number;
}

/** More than two trips differ by; less than the part of a lease in which its holder sends nothing. */
const JUMP_MS = 500;

/**
 * Without a view for longer, a node knows of no lease that has run out whether its holder is gone: the database was perhaps there for nobody.
 * Whoever renews each second has its lease for at least that much longer. An outage that a node has met itself counts however short it was: a
 * holder that is slower gets through later, or not at all between two of them.
 */
const BLIND_MS = LEASE_MS - 1.5 * RENEW_MS;

/** Known when a view was requested: it shows at least that, or is of an earlier state. */
export interface Question {
  readonly seq: number;
  /** Number of the renewal. */
  readonly beat: number;
  readonly card: NodeCard;
}

/** How a view fits those before it. */
export type Continuity = 'same' | 'first' | 'replaced' | 'set back';

export class Sightings {
  #cluster: string | undefined;
  #seq = 0;
  /** Renewals, by number: the last that was sent, and the last that was answered. */
  #asked = 0;
  #answered = 0;
  /** After the database was replaced or set back. Nothing is taken sooner, whatever later views show; monotonic ms. */
  notBeforeMs = Number.NEGATIVE_INFINITY;
  #seenMs = Number.NEGATIVE_INFINITY;
  #wasAway = false;
  readonly #byPartition = new Map<number, Sighting>();

  /** A renewal is sent now. `seq`: of the last row of the log that is known. */
  ask(seq: number, card: NodeCard): Question {
    return { seq, card, beat: ++this.#asked };
  }

  /** The database did not answer: perhaps it answered nobody. */
  missed(): void {
    this.#wasAway = true;
  }

  /** `nowMs`: monotonic, when the answer was there. */
  see(view: View, nowMs: number, question: Question): Continuity {
    const { seq, beat } = question;
    this.#seq = Math.max(this.#seq, seq);
    const continuity = this.#continuityOf(view, nowMs, question);
    if (continuity === 'replaced' || continuity === 'set back') this.notBeforeMs = nowMs + LEASE_MS;
    this.#cluster = view.cluster;
    this.#seq = view.seq;
    this.#answered = beat;
    const isAnew = continuity !== 'same' || this.#wasAway || nowMs - this.#seenMs > BLIND_MS;
    this.#seenMs = nowMs;
    this.#wasAway = false;
    for (const lease of view.leases) this.#look(lease, nowMs, isAnew);
    return continuity;
  }

  /** Monotonic ms. */
  freeAtMs(partition: number): number {
    const endsMs = this.#byPartition.get(partition)?.endsMs ?? Number.POSITIVE_INFINITY;
    return Math.max(endsMs, this.notBeforeMs);
  }

  /** When the holder of one that has run out was last heard of, at the earliest; monotonic ms. `undefined`: there is none, or it gave it back. */
  heardOfMs({ partition, node, epoch, restMs }: Lease, nowMs: number): number | undefined {
    // In a database that was replaced or set back nobody knows who it was.
    if (node === undefined)
      return epoch > 0 || this.notBeforeMs < 0 ? undefined : this.notBeforeMs - 2 * LEASE_MS;
    const endsMs = Math.min(this.#byPartition.get(partition)?.endsMs ?? nowMs, nowMs + restMs);
    return endsMs - LEASE_MS;
  }

  #continuityOf(
    { cluster, seq, leases, members, beat }: View,
    nowMs: number,
    { card }: Question,
  ): Continuity {
    if (this.#cluster === undefined) return 'first';
    if (cluster !== this.#cluster) return 'replaced';
    // Others may have written into it meanwhile; what this node has written itself is then missing all the same. Once its lease is over, a life
    // is taken out by a later one of its name, or after a day.
    const awayMs = nowMs - this.#seenMs;
    const hasSuccessor = members.some(({ node, life }) => node === card.node && life !== card.life);
    const isMissing = beat === undefined && awayMs < (hasSuccessor ? LEASE_MS : KEPT_MS);
    if (isMissing || (beat !== undefined && beat < this.#answered)) return 'set back';
    const isEarlier = ({ partition, epoch }: Lease) => epoch < (this.#byPartition.get(partition)?.epoch ?? 0);
    return seq < this.#seq || leases.some(isEarlier) ? 'set back' : 'same';
  }

  #look({ partition, node, life, epoch, restMs }: Lease, nowMs: number, isAnew: boolean): void {
    const before = this.#byPartition.get(partition);
    const isKnown = !isAnew && before?.epoch === epoch && before.life === life;
    let endsMs = nowMs + LEASE_MS;
    // Given back: whoever had it sends no more. One that nobody has ever taken may have a holder that this database does not know.
    if (node === undefined && epoch > 0) endsMs = Number.NEGATIVE_INFINITY;
    else if (isKnown && node === undefined) endsMs = before.endsMs;
    else if (isKnown && !hasJumped(before, restMs, nowMs))
      endsMs = Math.max(before.endsMs, nowMs + Math.min(LEASE_MS, restMs));
    this.#byPartition.set(partition, { epoch, life, endsMs, restMs, seenMs: nowMs });
  }
}

/**
 * Less is left than can be, so the database's clock was set forward: then nobody knows when the holder has renewed it last. Of a holder
 * that the database has forgotten nothing is left: that is right if its time was over by what was seen of it, a moment ago.
 */
function hasJumped({ restMs: before, seenMs }: Sighting, restMs: number, nowMs: number): boolean {
  const sinceMs = nowMs - seenMs;
  if (restMs > Number.NEGATIVE_INFINITY) return restMs < before - sinceMs - JUMP_MS;
  return before - sinceMs > JUMP_MS || sinceMs > 2 * RENEW_MS;
}
