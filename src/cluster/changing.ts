/** The node that does what a person wants done with a delivery: the one that sends to its destination. */
import type { NewsContent } from '../delivery/content.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import type { StoredDelivery } from '../outbox/rows.ts';

export interface Changing {
  readonly deliveries: Deliveries;
  readonly nowMs: () => number;
  /** Of these destinations those to which it sends. */
  readonly holds: (destinations: readonly string[]) => readonly string[];
  /** Has a row that another node has, ended as it is there, under the same id. */
  readonly adopt: (row: StoredDelivery) => void;
  /** Has news that only other nodes have. */
  readonly learn: (content: NewsContent) => void;
  /** Something was queued for these, which another node holds by now: it is not sent from here. */
  readonly passOn: (destinations: readonly string[]) => void;
}

/** Of what was queued: handed over meanwhile, it is not sent. */
export function stillHeld(
  { holds, passOn }: Pick<Changing, 'holds' | 'passOn'>,
  ids: readonly string[],
  destinationOf: (id: string) => string | undefined,
): readonly string[] {
  const names = [...new Set(ids.flatMap((id) => destinationOf(id) ?? []))];
  const held = new Set(holds(names));
  const lost = names.filter((name) => !held.has(name));
  if (lost.length === 0) return ids;
  passOn(lost);
  return ids.filter((id) => held.has(destinationOf(id) ?? ''));
}
