/** What is known of a feed, and whether that proves it healthy. An open socket proves nothing. */
import type { FeedOptions } from './options.ts';

export interface FeedStatus {
  readonly name: string;
  /** `connecting` covers everything up to the welcome; `fatal` ends only by reload or restart. */
  readonly state: 'waiting' | 'connecting' | 'live' | 'fatal' | 'stopped';
  /** Monotonic ms of the last frame or ping on this connection. */
  readonly lastLifeMs: number | undefined;
  readonly selfTest: 'off' | 'unanswered' | 'answered';
  /** Monotonic ms; `undefined` = never or unknown. */
  readonly keyExpiresMs: number | undefined;
  /** Why it is not live, in words for a person. */
  readonly trouble: string | undefined;
  readonly frames: Readonly<Record<string, number>>;
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
  if (status.selfTest === 'unanswered') return 'no answer to a self-test on this connection yet';
  return undefined;
}
