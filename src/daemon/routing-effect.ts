/** The effect of new rules on news that is known: which of the last announcements would go elsewhere than by the old ones. */
import type { Announcement } from '../announcement.ts';
import type { RoutingEffect } from '../events/process-event.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import { nextTurn } from '../platform/clock.ts';
import type { Router } from '../routing/router.ts';

/** So many of the last announcements are looked at. */
const LOOKED_AT = 200;

/** Named in the log; the others are counted. */
const MOST_EXAMPLES = 3;

/** `undefined`: there is no announcement, or the store cannot be asked. One announcement in a turn of the loop. */
export async function routingEffect(
  before: Pick<Router, 'route'>,
  after: Pick<Router, 'route'>,
  deliveries: Pick<Deliveries, 'announcements'>,
): Promise<RoutingEffect | undefined> {
  let announcements = 0;
  const moved: string[] = [];
  for (let page: string | undefined = ''; page !== undefined && announcements < LOOKED_AT; ) {
    const answer = await deliveries.announcements(page === '' ? undefined : page);
    if (!answer.ok) return undefined;
    for (const announcement of answer.value.announcements.slice(0, LOOKED_AT - announcements)) {
      announcements++;
      await new Promise<void>(nextTurn);
      const [from, to] = [destinationsOf(before, announcement), destinationsOf(after, announcement)];
      if (from.toSorted().join() !== to.toSorted().join()) moved.push(exampleOf(announcement, from, to));
    }
    page = answer.value.next;
  }
  if (announcements === 0) return undefined;
  return { announcements, elsewhere: moved.length, examples: moved.slice(0, MOST_EXAMPLES) };
}

/** A stored announcement that was damaged goes nowhere. */
function destinationsOf(router: Pick<Router, 'route'>, announcement: Announcement): string[] {
  try {
    return router.route(announcement).matches.map(({ destination }) => destination);
  } catch {
    return [];
  }
}

const MOST_SHOWN = 5;

function exampleOf(
  { publisher, listingType, tickers }: Announcement,
  from: readonly string[],
  to: readonly string[],
): string {
  const subject = [publisher, listingType, ...tickers.slice(0, MOST_SHOWN)].join(' ');
  return `${subject}: ${listOf(from)} → ${listOf(to)}`;
}

function listOf(names: readonly string[]): string {
  const more = names.length - MOST_SHOWN;
  if (names.length === 0) return 'nowhere';
  return more > 0 ? `${names.slice(0, MOST_SHOWN).join(', ')} and ${more} more` : names.join(', ');
}
