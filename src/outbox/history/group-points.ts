/**
 * A group over time as numbers in a row: hundreds of groups go from thread to thread at once, and a value for each point
 * would hold up whoever takes them.
 */

/** When the slot begins, delivered, failed and pending of each, the oldest first. */
export type GroupSeries = Float64Array;

const PART = 4;

export interface GroupPoint {
  /** When the slot begins; the others are counts of deliveries. */
  readonly sinceMs: number;
  readonly delivered: number;
  /** Dead or expired. */
  readonly failed: number;
  readonly pending: number;
}

export const pointsIn = (series: GroupSeries): GroupPoint[] =>
  Array.from({ length: series.length / PART }, (_, at) => {
    const [sinceMs = 0, delivered = 0, failed = 0, pending = 0] = series.subarray(at * PART, (at + 1) * PART);
    return { sinceMs, delivered, failed, pending };
  });
