/** Who may send for what, by the true clock: what the database has given and extended, less what a life has given back. */
import { LEASE_MS } from '../../../src/cluster/shared.ts';
import { partitionFor, SENT_TO } from './config.ts';

export class TrueLeases {
  readonly #nowMs: () => number;
  /** By partition and life: until when it may send. */
  readonly #untilMs = new Map<number, Map<string, number>>();
  /** Partition and life. */
  readonly #leaving = new Set<string>();
  readonly #renewedMs = new Map<string, number>();
  /** In an earlier state the database shows what a life held then: it is that one's once no other can still hold it. */
  setBackMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  #of(partition: number): Map<string, number> {
    const leases = this.#untilMs.get(partition) ?? new Map<string, number>();
    this.#untilMs.set(partition, leases);
    return leases;
  }

  readonly extended = (life: string, partitions: Iterable<number>, how: 'renewed' | 'claimed'): void => {
    if (how === 'renewed') this.#renewedMs.set(life, this.#nowMs());
    for (const partition of partitions) {
      if (!SENT_TO.has(partition)) continue;
      const isLeaving = this.#leaving.has(`${partition} ${life}`) && how === 'renewed';
      const isOld = how === 'renewed' && this.#nowMs() < this.setBackMs + LEASE_MS;
      if (isOld && !this.#of(partition).has(life)) continue;
      if (!isLeaving) this.#of(partition).set(life, this.#nowMs() + LEASE_MS);
      if (how === 'claimed') this.#leaving.delete(`${partition} ${life}`);
    }
  };

  /** When the database last had a renewal of that life. */
  renewedMs(life: string): number {
    return this.#renewedMs.get(life) ?? Number.NEGATIVE_INFINITY;
  }

  /** It says so: from now on it sends nothing, though the database does not know yet. */
  givenBack(partition: number, life: string): void {
    if (!SENT_TO.has(partition)) return;
    this.#leaving.add(`${partition} ${life}`);
    this.#of(partition).delete(life);
  }

  readonly released = (life: string, partitions: Iterable<number>): void => {
    for (const partition of partitions) {
      if (!SENT_TO.has(partition)) continue;
      this.#leaving.delete(`${partition} ${life}`);
      this.#of(partition).delete(life);
    }
  };

  /** Its process is gone, and sends nothing more. */
  dead(life: string): void {
    for (const leases of this.#untilMs.values()) leases.delete(life);
  }

  /** Faults of a request of that life. */
  *wrong(life: string, destination: string, id: string): Generator<string> {
    const leases = this.#of(partitionFor(destination));
    const nowMs = this.#nowMs();
    if ((leases.get(life) ?? 0) <= nowMs)
      yield `${life} sends ${id} to ${destination} at ${nowMs} and does not hold it`;
    for (const [other, untilMs] of leases)
      if (other !== life && untilMs > nowMs) yield `${other} and ${life} hold ${destination} at ${nowMs}`;
  }
}
