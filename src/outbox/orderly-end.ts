/**
 * Whether the life before this one ended in order. Then it has written down which requests it had to cut; after a crash any
 * delivery that is pending may have been on the wire.
 */
import type { Ledger, Recovered } from './outbox.ts';

/** In the store, beside what destinations have learned. */
const KEY = 'bridge ended in order';
const [YES, NO] = ['yes', 'no'];

type Learning = Pick<Ledger, 'learn'>;

/** Once, at the start: from then on it counts as a crash until `markEnd`. A new store has nothing that could have been sent. */
export function takeEnd({ learnt }: Pick<Recovered, 'learnt'>, journal: Learning): boolean {
  const isOrderly = learnt.get(KEY) === YES;
  if (learnt.get(KEY) !== NO) journal.learn(KEY, NO);
  return isOrderly;
}

/** Nothing is under way any more. */
export const markEnd = (journal: Learning): void => journal.learn(KEY, YES);
