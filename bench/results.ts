/**
 * The result of a run: one row for each question, with its comparison and whether the target is met. It is stored
 * as `results.json`; the table, the chart and `docs/performance.md` are drawn from it.
 */
import type { Summary } from './meter/statistics.ts';

export interface Row {
  /** Of those in `docs/performance.md`. */
  readonly target: number;
  readonly what: string;
  readonly unit: 'ms' | 'KB' | 'MB' | 'frames' | 'µs' | '';
  readonly ours: Summary;
  readonly compared: { readonly name: string; readonly summary: Summary } | undefined;
  /** The figure that is compared with the limit: a ratio of two figures, or one figure. */
  readonly verdict: { readonly is: number; readonly limit: number; readonly how: string } | undefined;
}

/** One point of the curve: the first announcement of a process's life, after so much silence. */
export interface CurvePoint {
  readonly subject: string;
  readonly silenceMs: number;
  readonly summary: Summary;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly commit: string;
  /** One-minute load averages just before and just after. */
  readonly load: readonly [before: number, after: number];
}

export interface Results {
  readonly measuredAt: string;
  readonly tookSeconds: number;
  readonly short: boolean;
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly curve: readonly CurvePoint[];
}

/** The result of a scenario. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly curve?: readonly CurvePoint[];
}

export const isMet = ({ verdict }: Row): boolean => verdict === undefined || verdict.is <= verdict.limit;

/** `ours` at most `limit` times the other, by one figure of both. */
export function ratioRow(
  row: Omit<Row, 'verdict' | 'compared'> & { readonly compared: NonNullable<Row['compared']> },
  figure: 'p50' | 'p99' | 'max',
  limit: number,
): Row {
  const is = row.ours[figure] / row.compared.summary[figure];
  return { ...row, verdict: { is, limit, how: `${figure} ÷ ${row.compared.name}` } };
}
