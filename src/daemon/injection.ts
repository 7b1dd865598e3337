/** `inject`: an announcement that somebody puts into the running bridge, as if a feed named `inject` had brought it. */

import type { Delivery } from '../delivery/delivery.ts';
import type { Brakes } from '../delivery/held-back.ts';
import { INJECT, newsGiven } from '../feeds/index.ts';
import { deliveriesOf, type Intake, type Taken, type Target } from '../intake.ts';
import type { Injected } from '../ops/injected.ts';
import type { Clock } from '../platform/clock.ts';
import type { FeedSet } from './feed-set.ts';

export interface InjectionDeps {
  readonly intake: Pick<Intake, 'accept' | 'routes'>;
  readonly feeds: Pick<FeedSet, 'isListening'>;
  readonly clock: Clock;
  /** Of a cluster; absent: this bridge is alone. */
  readonly company?: Company | undefined;
}

export interface Company {
  /** Also those to which other nodes send. */
  readonly targets: () => ReadonlyMap<string, Target>;
  /** `undefined`: nobody sends there now. */
  readonly holderOf: (destination: string) => string | undefined;
  /** A mute, which holds on all nodes. */
  readonly hold: Brakes['hold'];
}

/**
 * `fields`: as on the wire of `cryptolisting` (docs/feed-protocol.md), or in the names of the API (`exchange`, `tickers`).
 * One that is not `real` is a test, which matches only rules with `test: true`. Its age is that of its
 * `detectedTimestampUs`, if it has one: an old one is not traded either.
 */
export function inject(
  fields: Readonly<Record<string, unknown>>,
  real: boolean,
  { intake, feeds, clock, company }: InjectionDeps,
): Injected {
  // Its deliveries would wait for the next start.
  if (!feeds.isListening) return { ok: false, problem: 'the bridge is stopping', code: 'stopping' };
  const nowUs = clock.wallUs();
  const receivedMs = clock.monotonicMs();
  const receipt = { feed: INJECT, receivedTimestampUs: nowUs, receivedMs, ageAtReceiptMs: 0 };
  const type = real ? 'announcement' : 'test_announcement';
  const read = newsGiven({ ...fields, type }, receipt);
  if (read === undefined)
    return {
      ok: false,
      problem: 'this is not an announcement: it needs at least a title or a ticker',
      code: 'not_an_announcement',
    };
  const ageAtReceiptMs = Math.max(0, (nowUs - (read.detectedTimestampUs ?? nowUs)) / 1000);
  const taken = intake.accept({ ...read, ageAtReceiptMs });
  if (!('content' in taken))
    return { ok: true, duplicateOf: { feed: taken.feed, agoMs: receivedMs - taken.receivedMs } };
  const { content, held, rules } = taken;
  const { id, publisher, listingType, tickers, title, test } = content.announcement;
  return {
    ok: true,
    announcement: { id, publisher, listingType, tickers, title, test, ageMs: ageAtReceiptMs },
    rules,
    deliveries: plannedOf(taken, intake, company).map(({ delivery, isHere }) => {
      const { id, destination, ticker } = delivery;
      const refused = isHere ? held.get(delivery) : company?.hold(delivery, receivedMs);
      return {
        ...{ id, destination, ticker, ...(refused && { skipped: refused.reason, detail: refused.detail }) },
        ...(!isHere && { elsewhere: true, node: company?.holderOf(destination) }),
      };
    }),
  };
}

/** Of all nodes: intake makes those of this one. */
function plannedOf(
  { content, deliveries, occurrence }: Taken,
  { routes }: Pick<Intake, 'routes'>,
  company: Company | undefined,
): readonly { readonly delivery: Delivery; readonly isHere: boolean }[] {
  if (company === undefined) return deliveries.map((delivery) => ({ delivery, isHere: true }));
  const { announcement } = content;
  const { matches } = routes.router.route(announcement);
  const own = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const all = deliveriesOf(announcement, matches, company.targets(), announcement.receivedMs, occurrence);
  return all.deliveries.map((delivery) => {
    const here = own.get(delivery.id);
    return { delivery: here ?? delivery, isHere: here !== undefined };
  });
}
