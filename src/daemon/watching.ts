/** Follows changes from outside while the bridge runs: of the store, by the command line; of the config's files, by a person. */
import type { Journal } from '../outbox/journal.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { messageOf } from '../platform/message-of.ts';
import { watchConfig } from './config-watch.ts';
import type { Muting } from './muting.ts';
import type { RunningConfig } from './running-config.ts';
import { watchStore } from './store-watch.ts';
import type { WatchDisk } from './watch-disk.ts';

export interface WatchingDeps {
  readonly journal: Pick<Journal, 'changedByOthers' | 'keepAhead'>;
  readonly running: RunningConfig;
  readonly muting: Pick<Muting, 'follow' | 'isBehind'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the files of the config are looked at (`watch`); absent: a change waits for `reload`. */
  readonly disk?: WatchDisk | undefined;
}

/** Until cancelled. */
export function watching({ journal, running, muting, clock, log, disk }: WatchingDeps): Timer {
  const failed = (error: unknown) => log.error({ message: messageOf(error) }, 'config.reload_failed');
  const watches = [watchStore(journal, { muting, running }, clock)];
  if (disk !== undefined) watches.push(watchConfig({ running, disk, clock, failed }));
  return {
    cancel: () => {
      for (const one of watches) one.cancel();
    },
  };
}
