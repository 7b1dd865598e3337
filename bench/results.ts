/**
 * The results on one kind of machine: for each scenario its last run, with one row for each question, its comparison
 * and whether the target is met. Stored in `results/`; the tables and the chart of `docs/performance.md` are drawn
 * from it.
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

/** One program beside others that people use for the same purpose. */
export interface Peer {
  readonly name: string;
  /** First announcement after the start, and after a silence; at a steady pace. In ms. */
  readonly afterStart?: Summary;
  readonly afterSilence?: Summary;
  readonly steady?: Summary;
  /** Resident while nothing happens. */
  readonly idleMb?: Summary;
}

/** The result of a scenario. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly curve?: readonly CurvePoint[];
  readonly peers?: readonly Peer[];
}

/** One run of a scenario. */
export interface Part extends Findings {
  readonly scenario: string;
  /** When it ended. ISO. */
  readonly at: string;
  readonly commit: string;
  /** One-minute load averages just before and just after. */
  readonly load: readonly [before: number, after: number];
}

export interface Machine {
  readonly cpu: string;
  /** As many as the bench may use. */
  readonly cores: number;
  /** As many as there are. */
  readonly allCores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

export interface Results {
  /** The machine of the last run. */
  readonly machine: Machine;
  /** The scenarios in the order in which they were first measured. */
  readonly parts: readonly Part[];
}

/** `later` over `before`: a scenario that was measured again is replaced as a whole, the others stay. */
export function merged(before: Results | undefined, later: Results): Results {
  const parts = new Map([...(before?.parts ?? []), ...later.parts].map((part) => [part.scenario, part]));
  return { machine: later.machine, parts: [...parts.values()] };
}

export const rowsOf = ({ parts }: Results): Row[] =>
  parts.flatMap(({ rows }) => rows).toSorted((a, b) => a.target - b.target);

export const curveOf = ({ parts }: Results): CurvePoint[] =>
  parts.flatMap(({ curve = [] }) => curve).toSorted((a, b) => a.silenceMs - b.silenceMs);

/** One for each program, whichever scenarios measured it. */
export function peersOf({ parts }: Results): Peer[] {
  const peers = parts.flatMap((part) => part.peers ?? []);
  return [...Map.groupBy(peers, ({ name }) => name).values()].map((same): Peer => Object.assign({}, ...same));
}

/** When the newest of its parts ended. */
export const newestAt = ({ parts }: Results): string =>
  parts
    .map(({ at }) => at)
    .sort()
    .at(-1) ?? '';

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
