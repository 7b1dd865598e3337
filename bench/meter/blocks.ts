/** Blocks of steady announcements, one subject after the other and round again, so that a slow minute of the machine is shared. */
import { type Meter, pause } from './meter.ts';
import type { Subject } from './subject.ts';

export interface BlockSize {
  readonly perSecond: number;
  /** Announcements in a block. */
  readonly count: number;
  /** Blocks of each subject. */
  readonly times: number;
}

/** Work behind the sends (settlements, logs, sync) ends before the next subject's turn. */
const BETWEEN_MS = 200;

/** Latencies in ms, by subject and block. A first block of each is not counted. */
export async function blocksOf(
  meter: Meter,
  subjects: readonly Subject[],
  { perSecond, count, times }: BlockSize,
): Promise<number[][][]> {
  const blocks = subjects.map((): number[][] => []);
  for (let time = 0; time <= times; time++)
    for (const [place, subject] of subjects.entries()) {
      const latencies = await meter.steady(subject, perSecond, count);
      if (time > 0) blocks[place]?.push(latencies);
      await pause(BETWEEN_MS);
    }
  return blocks;
}
