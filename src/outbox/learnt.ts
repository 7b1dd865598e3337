/**
 * Values that destinations have learned about their platforms (a group that has moved, say), kept over a restart.
 */
import type { Ledger, Recovered } from './outbox.ts';

export interface Memory {
  recall(key: string): string | undefined;
  keep(key: string, value: string): void;
}

/** `journal` writes, so that a broken disk is no fault of the destination's. */
export function memoryOf(recovered: Pick<Recovered, 'learnt'>, journal: Pick<Ledger, 'learn'>): Memory {
  const learnt = new Map(recovered.learnt);
  return {
    recall: (key) => learnt.get(key),
    keep(key, value) {
      learnt.set(key, value);
      journal.learn(key, value);
    },
  };
}
