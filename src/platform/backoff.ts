/**
 * Exponential backoff with full jitter: a wait drawn evenly from [0, min(maxMs, minMs · 2^n)], never
 * below `minMs / 2`, so that many waiters spread out and none of them spins.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
import type { Random } from './random.ts';

export interface BackoffRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The wait before try number `failures + 1`, in ms; `failures` ≥ 1 is how many failed in a row. */
export function backoffMs(failures: number, { minMs, maxMs }: BackoffRange, random: Random): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 40));
  return Math.max(minMs / 2, random() * ceilingMs);
}
