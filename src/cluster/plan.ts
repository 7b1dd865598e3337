/** All deliveries that news leads to, also those of other nodes: worked out once more, behind the sends. */

import { importanceOf } from '../announcement.ts';
import type { NewsContent } from '../delivery/content.ts';
import { originOf } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { deliveriesOf, type Intake } from '../intake.ts';
import type { LaneSet } from '../lane-set.ts';
import { deliveryKey } from '../outbox/delivery-ids.ts';
import type { PlannedDelivery } from './shared.ts';
import type { Tenures } from './tenures.ts';

export interface PlanDeps {
  readonly intake: Pick<Intake, 'routes'>;
  readonly lanes: Pick<LaneSet, 'targets' | 'running'>;
  readonly tenures: Tenures;
}

export function planOf(
  key: string,
  content: NewsContent,
  { intake, lanes, tenures }: PlanDeps,
): readonly PlannedDelivery[] {
  const { announcement } = content;
  const { receivedMs } = announcement;
  const { matches } = intake.routes.router.route(announcement);
  if (matches.length === 0) return [];
  const partitions = new Map<string, number>();
  for (const { prepared } of lanes.running())
    partitions.set(prepared.name, tenures.partition(prepared.limits));
  const { deliveries } = deliveriesOf(announcement, matches, lanes.targets(true), receivedMs, key);
  return deliveries.map(({ id, destination, rule, template, ticker, expiresAtMs }) => ({
    ...{ id, destination, rule, partition: partitions.get(destination) ?? 0 },
    ...(template !== undefined && { template }),
    ...(ticker !== undefined && { ticker }),
    ...(expiresAtMs !== undefined && { lifeMs: expiresAtMs - receivedMs }),
  }));
}

/** A delivery of the plan, as this node would have made it. `turn`: of the take-over, so that a second one has another row. */
export function deliveryOf(planned: PlannedDelivery, content: NewsContent, turn: string): Delivery {
  const { id, destination, rule, template, ticker, lifeMs } = planned;
  const { id: contentId, receivedMs } = originOf(content);
  return {
    ...{ id, content, destination, rule, template, ticker },
    key: `${deliveryKey(contentId, 0)}.${turn}.${id.slice(id.indexOf('-') + 1)}`,
    importance: importanceOf(content.announcement),
    expiresAtMs: lifeMs === undefined ? undefined : receivedMs + lifeMs,
  };
}
