/** News that was read while it was not known who sends: its deliveries are made when this node does. */
import { identityOf } from '../announcement.ts';
import { originOf } from '../delivery/content.ts';
import { occurrenceOf } from '../outbox/delivery-ids.ts';
import { idAt } from '../outbox/ids.ts';
import type { Recorded } from '../outbox/outbox.ts';
import type { Pipeline } from '../pipeline.ts';
import { deliveryOf, planOf } from './plan.ts';
import type { Tenures } from './tenures.ts';

/** In one bite. */
const AT_ONCE = 200;

/** Received since then, and without a delivery; monotonic ms. They are in the store when it returns. */
export function planMissed(
  { journal, intake, lanes, dedupe }: Pick<Pipeline, 'journal' | 'intake' | 'lanes' | 'dedupe'>,
  tenures: Tenures,
  sinceMs: number,
): void {
  const recorded: Recorded[] = [];
  for (let after = idAt(sinceMs); ; ) {
    const remains = journal.history(after, AT_ONCE) ?? [];
    for (const { content, deliveries: before } of remains) {
      if (content.kind !== 'news' || before.length > 0) continue;
      const identity = identityOf(content.announcement);
      const key = occurrenceOf(content.announcement, identity, dedupe.windowMs);
      const plan = planOf(key, content, { intake, lanes, tenures });
      const deliveries = plan.map((planned) => deliveryOf(planned, content, `${sinceMs}`));
      if (deliveries.length > 0) recorded.push({ content, identity, deliveries });
    }
    const last = remains.at(-1);
    if (last === undefined || remains.length < AT_ONCE) break;
    after = originOf(last.content).id;
  }
  if (recorded.length > 0) journal.recordAll(recorded);
}
