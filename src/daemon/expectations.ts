/**
 * The expectations of the config towards the feeds: the publishers that rules reference, and how early an expiring
 * key is reported.
 */

import { wordsOf } from '../config/match-words.ts';
import type { Config } from '../config/schema.ts';
import { type Expectations, KEY_EXPIRES_WITHIN_MS } from '../feeds/feed.ts';
import { feedTypeOf } from '../feeds/index.ts';
import { UncoveredPublishers, type Want } from '../feeds/uncovered-publishers.ts';

export function expectationsOf({
  feeds,
  rules,
  alerts,
}: Pick<Config, 'feeds' | 'rules' | 'alerts'>): Expectations {
  const wants = rules.flatMap(({ name, match }): Want[] => {
    const publishers = match.publisher === undefined ? undefined : wordsOf(match.publisher);
    // A rule that names none takes what comes.
    if (publishers === undefined) return [];
    const named = match.feed === undefined ? undefined : wordsOf(match.feed);
    const heard = feeds.map((feed) => feed.name).filter((feed) => named?.has(feed.toLowerCase()) ?? true);
    return [{ rule: name, publishers: [...publishers], feeds: heard }];
  });
  const keyExpiresWithinMs = alerts?.keyExpiresWithin ?? KEY_EXPIRES_WITHIN_MS;
  const asking = feeds.map((feed) => ({ name: feed.name, exchanges: feedTypeOf(feed).publishers(feed) }));
  return { keyExpiresWithinMs, coverage: new UncoveredPublishers(asking, wants) };
}
