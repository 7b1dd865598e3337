/** The plan of a replay: of a node of a cluster with what all nodes have done with the news. */
import type { Announcement } from '../announcement.ts';
import { mergedFound } from '../cluster/merged.ts';
import type { FoundDelivery, StoredDecision } from '../outbox/deliveries.ts';
import type { Replayed } from '../replay/plan.ts';
import { traceIn } from '../routing/trace.ts';
import { type PlannerOptions, plannerOf } from './replay-planner.ts';
import { answered, type OpenedStore } from './store-file.ts';

export interface Plans {
  readonly all: readonly Replayed[];
  /** Of a cluster: the rows of every store, by the id of the announcement. */
  readonly rows: ReadonlyMap<string, readonly FoundDelivery[]>;
}

/** Asked about at the same time. */
const TOGETHER = 8;

/** Throws as `plannerOf` does. */
export async function plansOf(
  announcements: readonly Announcement[],
  options: PlannerOptions,
  opened: OpenedStore,
): Promise<Plans> {
  const planner = plannerOf(options, opened);
  const all: Replayed[] = [];
  const rows = new Map<string, readonly FoundDelivery[]>();
  for (let start = 0; start < announcements.length; start += TOGETHER) {
    const some = announcements.slice(start, start + TOGETHER);
    const decisions = await Promise.all(some.map((one) => decisionsOn(one, opened)));
    for (const [at, one] of some.entries()) {
      const known = decisions[at] ?? [];
      const found = known.flatMap(({ deliveries }) => deliveries);
      rows.set(one.id, found);
      const isComplete = completeIn(known, opened.cluster !== undefined);
      all.push(planner.plan(one, mergedFound(found), isComplete));
    }
  }
  return { all, rows };
}

async function decisionsOn(
  announcement: Announcement,
  { operator, cluster }: OpenedStore,
): Promise<readonly StoredDecision[]> {
  if (cluster !== undefined)
    return (await answered(cluster.deliveries.ofNews(announcement))).map(({ value }) => value);
  const decision = await answered(operator.decision(announcement.id));
  return decision === undefined ? [] : [decision];
}

/** Whether all deliveries to a destination are there. Of a node that is forgotten the rules of then still say where it has sent. */
export function completeIn(
  decisions: readonly StoredDecision[],
  isCluster: boolean,
): (destination: string) => boolean {
  const isComplete = decisions.every((one) => one.isComplete);
  if (!isComplete || !isCluster) return () => isComplete;
  const there = new Set(
    decisions.flatMap((one) => one.deliveries.map(({ delivery }) => delivery.delivery.destination)),
  );
  const wasSent = decisions.map(sentThen);
  return (destination) => there.has(destination) || !wasSent.some((sends) => sends(destination));
}

/** Whether the rules of then sent to a destination; of rules that are not kept nobody knows, so they may have. */
function sentThen({ trace: text, rules }: StoredDecision): (destination: string) => boolean {
  const trace = text === undefined ? undefined : traceIn(text);
  if (trace === undefined) return () => false;
  const matched = trace.outcomes.filter(({ failing }) => failing.length === 0);
  const known = matched.flatMap(({ place }) => rules?.byPlace.get(place) ?? []);
  if (known.length < trace.matchedCount) return () => true;
  const sends = new Set(known.flatMap(({ send }) => send.map(({ to }) => to)));
  for (const { destination } of trace.withheld) sends.delete(destination);
  return (destination) => sends.has(destination);
}
