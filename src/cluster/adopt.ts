/** A row of another node's store comes into this one, as it ended there: this node is to send it again, under the same id. */
import { identityOf } from '../announcement.ts';
import { type NewsContent, originOf } from '../delivery/content.ts';
import { SENT_BY } from '../delivery/delivery.ts';
import { deliveryKey } from '../outbox/delivery-ids.ts';
import type { Journal } from '../outbox/journal.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import type { Clock } from '../platform/clock.ts';
import { endedAs } from './local-rows.ts';

export function adopt(
  { delivery, state, reason, attempts, settledMs, node }: StoredDelivery,
  journal: Pick<Journal, 'recordAll' | 'settle' | 'flush'>,
  clock: Pick<Clock, 'monotonicMs'>,
): void {
  const { content, id } = delivery;
  // A pending delivery belongs to its node, and an alert to the node that raised it.
  if (content.kind !== 'news' || state === 'pending') return;
  const nowMs = clock.monotonicMs();
  const suffix = id.slice(id.indexOf('-') + 1);
  const key = `${deliveryKey(originOf(content).id, 0)}.${Math.floor(nowMs)}.a.${suffix}`;
  const own = { ...delivery, key };
  journal.recordAll([{ content, identity: identityOf(content.announcement), deliveries: [own] }]);
  const outcome = reason === undefined ? state : `${state} ${reason}`;
  const detail = node === undefined ? undefined : SENT_BY + node;
  journal.settle(
    endedAs(own, { state, reason, attempt: attempts, outcome, startedMs: settledMs ?? nowMs, detail }, nowMs),
  );
  journal.flush();
}

/** News that only other nodes have, for a delivery that is to come. */
export function learn(content: NewsContent, journal: Pick<Journal, 'recordAll' | 'flush'>): void {
  journal.recordAll([{ content, identity: identityOf(content.announcement), deliveries: [] }]);
  journal.flush();
}
