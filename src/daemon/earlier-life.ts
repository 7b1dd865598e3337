/** The state that an earlier run of the bridge has left, and the time line that continues it. */
import type { Listener } from '../events/bus.ts';
import type { Recovered, Recovery } from '../outbox/outbox.ts';
import type { Timeline } from '../platform/timeline.ts';

export interface Start {
  readonly recovered: Recovered;
  /** On the clock that goes on. */
  readonly startedMs: number;
}

/** Reports a wall clock that was set back since. */
export function goOn(outbox: Recovery, clock: Timeline, dedupeWindowMs: number, publish: Listener): Start {
  const recovered = outbox.recover(clock.monotonicMs(), dedupeWindowMs);
  const behindMs = clock.continueFrom(recovered.latestMs);
  if (behindMs > 0) publish({ kind: 'clock.behind', behindMs });
  return { recovered, startedMs: clock.monotonicMs() };
}
