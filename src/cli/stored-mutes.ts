/** The mutes in the store, for commands that show what the bridge would do. Without a store, or with one that cannot be read, there is none. */
import type { Delivery } from '../delivery/delivery.ts';
import type { Refused } from '../delivery/held-back.ts';
import { Mutes } from '../mutes/mutes.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import { mutesIn } from '../outbox/mute-rows.ts';
import { openStoreFile } from '../outbox/open.ts';
import type { Io } from './io.ts';

/** As they hold back what comes at that moment; wall clock, epoch ms. */
export function mutedAt(
  storePath: string,
  wallMs: number,
  { clock }: Pick<Io, 'clock'>,
): (delivery: Delivery) => Refused | undefined {
  const mutes = new Mutes();
  let atMs = wallMs;
  try {
    using database = openStoreFile(storePath, true);
    const nowWallMs = clock.wallMs();
    atMs += bridgeNowMs(database, nowWallMs) - nowWallMs;
    mutes.take(mutesIn(database).filter(({ sinceMs }) => sinceMs <= atMs));
  } catch {
    // The rules say what they say without it.
  }
  return (delivery) => (mutes.areOn ? mutes.hold(delivery, atMs) : undefined);
}
