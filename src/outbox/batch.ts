/** The parts of a `Batch`. */
import { originOf } from '../delivery/content.ts';
import type { AttemptRecord, Delivery } from '../delivery/delivery.ts';
import type { Batch, Recorded } from './outbox.ts';

export const NOTHING: Batch = { contents: [], deliveries: [], attempts: [], rows: [] };

export const batchOf = (recorded: readonly Recorded[]): Batch => ({
  ...NOTHING,
  contents: recorded,
  deliveries: recorded.flatMap(({ deliveries }) => deliveries),
});

/** The same, each content with its deliveries. */
export function recordedIn({ contents, deliveries }: Batch): Recorded[] {
  const byId = new Map<
    string,
    Pick<Recorded, 'content' | 'identity' | 'traced'> & { deliveries: Delivery[] }
  >();
  for (const { content, identity, traced } of contents)
    byId.set(originOf(content).id, {
      content,
      ...(identity !== undefined && { identity }),
      ...(traced !== undefined && { traced }),
      deliveries: [],
    });
  for (const delivery of deliveries) {
    const { id } = originOf(delivery.content);
    const one = byId.get(id) ?? { content: delivery.content, deliveries: [] };
    byId.set(id, one);
    one.deliveries.push(delivery);
  }
  return [...byId.values()];
}

/**
 * The state in which the attempts at each delivery leave it, by key. The last attempt decides, but only an arrival changes an
 * end.
 */
export function lastOf(attempts: readonly AttemptRecord[]): ReadonlyMap<string, AttemptRecord> {
  const byKey = new Map<string, AttemptRecord>();
  for (const next of attempts) {
    const { deliveryKey: key, attempt } = next;
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, next);
    else {
      const last = before.state === 'pending' || next.state === 'delivered' ? next : before;
      byKey.set(key, { ...last, attempt: Math.max(before.attempt, attempt) });
    }
  }
  return byKey;
}
