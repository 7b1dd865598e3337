/**
 * The result of a run: one row for each question, with its comparison and whether the target is met. It is stored
 * as `results.json`; the table, the chart and `docs/performance.md` are drawn from it.
 */
import type { Interval } from './meter/interval.ts';
import type { Summary } from './meter/statistics.ts';

export interface Row {
  /** Of those in `docs/performance.md`. */
  readonly target: number;
  readonly what: string;
  readonly unit: 'ms' | 'KB' | 'MB' | 'frames' | 'µs' | '';
  readonly ours: Summary;
  readonly compared: { readonly name: string; readonly summary: Summary } | undefined;
  /** The figure that is compared with the limit: a ratio of two figures, or one figure. */
  readonly verdict: Verdict | undefined;
}

export interface Verdict {
  readonly is: number;
  readonly limit: number;
  readonly how: string;
  /** 95 %; not there where too few repetitions, or one count, are all that there is. */
  readonly interval?: Interval;
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

/** `open`: the interval has the limit in it, so more repetitions could say the other. */
export type Judgement = 'met' | 'missed' | 'open';

export function judgementOf({ verdict }: Row): Judgement {
  if (verdict === undefined) return 'met';
  const { is, limit, interval = { low: is, high: is } } = verdict;
  if (interval.high <= limit) return 'met';
  return interval.low > limit ? 'missed' : 'open';
}

/** By the figure alone, however sure it is. */
export const isMet = ({ verdict }: Row): boolean => verdict === undefined || verdict.is <= verdict.limit;
