/**
 * Everything that the bridge has to say about what it does, as values: the log, the metrics, the alerts and
 * the pages are listeners of one stream. `kind` is `noun.verb` and is also the log line's name.
 */
import type { Announcement } from '../announcement.ts';
import type { First } from '../dedupe.ts';
import type { Delivery, FinalState } from '../delivery/delivery.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { Decision } from '../delivery/retry-policy.ts';
import type { Frame, WelcomeFrame } from '../feeds/cryptolisting/frames.ts';
import type { Warning } from '../feeds/warning.ts';
import type { Dropped } from '../outbox/kept.ts';
import type { Replaced } from '../outbox/open.ts';

/** What a started bridge has in force, as far as listeners need it. */
interface Started {
  readonly file: string;
  readonly feeds: readonly { readonly name: string }[];
  readonly destinations: Readonly<Record<string, unknown>>;
  readonly rules: readonly unknown[];
  readonly store: { readonly path: string };
}

export type BridgeEvent =
  | {
      readonly kind: 'bridge.started';
      readonly version: string;
      readonly config: Started;
      readonly url: string | undefined;
    }
  | {
      readonly kind: 'config.reloaded';
      readonly changes: readonly string[];
      readonly needsRestart: readonly string[];
    }
  /** The new file is bad, or could not be applied: the old one keeps running. */
  | { readonly kind: 'config.rejected'; readonly problems: readonly string[] }
  | {
      readonly kind: 'announcement.received';
      readonly announcement: Announcement;
      readonly deliveries: readonly Delivery[];
      /** Every rule that matched, also one that sends nothing. */
      readonly rules: readonly string[];
    }
  | {
      readonly kind: 'announcement.duplicate';
      readonly announcement: Announcement;
      /** The copy that won. */
      readonly first: First;
    }
  | {
      readonly kind: 'feed.live';
      readonly feed: string;
      readonly welcome: WelcomeFrame;
      /** Asked for, but not covered by the key. */
      readonly missing: readonly string[];
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
  | { readonly kind: 'feed.fatal'; readonly feed: string; readonly reason: string; readonly advice: string }
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
  /** Nothing has failed, and yet a person should know. */
  | { readonly kind: 'warning.raised'; readonly warning: Warning }
  | { readonly kind: 'feed.self_test_answered'; readonly feed: string; readonly roundTripMs: number }
  | { readonly kind: 'feed.self_test_unanswered'; readonly feed: string }
  | {
      readonly kind: 'frame.garbage' | 'frame.unknown_type' | 'frame.error';
      readonly feed: string;
      readonly frame: OddFrame;
    }
  | {
      readonly kind: 'delivery.attempted';
      readonly delivery: Delivery;
      /** 1 for the first. */
      readonly attempt: number;
      readonly result: AttemptResult;
      readonly startedMs: number;
      readonly endedMs: number;
      readonly decision: Decision;
    }
  | {
      readonly kind: 'delivery.ended';
      readonly delivery: Delivery;
      readonly state: FinalState;
      readonly reason: string | undefined;
      /** More about the reason, for a person. */
      readonly detail?: string;
      readonly endedMs: number;
    }
  /** What was owed to destinations that the config no longer has is dead. */
  | { readonly kind: 'delivery.buried'; readonly deliveries: number }
  | {
      readonly kind: 'destination.suspended';
      readonly destination: string;
      readonly reason: string;
      readonly detail: string | undefined;
      /** What happened and what to do, with the word in brackets. */
      readonly advice: string;
    }
  /** The platform has refused so much that it would soon ban this address. */
  | { readonly kind: 'destination.near_ban'; readonly destination: string; readonly untilMs: number }
  | { readonly kind: 'destination.resumed'; readonly destination: string }
  /** The wall clock was set back since the store was last written to. */
  | { readonly kind: 'clock.behind'; readonly behindMs: number }
  /** Something that a person should change in the config. */
  | { readonly kind: 'destination.advice'; readonly destination: string; readonly advice: string }
  | { readonly kind: 'destination.open_failed'; readonly destination: string; readonly message: string }
  /** Announcements are still sent, but the first after a silence takes some milliseconds longer. */
  | { readonly kind: 'rehearsal.failed'; readonly message: string }
  | { readonly kind: 'template.failed'; readonly delivery: Delivery; readonly message: string }
  /** Something is wrong with the bridge itself, still is, or is no more (`src/alerts`). */
  | {
      readonly kind: 'alert.started' | 'alert.lasts' | 'alert.ended';
      /** Of a condition. */
      readonly code: string;
      /** Name of the feed or destination; empty for the bridge itself. */
      readonly subject: string;
      readonly severity: 'critical' | 'warning';
      readonly says: string;
      readonly detail: string;
      readonly durationMs: number;
      /** Destinations that are told. */
      readonly to: readonly string[];
    }
  | { readonly kind: 'store.broken'; readonly message: string }
  /** A store that works does not take this one row: it is left out, and the rest goes on. */
  | { readonly kind: 'store.refused'; readonly what: string; readonly message: string }
  | { readonly kind: 'store.mended'; readonly entries: number; readonly dropped: Dropped }
  /** The database was damaged or gone; another one is in use, with what could be read of the old. */
  | ({ readonly kind: 'store.replaced' } & Replaced)
  /** The process ends and these entries exist only in its memory. */
  | { readonly kind: 'store.lost_on_exit'; readonly entries: number };

export type OddFrame = Extract<Frame, { kind: 'garbage' | 'unknown' | 'error' }>;

export type BridgeEventOf<Kind extends BridgeEvent['kind']> = Extract<BridgeEvent, { kind: Kind }>;
