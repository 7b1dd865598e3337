/** The effect of new rules on news that is known: which of the last announcements would go elsewhere than by the old ones. */
import type { RoutingEffect } from '../events/process-event.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import { nextTurn } from '../platform/clock.ts';
import { fingerprint } from '../platform/secret.ts';
import { type Goes, goesBy, LOOKED_AT, RoutingDiff } from '../routing-diff.ts';
import type { Differences } from './difference.ts';
import type { ReadyConfig } from './ready-config.ts';

type Deciding = Pick<ReadyConfig, 'config' | 'destinations' | 'router'>;

/** As `routingEffect`; also `undefined` where nothing that decides the routes has changed. */
export async function effectOfReload(
  before: Deciding,
  after: Deciding,
  deliveries: Pick<Deliveries, 'announcements'>,
  { rules }: Pick<Differences, 'rules'>,
): Promise<RoutingEffect | undefined> {
  const isSame = !rules.isReordered && rules.added.length + rules.changed.length + rules.removed.length === 0;
  if (isSame && fingerprint(decides(before)) === fingerprint(decides(after))) return undefined;
  return await routingEffect(goesOf(before), goesOf(after), deliveries);
}

const goesOf = ({ router, destinations }: Deciding) => goesBy(router, destinations);

/** Beside the rules. */
const decides = ({ config: { extract, tables }, destinations }: Deciding) => ({
  ...{ extract, tables },
  ofTickers: destinations.filter(({ forEachTicker }) => forEachTicker).map(({ name }) => name),
});

/** `undefined`: there is no announcement, or the store cannot be asked. One announcement in a turn of the loop; a damaged one goes nowhere. */
export async function routingEffect(
  before: Goes,
  after: Goes,
  deliveries: Pick<Deliveries, 'announcements'>,
): Promise<RoutingEffect | undefined> {
  const diff = new RoutingDiff();
  let left = LOOKED_AT;
  for (let page: string | undefined = ''; page !== undefined && left > 0; ) {
    const answer = await deliveries.announcements(page === '' ? undefined : page);
    if (!answer.ok) return undefined;
    for (const announcement of answer.value.announcements.slice(0, left)) {
      left--;
      await new Promise<void>(nextTurn);
      diff.look(announcement, before(announcement) ?? [], after(announcement) ?? []);
    }
    page = answer.value.next;
  }
  return diff.effect;
}
