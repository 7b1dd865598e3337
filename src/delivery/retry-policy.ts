/** Decides what follows from an outcome. Pure: the lane only carries it out. */
import { type BackoffRange, backoffMs } from '../platform/backoff.ts';
import type { Random } from '../platform/random.ts';
import type { FinalState } from './delivery.ts';
import type { Held } from './head.ts';
import { isOwnGuess } from './health-signal.ts';
import { AMBIGUOUS_REASONS, type Outcome } from './outcome.ts';
import { withinLife } from './probe-schedule.ts';

export interface RetryOptions {
  /** Most attempts in all; `undefined` = until `maxAge`. */
  readonly attempts?: number | undefined;
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** A pause that the platform asked for; without `budget`, of the destination's own. */
export interface Pause {
  readonly budget: string | undefined;
  readonly ms: number;
  /**
   * `guess`: it gave no time, and each in a row is twice as long as the one before. `limit`: it wants fewer
   * requests, and one that repeats this gets them at growing intervals. `outage`: its trouble has such waits of
   * its own (`probe-schedule.ts`), which fresh news may cut short, though not the time that it named.
   */
  readonly kind: 'guess' | 'limit' | 'outage';
}

/** A chat shows each copy to everybody who reads it: more than this tell nothing new about answers that cannot be read. */
export const MOST_UNREADABLE = 3;

/** Before the next try of a message that is refused while others are taken; doubles each time. */
const BESIDE_OTHERS_MS = 1000;

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
  /** The destination is in trouble: the delivery waits until that is over, or its time is. */
  | { readonly kind: 'keep'; readonly reason: string; readonly pause: Pause | undefined };

/** The facts that are known when an attempt has ended. */
export interface Situation {
  /** How many count, with the one that just ended. */
  readonly attempt: number;
  /** It went wrong in a way that costs no attempt and needs no wait. */
  readonly isFree: boolean;
  /** How many answers to this delivery could not be read, with this one. */
  readonly unreadable: number;
  /** Whose fault a bare refusal is (`trouble.ts`). */
  readonly blame: 'message' | 'destination' | 'unclear';
  /** Bare refusals while others are taken; each of them doubles the wait for the next. */
  readonly refusedBesideOthers: number;
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
      return rejected(outcome, situation);
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
  { attempts, uncounted, reason }: Pick<Held, 'attempts' | 'uncounted' | 'reason'>,
  { attempts: most = Number.POSITIVE_INFINITY }: RetryOptions,
  before: RetryOptions,
): boolean =>
  most < (before.attempts ?? Number.POSITIVE_INFINITY) &&
  attempts - uncounted >= most &&
  FAILURES.includes(reason);

function rejected(
  { reason, scope, mayHaveActed }: Extract<Outcome, { kind: 'reject' }>,
  situation: Situation,
): Decision {
  const { blame, refusedBesideOthers, onAmbiguous } = situation;
  if (mayHaveActed && onAmbiguous === 'drop') return { kind: 'end', state: 'dead', reason };
  if (scope === 'message' || (scope === 'unclear' && blame === 'message'))
    return { kind: 'end', state: 'dead', reason };
  if (scope === 'destination' || blame === 'destination') return { kind: 'keep', reason, pause: undefined };
  const decision = again(reason, situation);
  if (decision.kind !== 'again' || refusedBesideOthers === 0) return decision;
  const waitMs = BESIDE_OTHERS_MS * 2 ** (refusedBesideOthers - 1);
  return { ...decision, delayMs: withinLife(waitMs, situation.leftMs, BESIDE_OTHERS_MS) };
}

/** The pause that the platform asked for, whatever becomes of the delivery that caused it. */
export function pauseOf(outcome: Outcome): Pause | undefined {
  if (outcome.kind !== 'retry' || outcome.afterMs === undefined || isOwnGuess(outcome)) return undefined;
  const kind = outcome.isGuess ? 'guess' : outcome.reason === 'rate_limited' ? 'limit' : 'outage';
  return { budget: outcome.budget, ms: outcome.afterMs, kind };
}

function again(
  reason: string,
  { attempt, isFree, retry, leftMs, random }: Situation,
  wish?: Extract<Outcome, { kind: 'retry' }>,
): Decision {
  if (retry.attempts !== undefined && attempt >= retry.attempts)
    return { kind: 'end', state: 'dead', reason };
  const range: BackoffRange = { minMs: retry.minDelay, maxMs: retry.maxDelay };
  const pause = wish === undefined ? undefined : pauseOf(wish);
  // A delivery that waits for the platform's own time needs no further wait.
  const atOnce = pause !== undefined || isFree;
  return {
    kind: 'again',
    reason,
    delayMs: atOnce ? 0 : withinLife(backoffMs(attempt, range, random), leftMs, retry.minDelay),
    plain: wish?.plain === true,
    pause,
  };
}
