/** Whether it was as docs/cluster.md says. */
import type { Counts } from './ledger.ts';
import type { Scene } from './scenes.ts';

/** Sentences about each promise that was not kept. */
export function promised({ repeats, missesOrders, exceeds }: Scene, counts: Counts): string[] {
  const most: Partial<Record<keyof Counts, number>> = {
    ...{ lost: 0, ordersDoubled: 0, doubledInSpite: 0, renamed: 0 },
    ...(exceeds === undefined && { overLimit: 0 }),
    ...(repeats === undefined && { doubled: 0 }),
    ...(missesOrders === undefined && { ordersLost: 0 }),
  };
  return Object.entries(most).flatMap(([what, count]) =>
    counts[what as keyof Counts] > count
      ? [`${what}: ${counts[what as keyof Counts]} (${JSON.stringify(counts)})`]
      : [],
  );
}
