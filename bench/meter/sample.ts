/**
 * The measured values of one subject, by repetition: a block, a process, a round. Its figures, and the same figures
 * as if only some of the repetitions had happened, which is how an interval is found (`interval.ts`). Pure.
 */
import { median, percentile, type Summary, summaryOf, summaryOfBlocks } from './statistics.ts';

export type Figure = 'p50' | 'p99' | 'max';

export interface Sample {
  readonly summary: Summary;
  /** How many repetitions. */
  readonly size: number;
  /** The figure of the repetitions at these places; one may be there more than once. */
  redrawn(figure: Figure, places: readonly number[]): number;
}

/** Repetitions of many announcements each: a figure is the median of what it is in each of them. */
export function ofBlocks(blocks: readonly (readonly number[])[]): Sample {
  const each = blocks.map(summaryOf);
  return {
    summary: summaryOfBlocks(blocks),
    size: blocks.length,
    redrawn(figure, places) {
      const values = places.map((place) => at(each, place)[figure]);
      return figure === 'max' ? Math.max(...values) : median(values);
    },
  };
}

/** Repetitions of a few announcements each: a figure is that of all of them. What one process did stays together. */
export function ofProcesses(processes: readonly (readonly number[])[]): Sample {
  return {
    summary: summaryOf(processes.flat()),
    size: processes.length,
    redrawn(figure, places) {
      const values = places.flatMap((place) => at(processes, place));
      if (figure === 'p50') return median(values);
      return figure === 'max' ? Math.max(...values) : percentile(values, 0.99);
    },
  };
}

/** Repetitions of one announcement each. */
export const ofRounds = (values: readonly number[]): Sample => ofProcesses(values.map((value) => [value]));

function at<Value>(values: readonly Value[], place: number): Value {
  const value = values[place];
  if (value === undefined) throw new Error(`there is no repetition ${place}`);
  return value;
}
