/** `replay` on a node of a cluster: what all nodes have done with the news counts, and this node sends only to what it holds. */
import type { Announcement } from '../announcement.ts';
import type { FoundDelivery, ReplayWish } from '../outbox/deliveries.ts';
import { deliveriesOfAnnouncement, plannedThen } from '../outbox/queries.ts';
import { seenAs } from '../outbox/replay-rows.ts';
import type { Replayed } from '../replay/plan.ts';
import { type PlannerOptions, plannerOf } from './replay-planner.ts';
import { answered, type OpenedStore } from './store-file.ts';

export interface Plans {
  /** With what all nodes have done. */
  readonly all: readonly Replayed[];
  /** As the rows of this store say: what it queues is held to them. */
  readonly own: readonly Replayed[];
}

/** Throws as `plannerOf` does. */
export async function plansOf(
  announcements: readonly Announcement[],
  options: PlannerOptions,
  opened: OpenedStore,
): Promise<Plans> {
  const { database, operator, cluster } = opened;
  const planner = plannerOf(options, opened);
  const own = announcements.map((one) =>
    planner.plan(one, deliveriesOfAnnouncement(database, one.id), plannedThen(database, one.id)),
  );
  if (cluster === undefined) return { all: own, own };
  const wide = plannerOf(options, opened);
  const all: Replayed[] = [];
  for (const one of announcements) {
    const { deliveries = [] } = (await answered(operator.decision(one.id))) ?? {};
    all.push(wide.plan(one, deliveries, plannedThen(database, one.id)));
  }
  return { all, own };
}

export interface Wishes {
  readonly wishes: readonly ReplayWish[];
  /** Destinations to which other nodes send. */
  readonly elsewhere: ReadonlyMap<string, number>;
}

/** Those that this node may queue, the oldest first. */
export async function wishesOf({ all, own }: Plans, { cluster }: OpenedStore): Promise<Wishes> {
  const wanted = new Map<string, string>();
  for (const { announcement, deliveries } of all)
    for (const { fate } of deliveries)
      if ('sends' in fate) wanted.set(subjectOf(announcement, fate.sends), fate.sends.destination);
  const names = new Set(wanted.values());
  const here = cluster === undefined ? names : await cluster.holdsHere([...names]);
  const elsewhere = new Map<string, number>();
  for (const name of wanted.values())
    if (!here.has(name)) elsewhere.set(name, (elsewhere.get(name) ?? 0) + 1);
  const wishes = own.toReversed().flatMap(({ announcement, deliveries }) =>
    deliveries.flatMap(({ fate, related }) => {
      if (!('sends' in fate) || !here.has(fate.sends.destination)) return [];
      if (!wanted.has(subjectOf(announcement, fate.sends))) return [];
      return [{ delivery: fate.sends, seen: related.map((found: FoundDelivery) => seenAs(found.delivery)) }];
    }),
  );
  return { wishes, elsewhere };
}

const subjectOf = (
  { id }: Announcement,
  { destination, ticker }: { readonly destination: string; readonly ticker?: string | undefined },
): string => JSON.stringify([id, destination, ticker]);
