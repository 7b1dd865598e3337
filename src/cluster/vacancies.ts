/** Of the partitions that are to be a node's own: which of them it may claim now, and when it has to look again. */
import { type Holdings, isOf } from './holdings.ts';
import type { NodeCard, View } from './shared.ts';
import type { Sightings } from './sightings.ts';

/** Members count as gone a moment after their time by the database's clock. */
const GONE_MS = 20;

export interface Vacancies {
  /** By partition, when the holder before was last heard of (`Sightings.heardOfMs`). */
  readonly free: ReadonlyMap<number, number | undefined>;
  /** Monotonic ms. */
  readonly lookAgainMs: number;
}

export interface Looking {
  readonly card: NodeCard;
  readonly holdings: Pick<Holdings, 'sendsFor' | 'isLeaving'>;
  readonly sightings: Sightings;
  readonly isMine: (partition: number) => boolean;
  /** Monotonic, when the view was there. */
  readonly nowMs: number;
}

export function vacanciesIn({ leases, members }: View, looking: Looking): Vacancies {
  const { card, holdings, sightings, isMine, nowMs } = looking;
  const others = members.filter(({ life, restMs }) => restMs > 0 && life !== card.life);
  let lookAgainMs = Math.min(...others.map(({ restMs }) => nowMs + restMs + GONE_MS));
  const free = new Map<number, number | undefined>();
  for (const lease of leases) {
    const { partition, node, restMs } = lease;
    if (!isMine(partition) || isOf(lease, card)) continue;
    // Whatever is claimed now would have another epoch than what is being given back.
    if (holdings.isLeaving(partition)) continue;
    if (node !== undefined && restMs > 0) continue;
    // One that is held here, in a database that does not know it, is claimed at once: nobody else can have it, and this node knows its past.
    const isHeld = holdings.sendsFor(partition);
    const freeAtMs = isHeld ? nowMs : sightings.freeAtMs(partition);
    if (freeAtMs <= nowMs) free.set(partition, isHeld ? undefined : sightings.heardOfMs(lease, nowMs));
    else lookAgainMs = Math.min(lookAgainMs, freeAtMs);
  }
  return { free, lookAgainMs };
}
