/** Medians and percentiles of what was measured. Pure. */

/** Milliseconds unless the row says otherwise. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest rank: always a value that was measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

export function summaryOf(values: readonly number[]): Summary {
  return {
    count: values.length,
    p50: median(values),
    p99: percentile(values, 0.99),
    max: Math.max(...values),
  };
}

/**
 * Of several repetitions, the median of each figure: one repetition that the machine disturbed decides
 * nothing. `max` stays the greatest of all, so that nothing is hidden.
 */
export function summaryOfBlocks(blocks: readonly (readonly number[])[]): Summary {
  const each = blocks.map(summaryOf);
  return {
    count: each.reduce((sum, { count }) => sum + count, 0),
    p50: median(each.map(({ p50 }) => p50)),
    p99: median(each.map(({ p99 }) => p99)),
    max: Math.max(...each.map(({ max }) => max)),
  };
}
