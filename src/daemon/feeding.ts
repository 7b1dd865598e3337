/** The feeds, and where their news goes. */
import type { Events } from '../events/events.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { LoopDelay } from '../platform/loop-delay.ts';
import type { Random } from '../platform/random.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { FeedSet } from './feed-set.ts';
import type { FirstSecond } from './first-second.ts';

export interface FeedingDeps {
  readonly pipeline: Pick<Pipeline, 'intake' | 'lanes'>;
  readonly rehearsal: Pick<Rehearsal, 'interrupt'>;
  readonly turns: FirstSecond;
  readonly loop: LoopDelay;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: Random;
  readonly redact: Redactor;
  /** Its `reads` is false: other machines read, and this one connects to no feed. */
  readonly cluster?: { readonly reads: boolean } | undefined;
}

/** None is dialled before a config is in force. */
export function createFeeds({
  pipeline,
  rehearsal,
  turns,
  loop,
  events,
  cluster,
  ...deps
}: FeedingDeps): FeedSet {
  const { intake, lanes } = pipeline;
  return new FeedSet({
    ...deps,
    reads: cluster?.reads,
    ready: turns.soon(turns.orders.then(() => lanes.opened())),
    asked: () => turns.asked(),
    heldUpMs: (nowMs) => loop.heldUpMs(nowMs),
    events: {
      ...events.feed,
      news(one) {
        intake.take(one);
        // The answer to a self-test may wait, and comes when the rehearsal has just begun.
        if (!one.test) rehearsal.interrupt();
      },
      readEnds: () => intake.handOver(),
    },
  });
}
