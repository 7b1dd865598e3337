/** The tenures of this node, one for each partition: the lanes read them, `holdings.ts` moves them on. And who hears of facts and knows the log, once it is joined. */
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import { Tenure } from '../delivery/tenure.ts';
import { SpareShares } from '../http/spare-shares.ts';
import type { LaneSet } from '../lane-set.ts';
import type { ClusterSeam } from '../pipeline.ts';
import { type Clock, nextTurn } from '../platform/clock.ts';
import { partitionOf } from './partitions.ts';
import { PARTITIONS } from './shared.ts';

/** Limits of which the partition is kept: more than a config has. */
const MOST_KEPT = 50_000;

export class Tenures implements ClusterSeam {
  paused: ClusterSeam['paused'] = () => undefined;
  learnt: ClusterSeam['learnt'] = () => undefined;
  read: ClusterSeam['read'] = () => undefined;
  known: ClusterSeam['known'] = () => undefined;
  readonly all: readonly Tenure[];
  /** Of the connections that are kept ready, by partition. */
  readonly spares = new SpareShares(nextTurn);
  readonly #partitions = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.all = Array.from({ length: PARTITIONS }, () => new Tenure(clock));
  }

  at(partition: number): Tenure {
    const tenure = this.all[partition];
    if (tenure === undefined) throw new RangeError(`there is no partition ${partition}`);
    return tenure;
  }

  /** Of the limits of a destination. */
  partition({ broadest }: Pick<DestinationBudgets, 'broadest'>): number {
    const known = this.#partitions.get(broadest);
    if (known !== undefined) return known;
    const partition = partitionOf(broadest);
    // A reload may bring others, for as long as the process lives.
    if (this.#partitions.size >= MOST_KEPT) this.#partitions.clear();
    this.#partitions.set(broadest, partition);
    return partition;
  }

  /** Nobody else sends: connections are kept to all. */
  keepAll(): void {
    this.spares.follow(() => 'kept');
  }

  readonly pools: ClusterSeam['pools'] = (pools, limits) => this.spares.of(pools, this.partition(limits));

  /** For `createPipeline`. */
  readonly of = (limits: Pick<DestinationBudgets, 'broadest'>): Tenure => this.at(this.partition(limits));
}

/** Of a running destination, by its name; `undefined`: there is none. */
export function partitionsByName(
  lanes: Pick<LaneSet, 'running'>,
  tenures: Tenures,
): (destination: string) => number | undefined {
  const partitions = new Map<string, number>();
  return (destination) => {
    const known = partitions.get(destination);
    if (known !== undefined) return known;
    partitions.clear();
    for (const { prepared } of lanes.running())
      partitions.set(prepared.name, tenures.partition(prepared.limits));
    return partitions.get(destination);
  };
}
