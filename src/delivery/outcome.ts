/**
 * The result of one attempt, as a value with a closed set of reasons. The reasons are metric labels and stored
 * words: renaming one is a breaking change.
 */

/** It did not arrive, or the receiver asked to come again. */
export const RETRY_REASONS = [
  'rate_limited', // 429, or another way to say "too fast"
  'server_error', // 408, 425, 5xx
  'unreachable', // refused, DNS, TLS, connect timeout: provably nothing was read by the receiver
  'format_refused', // the platform refused the formatting or size: once more, as plain text
  'moved', // the chat has a new address, which the sender has learnt: again at once
] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

/** It will never be accepted. */
export const REJECT_REASONS = [
  'message_refused', // 4xx for this message; the next may be fine
  'redirected', // 3xx: a POST never follows
  'unconfirmed', // 2xx, but not what `success:` demands
  'unauthorized', // 401: the token is wrong
  'forbidden', // 403: kicked, blocked, missing permission
  'misconfigured', // it is there and takes messages, but not as the config has them sent: a thread is missing, archived, …
  'gone', // 404 / 410 and their kin: webhook, channel or chat does not exist
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** The request was written and no full answer came: the receiver may or may not have acted. */
export const AMBIGUOUS_REASONS = ['timeout', 'connection_lost', 'answer_unreadable'] as const;
export type AmbiguousReason = (typeof AMBIGUOUS_REASONS)[number];

/**
 * Whom a refusal is about: this message alone; the destination, in words that leave no doubt (a platform's own
 * codes); or `unclear`, a bare HTTP status, which a firewall gives to one body and a router to everything. Then
 * the answers to other messages tell.
 */
export type RejectScope = 'message' | 'destination' | 'unclear';

export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly reason: RetryReason;
      /** The receiver's own wish, in ms from now. With it, the whole budget pauses, not just this delivery. */
      readonly afterMs?: number;
      /** The receiver gave no time: `afterMs` is our own first guess, and doubles each time in a row (`Budget.pauseByGuess`). */
      readonly isGuess?: true;
      /** The shared budget that pauses (`budget.ts`); without it, the destination's own. */
      readonly budget?: string;
      /** Send the plain minimal form next time. */
      readonly plain?: true;
      /** A gateway answered in place of the receiver, which may have acted all the same: under `onAmbiguous: drop` this is the end. */
      readonly mayHaveActed?: true;
    }
  | {
      readonly kind: 'reject';
      readonly reason: RejectReason;
      readonly scope: RejectScope;
      /** It is no yes, and many answer so after they have acted: under `onAmbiguous: drop` this is the end. */
      readonly mayHaveActed?: true;
    }
  | { readonly kind: 'ambiguous'; readonly reason: AmbiguousReason };

/** The part of an answer that concerns a shared budget, whatever became of the message. */
export type LimitNews =
  /** So many more requests may come until the window ends; `bucket` is whose count that is. */
  | {
      readonly kind: 'left';
      readonly budget: string;
      readonly bucket: string;
      readonly requests: number;
      readonly endsInMs: number;
    }
  /** One of the answers that a platform counts before it bans the address. */
  | { readonly kind: 'strike'; readonly budget: string };

/** One attempt, as a sender reports it. */
export interface AttemptResult {
  readonly outcome: Outcome;
  /** HTTP status, when there was one. */
  readonly status?: number;
  /** The words of the platform or the network, for a person: one line, at most 300 characters, already redacted. */
  readonly detail?: string;
  /** For a person, in one or two sentences: what happened and what to do, more exactly than the reason alone can say (`describe.ts`). No secret in it. */
  readonly advice?: string;
  /** When the request went onto the wire, by the monotonic clock; absent when nothing was written. */
  readonly writtenMs?: number;
  /** The request had to wait for a connection to be made; absent when one was ready. */
  readonly connected?: true;
  readonly limits?: readonly LimitNews[];
}
