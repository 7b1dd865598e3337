/** `inject`: an announcement that somebody puts into the running bridge, as if a feed named `inject` had brought it. */
import { INJECT, newsGiven } from '../feeds/index.ts';
import type { Intake } from '../intake.ts';
import type { Injected } from '../ops/injected.ts';
import type { Clock } from '../platform/clock.ts';
import type { FeedSet } from './feed-set.ts';

export interface InjectionDeps {
  readonly intake: Pick<Intake, 'accept'>;
  readonly feeds: Pick<FeedSet, 'isListening'>;
  readonly clock: Clock;
}

/**
 * `fields`: as on the wire of `cryptolisting` (docs/feed-protocol.md), or in the names of the API (`exchange`, `tickers`).
 * One that is not `real` is a test, which matches only rules with `test: true`. Its age is that of its
 * `detectedTimestampUs`, if it has one: an old one is not traded either.
 */
export function inject(
  fields: Readonly<Record<string, unknown>>,
  real: boolean,
  { intake, feeds, clock }: InjectionDeps,
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
  const { content, deliveries, held, rules } = taken;
  const { id, publisher, listingType, tickers, title, test } = content.announcement;
  return {
    ok: true,
    announcement: { id, publisher, listingType, tickers, title, test, ageMs: ageAtReceiptMs },
    rules,
    deliveries: deliveries.map((delivery) => {
      const { id, destination, ticker } = delivery;
      const refused = held.get(delivery);
      return { id, destination, ticker, ...(refused && { skipped: refused.reason, detail: refused.detail }) };
    }),
  };
}
