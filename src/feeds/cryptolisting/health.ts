/** What is known of a feed, and whether that proves it healthy. An open socket proves nothing. */
import type { WelcomeFrame } from './frames.ts';
import type { FeedOptions } from './options.ts';

/** Times are monotonic ms; `undefined` = never, or unknown. */
export interface FeedStatus {
  readonly name: string;
  /** `connecting` covers everything up to the welcome; `fatal` ends only by reload or restart. */
  readonly state: 'waiting' | 'connecting' | 'live' | 'fatal' | 'stopped';
  /** Since the welcome of this connection. */
  readonly connectedSinceMs: number | undefined;
  /** Of this connection. `missing`: asked for by `exchanges` and not covered by the key. */
  readonly welcome:
    | (Pick<WelcomeFrame, 'tier' | 'allowedCex' | 'limits'> & { readonly missing: readonly string[] })
    | undefined;
  /** The last frame or ping on this connection. */
  readonly lastLifeMs: number | undefined;
  /** The last frame on this connection. */
  readonly lastFrameMs: number | undefined;
  readonly selfTest: SelfTestProof;
  readonly keyExpiresMs: number | undefined;
  /**
   * This machine's wall clock less the service's, in ms, by the fastest of the last heartbeats (whose trip is in
   * it): a few ms up to a few hundred when both are right, negative when this one is behind.
   */
  readonly clockOffsetMs: number | undefined;
  /** Frames since the start, by what they were; `test`: answers to self-tests. */
  readonly frames: Readonly<Record<string, number>>;
  /** Connections that were welcomed since the start. */
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

/** Why a connection, or an attempt at one, ended. */
export interface Loss {
  /** One of a closed set: see `refusal.ts` and `fault.ts`. */
  readonly reason: string;
  /** What the far end or the system said. */
  readonly detail: string | undefined;
  readonly advice: string | undefined;
}

/** For a person: the sentence first, the word and what was said last. */
export function lossText({ reason, detail, advice }: Loss): string {
  const code = detail === undefined ? reason : `${reason}: ${detail}`;
  return advice === undefined ? code : `${advice} [${code}]`;
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

/** Asked for, but not covered by the key: nothing of these will ever come, however healthy the connection looks. */
export function uncovered(
  exchanges: readonly string[] | undefined,
  allowedCex: '*' | readonly string[],
): readonly string[] {
  if (exchanges === undefined || allowedCex === '*') return [];
  return exchanges.filter((exchange) => !allowedCex.includes(exchange));
}

/** Nothing, or why the feed is not proven healthy. */
export function unproven(status: FeedStatus, options: FeedOptions, nowMs: number): string | undefined {
  if (status.state !== 'live') return status.trouble ?? status.state;
  if (status.lastLifeMs === undefined || nowMs - status.lastLifeMs > options.silenceTimeout) return 'silent';
  if (status.welcome !== undefined && bringsNothing(status.welcome, options))
    return 'the key covers none of the exchanges that are asked for: nothing will ever come';
  if (status.selfTest.state === 'unanswered') return 'no answer to a self-test on this connection yet';
  return undefined;
}

/** The effective filter is empty: such a connection heartbeats for ever and never announces (feed-protocol.md). */
export function bringsNothing(
  { allowedCex, missing }: Pick<NonNullable<FeedStatus['welcome']>, 'allowedCex' | 'missing'>,
  options: FeedOptions,
): boolean {
  return (
    allowedCex.length === 0 ||
    (options.exchanges !== undefined && missing.length === options.exchanges.length)
  );
}
