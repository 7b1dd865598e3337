/**
 * Values that destinations have learned about their platforms (a group that has moved, say), kept over a restart.
 */
import type { Ledger, Recovered } from './outbox.ts';

export interface Memory {
  recall(key: string): string | undefined;
  keep(key: string, value: string): void;
  /** Another machine has found it out. */
  hear(key: string, value: string): void;
}

/** `journal` writes, so that a broken disk is no fault of the destination's. `told`: the other machines, if there are any. */
export function memoryOf(
  recovered: Pick<Recovered, 'learnt'>,
  journal: Pick<Ledger, 'learn'>,
  told: (key: string, value: string) => void = () => undefined,
): Memory {
  const learnt = new Map(recovered.learnt);
  const hear = (key: string, value: string) => {
    if (learnt.get(key) === value) return;
    learnt.set(key, value);
    journal.learn(key, value);
  };
  return {
    hear,
    recall: (key) => learnt.get(key),
    keep(key, value) {
      hear(key, value);
      told(key, value);
    },
  };
}
