/** The input and the output of `trouble.ts` for one answer. */
import type { ProbeSchedule } from './probe-schedule.ts';

/** A delivery as far as it matters here. */
export interface Witness {
  readonly delivery: { readonly id: string };
  /** Another was taken after this one had failed or been refused: the fault is its own. */
  isOutvoted: boolean;
  /** Bare refusals: in a row, and again once it is outvoted. */
  refusals: number;
  /** When it was first refused, monotonic ms. */
  refusedSinceMs: number | undefined;
}

/** The facts that are known when an answer has come. */
export interface AnswerContext {
  readonly nowMs: number;
  /** The result of `begin`. */
  readonly look: ProbeSchedule | undefined;
  readonly reason: string;
  /** The answer in words, for a person. */
  readonly words: string;
  readonly retry: { readonly minDelay: number; readonly maxDelay: number };
  /** Another message waits that was not tried in this trouble. */
  readonly hasUntried: boolean;
  /** Another message is under way. */
  readonly hasOthersUnderWay: boolean;
  /** How long the longest-lived of what waits still has, in ms. */
  readonly lifeMs: number;
}

export interface Judgement<W> {
  /** The side at fault for a refusal, as far as it is known. */
  readonly blame: 'message' | 'destination' | 'unclear';
  readonly news: 'suspended' | 'resumed' | undefined;
  /** The trouble is over: all that waits for its end, or for its own time, may go. */
  readonly isOver: boolean;
  /** Need not wait any more: another was taken. */
  readonly acquitted: readonly W[];
}

/** Why, and since when (monotonic ms). */
export interface Since {
  readonly reason: string;
  /** The answer that led to it: what happened and what to do (`describeAttempt`). */
  readonly words: string;
  readonly sinceMs: number;
}

/** A suspension as the next machine that sends there goes on with it. */
export interface Suspension extends Since {
  /** In words that leave no doubt. */
  readonly isGone: boolean;
  /** Looks that found nothing better, and when the next is due without fresh news (monotonic ms). */
  readonly steps: number;
  readonly nextMs: number;
  /** Another machine sends there and has found it. */
  readonly isElsewhere?: boolean;
}

/** Nothing is known that was not known before. */
export const NO_NEWS = { blame: 'unclear', news: undefined, isOver: false, acquitted: [] } as const;
