/**
 * One connection of a feed, made to see whether the source lets us in and answers: held until it has proven itself or
 * was refused, then closed. Nothing that it brings is news to anybody.
 */
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Redactor } from '../platform/secret.ts';
import type { CommonFeedOptions } from './common-options.ts';
import type { Expectations, FeedEvents, OpenFeed } from './feed.ts';
import type { FeedStatus } from './health.ts';
import type { Loss } from './verdict.ts';
import type { Warning } from './warning.ts';

export interface FeedInquiry<Options extends CommonFeedOptions> {
  readonly options: Options;
  /** One for all feeds of a check: they share the limits of a service. */
  readonly open: OpenFeed<Options>;
  /** `FeedType.passing` */
  readonly passing: readonly string[];
  readonly expectations: Expectations;
  readonly clock: Clock;
  readonly random: Random;
  readonly redact: Redactor;
  readonly signal: AbortSignal;
  /** For all of it. */
  readonly timeoutMs: number;
}

export interface FeedFindings {
  /** As it was when the connection was closed. */
  readonly status: FeedStatus;
  /** Why it was refused, or ended before it was proven; absent: it was not. */
  readonly loss?: Loss;
  /** Between the request for the feed and its first proof; absent: it was not proven. */
  readonly tookMs?: number;
  readonly selfTest: 'answered' | 'unanswered' | 'limited' | 'none';
  readonly warnings: readonly Warning[];
  /** How far the wall clock here is ahead of the source's, the trip included, in ms; absent: it has not told the time. */
  readonly aheadMs?: number;
  /** The person did not wait for it. */
  readonly isInterrupted: boolean;
}

/** A self-test that is still unasked then has to wait for its turn: others of this key have had theirs. */
const ASKED_WITHIN_MS = 500;

/** It has compressed, and the next connection offers that; see `fault.ts`. */
const RENEGOTIATED = 'compressed';

export function inquireFeed<Options extends CommonFeedOptions>(
  inquiry: FeedInquiry<Options>,
): Promise<FeedFindings> {
  return new Promise((resolve) => {
    const { options, open, passing, clock, signal, timeoutMs } = inquiry;
    const warnings: Warning[] = [];
    let askedMs = clock.monotonicMs();
    let tookMs: number | undefined;
    let stampedMs: number | undefined;
    let isOver = false;
    const end = (found: Partial<Pick<FeedFindings, 'loss' | 'selfTest' | 'isInterrupted'>>): void => {
      if (isOver) return;
      isOver = true;
      limit.cancel();
      signal.removeEventListener('abort', stop);
      const { status } = feed;
      feed.stop();
      const { loss, selfTest = 'none', isInterrupted = false } = found;
      const aheadMs = stampedMs ?? status.clockOffsetMs;
      resolve({
        ...{ status, selfTest, warnings, isInterrupted },
        ...(loss && { loss }),
        ...(tookMs !== undefined && { tookMs }),
        ...(aheadMs !== undefined && { aheadMs }),
      });
    };
    const lost = (loss: Loss): void => {
      if (loss.reason !== RENEGOTIATED && !passing.includes(loss.reason)) end({ loss });
    };
    const events: FeedEvents = {
      news({ test, receivedTimestampUs, dispatchTimestampUs }) {
        if (test && dispatchTimestampUs !== undefined)
          stampedMs = (receivedTimestampUs - dispatchTimestampUs) / 1000;
      },
      readEnds: () => undefined,
      changeFailed: () => undefined,
      live() {
        tookMs = clock.monotonicMs() - askedMs;
        const { selfTest } = feed.status;
        if (selfTest === undefined || selfTest.state === 'off') return soon(() => end({}));
        const isUnasked = () => feed.status.selfTest?.askedMs === undefined;
        clock.after(ASKED_WITHIN_MS, () => isUnasked() && end({ selfTest: 'limited' }), false);
      },
      selfTest: (_, result) => soon(() => end({ selfTest: result === 'unanswered' ? result : 'answered' })),
      odd(_, frame) {
        if (frame.kind === 'error') end({ selfTest: 'limited' });
      },
      lost: (_, loss) => lost(loss),
      fatal: (_, loss) => end({ loss }),
      warning: (warning) => warnings.push(warning),
    };
    /** Frames that came with it are read first. */
    const soon = (then: () => void): void => void clock.after(0, then);
    const { expectations, random, redact } = inquiry;
    const feed = open(options, {
      ...{ clock, random, redact, expectations, events },
      asked: () => {
        askedMs = clock.monotonicMs();
      },
    });
    const limit = clock.after(timeoutMs, () => end({}));
    const stop = () => end({ isInterrupted: true });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else feed.start();
  });
}
