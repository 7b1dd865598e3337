/**
 * Loading a platform's library holds up the loop for half a second, so it has to wait until the feeds have
 * had their first try: nothing that is announced meanwhile may be missed for it.
 */
import type { Bus } from '../ops/bus.ts';
import type { Clock } from '../platform/clock.ts';

/** A service that does not answer must not keep the destinations closed. */
const LONGEST_MS = 5_000;

/** Resolves when a feed is live, when the first try of one has failed, or after 5 s. */
export function feedsFirst(bus: Bus, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(LONGEST_MS, resolve, false);
    bus.listen(({ kind }) => {
      if (kind !== 'feed.live' && kind !== 'feed.lost' && kind !== 'feed.fatal') return;
      timer.cancel();
      resolve();
    });
  });
}
