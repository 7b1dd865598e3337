/**
 * How the bridge and the command line communicate through the store: docs/decisions/changes-through-the-store.md.
 */
import type { Journal } from '../outbox/journal.ts';
import { type Clock, type Timer, wait } from '../platform/clock.ts';
import type { Muting } from './muting.ts';
import type { RunningConfig } from './running-config.ts';

/** How soon a change by the command line (`deliveries retry`) is taken up. */
const POLL_MS = 1000;

/** Until cancelled. */
export function watchStore(
  journal: Pick<Journal, 'changedByOthers' | 'keepAhead'>,
  {
    muting,
    running,
  }: {
    readonly muting: Pick<Muting, 'follow' | 'isBehind'>;
    readonly running: Pick<RunningConfig, 'reconcile'>;
  },
  clock: Clock,
): Timer {
  const poll = new AbortController();
  const watch = async () => {
    while (!poll.signal.aborted) {
      const hasChanged = journal.changedByOthers();
      const hasNewMutes = (hasChanged || muting.isBehind) && muting.follow();
      if (hasChanged || hasNewMutes) running.reconcile();
      journal.keepAhead(clock.monotonicMs() - clock.wallMs());
      await wait(clock, POLL_MS, poll.signal);
    }
  };
  void watch();
  return { cancel: () => poll.abort() };
}
