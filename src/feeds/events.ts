/** The events of the feeds, and how the calls that a feed makes in the middle of its work become them. */
import type { FeedEvents, Live, OddFrame } from './feed.ts';
import type { Loss } from './verdict.ts';
import type { Warning } from './warning.ts';

export type FeedEvent =
  | {
      readonly kind: 'feed.live';
      readonly feed: string;
      readonly facts: Live['facts'];
      readonly missing: Live['missing'];
    }
  | {
      readonly kind: 'feed.lost';
      readonly feed: string;
      /** One of a closed set. */
      readonly reason: string;
      readonly detail: string | undefined;
      readonly advice: string | undefined;
      readonly retryMs: number;
    }
  | {
      readonly kind: 'feed.fatal';
      readonly feed: string;
      /** One of a closed set. */
      readonly reason: string;
      readonly detail: string | undefined;
      readonly advice: string | undefined;
    }
  /** The new options of a feed are refused; the connection with the old ones stays. */
  | {
      readonly kind: 'feed.change_failed';
      readonly feed: string;
      readonly reason: string;
      readonly detail: string | undefined;
      readonly advice: string | undefined;
      /** `undefined`: not tried again before the next reload. */
      readonly retryMs: number | undefined;
    }
  | { readonly kind: 'feed.self_test_answered'; readonly feed: string; readonly roundTripMs: number }
  | { readonly kind: 'feed.self_test_unanswered'; readonly feed: string }
  | {
      readonly kind: 'frame.garbage' | 'frame.unknown_type' | 'frame.error';
      readonly feed: string;
      readonly frame: OddFrame;
    }
  /** Nothing has failed, and yet a person should know. */
  | { readonly kind: 'warning.raised'; readonly warning: Warning };

const ODD = {
  garbage: 'frame.garbage',
  unknown: 'frame.unknown_type',
  error: 'frame.error',
} as const satisfies Record<OddFrame['kind'], string>;

const spoken = ({ reason, detail, advice }: Loss) => ({ reason, detail, advice });

export const feedEvents = (publish: (event: FeedEvent) => void): Omit<FeedEvents, 'news' | 'readEnds'> => ({
  live: (feed, { facts, missing }) => publish({ kind: 'feed.live', feed, facts, missing }),
  lost: (feed, loss, retryMs) => publish({ kind: 'feed.lost', feed, ...spoken(loss), retryMs }),
  fatal: (feed, loss) => publish({ kind: 'feed.fatal', feed, ...spoken(loss) }),
  changeFailed: (feed, loss, retryMs) =>
    publish({ kind: 'feed.change_failed', feed, ...spoken(loss), retryMs }),
  selfTest: (feed, result) =>
    publish(
      result === 'unanswered'
        ? { kind: 'feed.self_test_unanswered', feed }
        : { kind: 'feed.self_test_answered', feed, roundTripMs: result.roundTripMs },
    ),
  warning: (warning) => publish({ kind: 'warning.raised', warning }),
  odd: (feed, frame) => publish({ kind: ODD[frame.kind], feed, frame }),
});
