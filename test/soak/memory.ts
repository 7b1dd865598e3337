/** The samples of the memory probe, and whether they grow: the slope of a straight line through them. */
import { existsSync, readFileSync } from 'node:fs';

export interface MemorySample {
  /** Bytes, before the garbage was collected. */
  readonly rss: number;
  /** Bytes of it that are V8's young generation, which grows in steps up to its limit, whatever stays alive. */
  readonly young: number;
  /** Bytes, after. */
  readonly heapUsed: number;
  readonly external: number;
}

export function readSamples(file: string): readonly MemorySample[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line): MemorySample => JSON.parse(line));
}

/** Least squares, per step from one value to the next. */
export function slope(values: readonly number[]): number {
  const meanStep = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let shared = 0;
  let spread = 0;
  for (const [step, value] of values.entries()) {
    shared += (step - meanStep) * (value - mean);
    spread += (step - meanStep) ** 2;
  }
  return spread === 0 ? 0 : shared / spread;
}
