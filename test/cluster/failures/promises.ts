/** Whether it was as docs/cluster.md says. */
import { isDeepStrictEqual } from 'node:util';
import type { Counts } from './ledger.ts';
import type { Outcome } from './play.ts';
import type { Scene } from './scenes.ts';

/** Sentences about each promise that was not kept. */
export function promised(scene: Scene, { counts, logged }: Outcome): string[] {
  const { repeats, missesOrders, exceeds } = scene;
  const most: Partial<Record<keyof Counts, number>> = {
    ...{ lost: 0, ordersDoubled: 0, doubledInSpite: 0, renamed: 0 },
    ...(exceeds === undefined && { overLimit: 0 }),
    ...(repeats === undefined && { doubled: 0 }),
    ...(missesOrders === undefined && { ordersLost: 0 }),
  };
  const broken = Object.entries(most).flatMap(([what, count]) =>
    counts[what as keyof Counts] > count
      ? [`${what}: ${counts[what as keyof Counts]} (${JSON.stringify(counts)})`]
      : [],
  );
  const wanted = scene.logged ?? {};
  if (isDeepStrictEqual(logged, wanted)) return broken;
  return [...broken, `logged: ${JSON.stringify(logged)} instead of ${JSON.stringify(wanted)}`];
}
