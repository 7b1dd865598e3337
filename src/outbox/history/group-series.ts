/** Each group of a period over time: in each slot how many were delivered, failed, and wait. */
import type { GroupSeries } from './group-points.ts';
import type { Level } from './levels.ts';
import { startOf } from './levels.ts';
import type { Period } from './period.ts';
import type { DeliveryTally } from './tally.ts';

/** By what groups of deliveries have a series. */
export type SeriesBy = 'destination' | 'rule';

/** By name; without the slots of which there is nothing. */
export function seriesOf(period: Period, level: Level, by: SeriesBy): ReadonlyMap<string, GroupSeries> {
  const groups = new Map<string, Map<number, number[]>>();
  const picks = { kinds: [by], names: [], isCounts: true };
  for (const piece of period.pieces(level)) {
    const slotMs = startOf(piece.fromMs, level);
    for (const [name, tally] of period.figuresOf(piece, picks)[by]) {
      const slots = groups.get(name) ?? new Map<number, number[]>();
      groups.set(name, slots);
      slots.set(slotMs, sumOf(slots.get(slotMs), tally));
    }
  }
  return new Map(
    [...groups].map(([name, slots]) => {
      const inOrder = [...slots].sort(([one], [other]) => one - other);
      return [name, Float64Array.from(inOrder.flatMap(([slotMs, counts]) => [slotMs, ...counts]))];
    }),
  );
}

function sumOf(before: readonly number[] = [0, 0, 0], { states }: DeliveryTally): number[] {
  const counts = [states.delivered, states.dead + states.expired, states.pending];
  return counts.map((count, at) => count + (before[at] ?? 0));
}
