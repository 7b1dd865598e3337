/** The state of a feed, and whether that proves it healthy. An open socket proves nothing. */
import { formatDuration } from '../platform/duration.ts';
import type { Loss } from './verdict.ts';

/** Times are monotonic ms; `undefined` = never, or unknown. */
export interface FeedStatus {
  readonly name: string;
  /** Where it connects to, without anything secret. */
  readonly url: string;
  /** `connecting` covers everything up to the first proof; `fatal` ends only by reload or restart. */
  readonly state: 'waiting' | 'connecting' | 'live' | 'fatal' | 'stopped';
  /** On this connection; the first one that is lacking is the feed's trouble. */
  readonly proofs: readonly Proof[];
  /** Since this connection was proven. */
  readonly connectedSinceMs: number | undefined;
  /** Of this connection, where the source says it. */
  readonly welcome: Welcome | undefined;
  /** The last frame, ping or pong on this connection. */
  readonly lastLifeMs: number | undefined;
  /** The last frame on this connection. */
  readonly lastFrameMs: number | undefined;
  /** `undefined`: the source cannot be asked for one. */
  readonly selfTest: SelfTestProof | undefined;
  readonly keyExpiresMs: number | undefined;
  /** It expires within the time that the config names (`alerts.keyExpiresWithin`). */
  readonly keyExpiresSoon?: boolean;
  /**
   * This machine's wall clock less the service's, in ms, by the fastest of the last heartbeats (whose trip is in
   * it): a few ms up to a few hundred when both are right, negative when this one is behind.
   */
  readonly clockOffsetMs: number | undefined;
  /** Frames since the start, by what they were; `test`: answers to self-tests. */
  readonly frames: Readonly<Record<string, number>>;
  /** Connections that were proven since the start. */
  readonly connects: number;
  /** Connections and attempts that ended since the start, by why. */
  readonly losses: Readonly<Record<string, number>>;
  readonly lastLoss: (Loss & { readonly atMs: number }) | undefined;
  /** Why it is not live, in words for a person. */
  readonly trouble: string | undefined;
  /** Of its options, by a reload: why it is not in force (yet). */
  readonly change: string | undefined;
  /** While it waits: when it connects again. */
  readonly retryAtMs: number | undefined;
}

/** One reason to believe that news of the source would arrive. */
export interface Proof {
  /** The type's own word for it: `welcome`, `life`, `self_test`, `pong` … */
  readonly kind: string;
  /** When it was last given on this connection; `undefined`: it is not. */
  readonly lastMs: number | undefined;
  /** The evidence, for a person. */
  readonly words: string;
  /** The feed's trouble while it is not given; absent: the feed counts as healthy without it. */
  readonly lacking?: string;
  /** For how long it counts, in ms; absent: as long as the connection. */
  readonly goodForMs?: number;
}

/** The rights that the source grants this connection. */
export interface Welcome {
  readonly tier: string;
  /** Publishers that it sends; `*` = all. */
  readonly allowedCex: '*' | readonly string[];
  /** By the source's own names. */
  readonly limits: Readonly<Record<string, number>>;
  /** Asked for, and not granted. */
  readonly missing: readonly string[];
  /** The same in words, also where nothing at all is granted; absent: all is. */
  readonly uncovered?: string | undefined;
}

/** On this connection; nothing is taken over from one before. */
export interface SelfTestProof {
  readonly state: 'off' | 'unanswered' | 'answered';
  readonly askedMs: number | undefined;
  readonly answeredMs: number | undefined;
  readonly roundTripMs: number | undefined;
  /** Test announcements that this bridge had not asked for, since the start: no proof of anything. */
  readonly unasked: number;
}

/** `in 2d`; 0 and less: it has expired. */
export const expiryText = (leftMs: number): string =>
  leftMs > 0 ? `in ${formatDuration(leftMs)}` : 'it has expired';

/** Whether the proof is given now. */
export function isGiven({ lastMs, goodForMs }: Proof, nowMs: number): boolean {
  return lastMs !== undefined && (goodForMs === undefined || nowMs - lastMs <= goodForMs);
}

/** Nothing, or why the feed is not proven healthy. */
export function unproven(status: FeedStatus, nowMs: number): string | undefined {
  if (status.state !== 'live') return status.trouble ?? status.state;
  for (const proof of status.proofs)
    if (proof.lacking !== undefined && !isGiven(proof, nowMs)) return proof.lacking;
  return undefined;
}
