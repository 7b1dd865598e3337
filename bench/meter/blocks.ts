/** Blocks of steady announcements, one subject after the other and back again, so that a slow minute of the machine is shared. */
import { type Meter, pause } from './meter.ts';
import { ofBlocks, type Sample } from './sample.ts';
import type { Subject } from './subject.ts';
import { inTurn } from './turns.ts';

export interface BlockSize {
  readonly perSecond: number;
  /** Announcements in a block. */
  readonly count: number;
  /** Blocks of each subject. */
  readonly times: number;
}

/** Work behind the sends (settlements, logs, sync) ends before the next subject's turn. */
const BETWEEN_MS = 200;

/** Latencies in ms, a sample of each subject. A first block of each is not counted. */
export async function blocksOf<const Subjects extends readonly Subject[]>(
  meter: Meter,
  subjects: Subjects,
  { perSecond, count, times }: BlockSize,
): Promise<{ [Place in keyof Subjects]: Sample }> {
  const blocks = new Map(subjects.map((subject) => [subject, [] as number[][]]));
  for (let time = 0; time <= times; time++)
    for (const subject of inTurn(subjects, time)) {
      const latencies = await meter.steady(subject, perSecond, count);
      if (time > 0) blocks.get(subject)?.push(latencies);
      await pause(BETWEEN_MS);
    }
  return subjects.map((subject) => ofBlocks(blocks.get(subject) ?? [])) as {
    [Place in keyof Subjects]: Sample;
  };
}
