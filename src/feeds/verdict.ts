/** Why a connection, or an attempt at one, ended, and what follows from it. */

/** For people and metrics. */
export interface Loss {
  /** One of a closed set: see `fault.ts` and the `refusal.ts` of each type. */
  readonly reason: string;
  /** The words of the source or of the system. */
  readonly detail: string | undefined;
  readonly advice: string | undefined;
  /** A limit that counts the connection that is still there: with two, a change of options can never come into force. */
  readonly noRoom?: true;
}

/** Ends the feed until its options change. */
export interface FatalVerdict {
  readonly kind: 'fatal';
  readonly reason: string;
  readonly advice: string;
  /** The source's own words, one short line, for the log. */
  readonly detail?: string;
}

/** Everything else is retried for ever. Without `afterMs` and `atOnce` the backoff decides. */
export interface RetryVerdict {
  readonly kind: 'retry';
  readonly reason: string;
  readonly advice?: string;
  readonly detail?: string;
  /** The source's wish, or the one in its documentation; not shorter than this, in ms from now. */
  readonly afterMs?: number;
  /** Without backoff (a cooldown between connects still holds). */
  readonly atOnce?: true;
  /** The bridge misbehaved: count it. */
  readonly ourFault?: true;
  readonly noRoom?: true;
}

export type Verdict = FatalVerdict | RetryVerdict;

export function lossOf(verdict: Verdict): Loss {
  const { reason, detail, advice } = verdict;
  const loss = { reason, detail, advice };
  return verdict.kind === 'retry' && verdict.noRoom === true ? { ...loss, noRoom: true } : loss;
}

/** For a person: the sentence first, the code and the details last. */
export function lossText({ reason, detail, advice }: Loss): string {
  const code = detail === undefined ? reason : `${reason}: ${detail}`;
  return advice === undefined ? code : `${advice} [${code}]`;
}
