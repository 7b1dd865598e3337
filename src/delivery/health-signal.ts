/** Derives from one answer the health of the destination as a whole, whatever becomes of the message. Pure. */

import type { AttemptResult } from './outcome.ts';

export type HealthSignal =
  | 'well' // it works: it took this message, or refused it for what is in it
  | 'limited' // it is there, wants fewer requests, and says for how long
  | 'hurried' // the same, and does not say for how long
  | 'failing' // it could not be reached, had a fault of its own, or its answer was lost
  | 'refusing' // a bare "not here", "not you": about this message or about all of them
  | 'gone' // in words that leave no doubt: about all of them
  | 'nothing';

export function healthSignalOf(result: AttemptResult): HealthSignal {
  const { outcome } = result;
  switch (outcome.kind) {
    case 'delivered':
      return 'well';
    case 'ambiguous':
      return 'failing';
    case 'reject':
      return outcome.scope === 'message' ? 'well' : outcome.scope === 'unclear' ? 'refusing' : 'gone';
    case 'retry':
      if (outcome.reason === 'format_refused') return 'well';
      if (outcome.reason === 'moved') return 'nothing';
      if (outcome.reason !== 'rate_limited') return 'failing';
      if (isHold(result)) return 'nothing';
      return outcome.afterMs === undefined || isOwnGuess(outcome) ? 'hurried' : 'limited';
    default:
      return outcome satisfies never;
  }
}

/** The client library foresaw a refusal: no request was made, so it was no attempt. */
export const isHold = ({ outcome, writtenMs }: AttemptResult): boolean =>
  outcome.kind === 'retry' && outcome.reason === 'rate_limited' && writtenMs === undefined;

/** A time that nobody named, for this destination alone: its trouble has a growing pause of its own, which fresh news may try. */
export const isOwnGuess = ({
  isGuess,
  budget,
}: {
  readonly isGuess?: boolean;
  readonly budget?: string | undefined;
}): boolean => isGuess === true && budget === undefined;
