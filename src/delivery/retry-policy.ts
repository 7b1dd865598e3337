/** What follows from an outcome. Pure: the lane only carries it out. */
import { type BackoffRange, backoffMs } from '../platform/backoff.ts';
import type { Random } from '../platform/random.ts';
import type { FinalState } from './delivery.ts';
import { AMBIGUOUS_REASONS, type Outcome } from './outcome.ts';

export interface RetryOptions {
  /** Most attempts in all; `undefined` = until `maxAge`. */
  readonly attempts?: number | undefined;
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** What the far end asked for; without `budget`, of the destination's own. */
export interface Pause {
  readonly budget: string | undefined;
  readonly ms: number;
  /** It gave no time: each in a row is twice as long as the one before. */
  readonly isGuess: boolean;
}

/** A chat shows each copy to everybody who reads it: more than this tell nothing new about answers that cannot be read. */
export const MOST_UNREADABLE = 3;

export type Decision =
  | { readonly kind: 'end'; readonly state: FinalState; readonly reason: string | undefined }
  /** Again after `delayMs`, and not before the pause is over. */
  | {
      readonly kind: 'again';
      readonly reason: string;
      readonly delayMs: number;
      readonly plain: boolean;
      readonly pause: Pause | undefined;
    }
  /** The destination itself refuses: keep the delivery, suspend the destination. */
  | { readonly kind: 'suspend'; readonly reason: string };

/** What is known when an attempt has ended. */
export interface Situation {
  /** The number of the one that just ended, from 1. */
  readonly attempt: number;
  /** How many answers to this delivery could not be read, with this one. */
  readonly unreadable: number;
  readonly retry: RetryOptions;
  readonly onAmbiguous: 'resend' | 'drop';
  /** Until the delivery expires, in ms; Infinity = never. */
  readonly leftMs: number;
  readonly random: Random;
}

export function decide(outcome: Outcome, situation: Situation): Decision {
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'end', state: 'delivered', reason: undefined };
    case 'reject':
      if (outcome.scope !== 'message') return { kind: 'suspend', reason: outcome.reason };
      return { kind: 'end', state: 'dead', reason: outcome.reason };
    case 'ambiguous':
      if (situation.onAmbiguous === 'drop') return { kind: 'end', state: 'dead', reason: outcome.reason };
      if (isUnreadable(outcome) && situation.unreadable >= MOST_UNREADABLE)
        return { kind: 'end', state: 'dead', reason: outcome.reason };
      return again(outcome.reason, situation);
    case 'retry':
      if (outcome.mayHaveActed && situation.onAmbiguous === 'drop')
        return { kind: 'end', state: 'dead', reason: outcome.reason };
      return again(outcome.reason, situation, outcome);
    default:
      return outcome satisfies never;
  }
}

export const isUnreadable = (outcome: Outcome): boolean =>
  outcome.kind === 'ambiguous' && outcome.reason === 'answer_unreadable';

/** Of these reasons each is an attempt that failed; other waits are of a form, a pause or a suspension. */
const FAILURES: readonly (string | undefined)[] = ['server_error', 'unreachable', ...AMBIGUOUS_REASONS];

/** It waits for an attempt that a reload has taken away. */
export const isUsedUp = (
  { attempts, reason }: { readonly attempts: number; readonly reason: string | undefined },
  { attempts: most = Number.POSITIVE_INFINITY }: RetryOptions,
  before: RetryOptions,
): boolean =>
  most < (before.attempts ?? Number.POSITIVE_INFINITY) && attempts >= most && FAILURES.includes(reason);

function again(
  reason: string,
  { attempt, retry, leftMs, random }: Situation,
  wish?: Extract<Outcome, { kind: 'retry' }>,
): Decision {
  if (retry.attempts !== undefined && attempt >= retry.attempts)
    return { kind: 'end', state: 'dead', reason };
  const range: BackoffRange = { minMs: retry.minDelay, maxMs: retry.maxDelay };
  const pause =
    wish?.afterMs === undefined
      ? undefined
      : { budget: wish.budget, ms: wish.afterMs, isGuess: wish.isGuess === true };
  // What waits for the far end's own time, or goes out in another form, has no reason to wait on top.
  const atOnce = pause !== undefined || wish?.plain === true || reason === 'moved';
  return {
    kind: 'again',
    reason,
    delayMs: atOnce ? 0 : withinLife(backoffMs(attempt, range, random), leftMs, retry.minDelay),
    plain: wish?.plain === true,
    pause,
  };
}

/** A wait that the delivery would not outlive gives away its last chances: half of what is left, while that is worth it. */
function withinLife(waitMs: number, leftMs: number, minDelayMs: number): number {
  return waitMs >= leftMs && leftMs / 2 >= minDelayMs ? leftMs / 2 : waitMs;
}
